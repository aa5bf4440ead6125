"""The protocol's settings."""

from __future__ import annotations

from dataclasses import dataclass

from causattn.base import ConfigError

from .train import Training


@dataclass(frozen=True)
class Settings:
    """Which records, and the models that are trained here.

    Parameters
    ----------
    corpora
        ``winobias``, ``winogender`` or both.
    models
        How many models are trained; each has sentences, weights and batches of its own.
    layers, heads, width, steps, batch, learning_rate
        See `Training`.
    sentences
        Drawn to train on.
    held_out
        Share of the stories and of the scenes that no model is trained on; effects are measured
        on these.
    """

    corpora: list[str]
    models: int = 3
    layers: int = 4
    heads: int = 4
    width: int = 64
    steps: int = 1200
    batch: int = 64
    learning_rate: float = 2e-3
    sentences: int = 20_000
    held_out: float = 0.1

    def __post_init__(self) -> None:
        for name in ("models", "layers", "heads", "width", "steps", "batch", "sentences"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name}={getattr(self, name)} must be at least 1.")
        if not 0 < self.held_out < 1:
            raise ConfigError(f"held_out={self.held_out} must lie between 0 and 1.")
        if self.width % self.heads:
            raise ConfigError(
                f"width={self.width} cannot be shared among heads={self.heads}; make it a multiple."
            )

    @property
    def training(self) -> Training:
        """Size and training of one model."""
        return Training(
            self.layers, self.heads, self.width, self.steps, self.batch, self.learning_rate
        )
