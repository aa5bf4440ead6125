"""The settings of the reproduction."""

from __future__ import annotations

from dataclasses import dataclass

from causattn.base import ConfigError

from .graph import GraphSettings
from .network import ENCODERS, Encoder
from .training import TrainingSettings
from .vectors import VECTORS, Vectors


@dataclass(frozen=True)
class Settings(GraphSettings, TrainingSettings):
    """The protocol; see `TrainingSettings` and `GraphSettings` for the rest.

    Parameters
    ----------
    encoders, vectors
        Which; all parts are done on every pair of them.
    trainings
        How often a network is trained that begins with the first kind of vectors, each time from
        another seed; the further ones are only asked how well attention agrees.
    sentences
        Most training sentences, half as many to choose the epoch by and to ask about; None for all,
        which alone is the paper's protocol.
    permutations
        Random orders of a sentence's attention.
    adversaries, steps
        Distributions a sentence, and steps of their search.
    aim, epsilon
        Change of the output that the search does not punish, and that counts as none. The paper has
        .01, the authors' code searches with .01 and counts with .05.
    bootstrap
        Draws of an interval.
    """

    encoders: tuple[Encoder, ...] = ENCODERS
    vectors: tuple[Vectors, ...] = VECTORS
    trainings: int = 1
    sentences: int | None = None
    permutations: int = 100
    adversaries: int = 5
    steps: int = 500
    aim: float = 0.01
    epsilon: float = 0.05
    bootstrap: int = 2000

    @property
    def training(self) -> TrainingSettings:
        """How each network is trained."""
        return TrainingSettings(
            self.hidden,
            self.embedding,
            self.scale,
            self.epochs,
            self.batch,
            self.learning_rate,
            self.weight_decay,
        )

    @property
    def graph(self) -> GraphSettings:
        """How the graph is found."""
        return GraphSettings(
            self.words, self.label_pairs, self.word_pairs, self.alpha, self.max_order
        )

    def __post_init__(self) -> None:
        for name in ("encoders", "vectors"):
            chosen = getattr(self, name)
            if not chosen or len(set(chosen)) != len(chosen):
                raise ConfigError(f"{name}={list(chosen)} must name at least one, each once.")
        if self.sentences is not None and self.sentences < 8:
            raise ConfigError(
                f"sentences={self.sentences} are too few to train on; give at least 8."
            )
        for name in ("trainings", "epochs", "permutations", "adversaries", "bootstrap"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name}={getattr(self, name)} must be at least 1.")
        if not 0 < self.aim <= self.epsilon:
            raise ConfigError(
                f"aim={self.aim:g} must be above 0 and at most epsilon={self.epsilon:g}."
            )
