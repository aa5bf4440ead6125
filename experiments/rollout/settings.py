"""The protocol's settings."""

from __future__ import annotations

from dataclasses import dataclass

from causattn.base import ConfigError

from .ranks import RANKS, Ranks


@dataclass(frozen=True)
class Settings:
    """The protocol.

    Parameters
    ----------
    layers, heads, width
        Of the model.
    documents
        Sentences to train on.
    steps, batch, learning_rate
        Of training.
    unknown
        Probability that a word of a training sentence is blanked out.
    modifiers, marked
        The most modifiers of a subject, and the probability that a determiner shows its noun's
        number.
    held_out
        Other sentences, for accuracy.
    evaluated
        How many of them, from the first, for the correlations.
    seeds
        How many models, each with sentences of its own, from the run's seed on.
    ranks
        The convention of the figures, ``"standard"`` or ``"dense"``; the tables have both.
    """

    layers: int = 6
    heads: int = 4
    width: int = 64
    documents: int = 20_000
    steps: int = 2500
    batch: int = 64
    learning_rate: float = 7e-4
    unknown: float = 0.05
    modifiers: int = 2
    marked: float = 0.6
    held_out: int = 2000
    evaluated: int = 300
    seeds: int = 5
    ranks: Ranks = "standard"

    def __post_init__(self) -> None:
        if self.layers < 2:
            raise ConfigError(
                f"layers={self.layers} has no first and last layer to compare; take at least 2."
            )
        if not 2 <= self.evaluated <= self.held_out:
            raise ConfigError(
                f"evaluated={self.evaluated} must be at least 2 and at most "
                f"held_out={self.held_out}."
            )
        if not 0 <= self.unknown < 1:
            raise ConfigError(f"unknown={self.unknown} must be at least 0 and below 1.")
        if not 0 <= self.marked <= 1:
            raise ConfigError(f"marked={self.marked} must be between 0 and 1.")
        if self.seeds < 1:
            raise ConfigError(f"seeds={self.seeds} must be at least 1.")
        if self.modifiers < 0:
            raise ConfigError(f"modifiers={self.modifiers} must not be negative.")
        if self.ranks not in RANKS:
            raise ConfigError(f"ranks={self.ranks} must be one of {', '.join(RANKS)}.")
