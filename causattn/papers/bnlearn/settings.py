"""The protocol's settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from causattn.base import ConfigError


@dataclass(frozen=True)
class BnlearnSettings:
    """Networks, rows and the model whose attention screens.

    Parameters
    ----------
    networks
        Names in the bnlearn repository.
    checked
        Networks of which nodes and arcs are held against the repository's.
    rows
        Sizes of the tables that are searched.
    seeds
        How many of documents, weights and rows, from the run's seed on.
    steps
        Of training, by network.
    documents
        The model is trained on so many.
    corpus, model, features, attention, candidates
        The groups of these names of a study's configuration.
    """

    networks: list[str]
    checked: list[str]
    steps: dict[str, int]
    corpus: dict[str, Any]
    model: dict[str, Any]
    features: dict[str, Any]
    attention: dict[str, Any]
    candidates: dict[str, Any]
    rows: list[int]
    seeds: int = 3
    documents: int = 20_000

    def __post_init__(self) -> None:
        if missing := [name for name in self.networks if name not in self.steps]:
            raise ConfigError(
                f"paper.steps says nothing of {', '.join(missing)}; give steps of training, for "
                f"example paper.steps.{missing[0]}=2500."
            )
        if not self.networks or not self.rows or self.seeds < 1:
            raise ConfigError(
                "paper.networks and paper.rows must name at least one each, and paper.seeds be at "
                "least 1."
            )
