"""Settings of the group `graph`: what the nodes of the graph are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from causattn.base import Bounds, ConfigError, choose, settings_from
from causattn.circuits.registry import PATH_RULES, PATH_SCREENS

Patch = Literal["counterfactual", "mean", "resample", "zero"]


@dataclass(frozen=True)
class DocumentsSettings:
    """A graph about the documents: its nodes are features."""

    kind: str = "documents"


@dataclass(frozen=True)
class HeadsSettings:
    """A graph of the model on a task: its nodes are heads, feed-forward networks and the output.

    The corpus has prompts with answers (such as corpus=indirect_object or sentiment, or a file with
    columns right, wrong and counterpart), the model is a decoder or a masked model (BERT or
    ModernBERT; a mask token stands in the answer's place). An edge is what one part writes as
    another reads it. Of the other groups corpus and model are read, no others.

    Parameters
    ----------
    finding
        How many documents the graph is found on.
    trying
        How many others every edge of it is tried on.
    patch
        What stands in the place of what is patched: what the same part writes in the prompt's
        ``"counterfactual"`` or, without counterparts, in another prompt of the same length
        (``"resample"``), the ``"mean"`` over such prompts, or nothing (``"zero"``).
    candidates
        What ranks the paths, see causattn list path_screens.
    paths
        How many of the strongest are tried.
    steps
        Points between counterpart and document at which attribution takes slopes; 0 takes those of
        the document alone.
    rule
        What says which of these stay, see causattn list path_rules.
    threshold
        Of rule acdc: a path goes where patching it, beside all that went before, takes what is read
        further from the whole model's by less than this share of the way to the counterparts'.
    alpha
        Of rule pc: level of its tests.
    baselines
        What ranks the same paths beside the candidates.
    counts
        How many of the first paths of each ranking are kept, and patched, for its curve.
    bootstrap
        Samples of the documents for the edges' frequencies.
    confidence
        Coverage of the intervals.
    negligible
        Effects smaller than this share of the difference between documents and counterparts are
        none.
    batch_size
        Most documents in a pass.
    examples
        Prompts in which the page shows what an edge does, for the 40 edges of the largest effect.
    """

    kind: str = "heads"
    finding: int = 16
    trying: int = 16
    patch: Patch = "counterfactual"
    candidates: str = "attribution"
    paths: int = 200
    steps: Annotated[int, Bounds(least=0)] = 0
    rule: str = "acdc"
    threshold: float = 0.02
    alpha: float = 0.01
    baselines: list[str] = field(
        default_factory=lambda: ["attention", "activation_difference", "random"]
    )
    counts: list[int] = field(default_factory=lambda: [1, 5, 20, 50, 100, 200, 1000])
    bootstrap: Annotated[int, Bounds(least=0)] = 200
    confidence: float = 0.95
    negligible: Annotated[float, Bounds(least=0)] = 0.01
    batch_size: int = 8
    examples: Annotated[int, Bounds(least=0)] = 2

    def __post_init__(self) -> None:
        for name, least in (("finding", 2), ("trying", 2), ("paths", 1), ("batch_size", 1)):
            if getattr(self, name) < least:
                raise ConfigError(
                    f"graph.{name}={getattr(self, name)} must be at least {least}; raise it."
                )
        for name in ("threshold", "alpha", "confidence"):
            if not 0 < getattr(self, name) < 1:
                raise ConfigError(
                    f"graph.{name}={getattr(self, name)} must lie between 0 and 1; change it."
                )
        if not self.counts or min(self.counts) < 1 or sorted(set(self.counts)) != self.counts:
            raise ConfigError(
                f"graph.counts={self.counts} must be whole numbers from 1, each larger than the "
                "one before; change it."
            )
        choose(self.candidates, PATH_SCREENS, "graph.candidates")
        for name in self.baselines:
            choose(name, PATH_SCREENS, "graph.baselines")
        choose(self.rule, PATH_RULES, "graph.rule")


KINDS: dict[str, type[DocumentsSettings] | type[HeadsSettings]] = {
    "documents": DocumentsSettings,
    "heads": HeadsSettings,
}


def graph_settings(settings: Mapping[str, Any]) -> DocumentsSettings | HeadsSettings:
    """Return the settings of the group `graph`, checked.

    Raises
    ------
    ConfigError
        For an unknown kind or setting, or a value that makes no sense.
    """
    kind = choose(str(settings.get("kind", "documents")), KINDS, "graph.kind")
    return settings_from(kind, settings, "graph")
