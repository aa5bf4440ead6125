"""Stages of one's own: functions that a study does a stage with, instead of a room's.

What such a function gives is keyed by its content, so that the stages after it are found again
whenever it gives the same.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from causattn.base import choose, content_key, file_sha256
from causattn.results import Artefact

T = TypeVar("T")
OWN_STAGES = {
    "corpus": "(seed) -> Corpus",
    "model": "(corpus, seed) -> LanguageModel",
    "features": "(corpus, model, seed) -> FeatureTable",
    "attention": "(model, corpus, features, seed) -> AttentionSummary",
    "attribution": "(model, corpus, features, seed) -> AttributionSummary",
    "candidates": "(summary, features, null, seed) -> CandidateEdges",
    "discovery": "(features, candidates, seed) -> CausalGraph",
    "effects": "(graph, features, candidates, model, corpus, seed) -> EvidenceTable",
}
"""The stages that a study takes functions for, which are called by these names of arguments."""


class OwnStages:
    """The functions that a study was given.

    Parameters
    ----------
    functions
        By the names in `OWN_STAGES`.
    seed
        The run's seed, which each is called with.

    Raises
    ------
    ConfigError
        For a stage that there is not.
    """

    def __init__(self, functions: Mapping[str, Callable[..., Any]], seed: int) -> None:
        for name in functions:
            choose(name, OWN_STAGES, "stages")
        self._functions, self._seed = dict(functions), seed

    def __contains__(self, stage: str) -> bool:
        return stage in self._functions

    @property
    def names(self) -> dict[str, str]:
        """What the functions are called, by stage."""
        return {
            stage: f"{function.__module__}.{getattr(function, '__qualname__', 'function')}"
            for stage, function in self._functions.items()
        }

    def call(self, stage: str, ours: Callable[..., Any], **given: Any) -> Any:
        """Do a stage: with the own function where there is one, with `ours` else."""
        return self._functions.get(stage, ours)(**given, seed=self._seed)

    def by_content(self, stage: str, value: T, write: Callable[[T, Path], object]) -> Artefact[T]:
        """Return what an own function gave, keyed by what it holds; it is not stored."""
        with tempfile.TemporaryDirectory(prefix="causattn-") as place:
            folder = Path(place, "content")
            write(value, folder)
            held = {
                str(path.relative_to(folder)): file_sha256(path)
                for path in sorted(folder.rglob("*"))
                if path.is_file()
            }
        return Artefact(value, content_key({"own": stage, "files": held}), Path(), False)
