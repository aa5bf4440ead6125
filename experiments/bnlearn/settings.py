"""The protocol's settings."""

from __future__ import annotations

from dataclasses import dataclass

from causattn.base import ConfigError


@dataclass(frozen=True)
class Settings:
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
    study
        Choices of a study, as on the command line: its corpus, model, features, attention and
        candidates are used.
    """

    networks: list[str]
    checked: list[str]
    steps: dict[str, int]
    study: list[str]
    rows: list[int]
    seeds: int = 3
    documents: int = 20_000

    def __post_init__(self) -> None:
        if missing := [name for name in self.networks if name not in self.steps]:
            raise ConfigError(
                f"steps says nothing of {', '.join(missing)}; give steps of training, for "
                f"example steps.{missing[0]}=2500."
            )
        if not self.networks or not self.rows or self.seeds < 1:
            raise ConfigError(
                "networks and rows must name at least one each, and seeds be at least 1."
            )
