"""Settings that both recurrent kinds of model share."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from transformers import PreTrainedTokenizerFast

from causattn.base import ConfigError, configured, integer_seed
from causattn.models.model import LongText
from causattn.models.recurrent.training import Training


@dataclass(frozen=True, kw_only=True)
class RecurrentSettings:
    """Size and training of a recurrent model.

    Parameters
    ----------
    layers, width
        LSTM layers, and the width of embeddings and states.
    dropout
        Probability of dropping a number of embeddings, of states between layers and of outputs
        while training.
    epochs, batch
        Rounds over the documents at most, and documents in a step.
    learning_rate, decay
        Of AdamW: the rate, and what it is multiplied by after each epoch that is not the best so
        far.
    weight_decay
        Of AdamW.
    clip
        Longest gradient of a step.
    patience
        Epochs without a new best perplexity after which training stops; the best epoch's weights
        stay.
    held_out
        Share of the documents kept from training: their perplexity is reported, and says when to
        stop.
    tokenizer
        ``"words"``: a token for each word between white space; ``"pieces"``: word pieces learned
        from the corpus; ``"auto"``: words where each document is only its mentions, one word each.
    vocabulary
        The most word pieces to learn.
    longest
        The most tokens that a document may have.
    long_text
        Documents longer than that: ``"error"`` refuses, ``"truncate"`` reads their beginning.
    checkpoints
        Folder in which a training that is stopped is found again by the same settings, corpus and
        seed, and goes on after its last whole epoch, bit for bit; also one that is over, with more
        epochs. None keeps nothing; what lies there can be deleted at any time.
    threads
        Threads to train with, None for those of the run. The weights depend on it by rounding.
    """

    layers: int = 1
    width: int = 128
    dropout: float = 0.2
    epochs: int = 20
    batch: int = 32
    learning_rate: float = 3e-3
    decay: float = 0.5
    weight_decay: float = 0.01
    clip: float = 1.0
    patience: int = 3
    held_out: float = 0.1
    tokenizer: Literal["auto", "words", "pieces"] = "auto"
    vocabulary: int = 8000
    longest: int = 512
    long_text: LongText = "error"
    checkpoints: str | None = configured("${paths.cache}/checkpoints", default=None)
    threads: int | None = 1

    def __post_init__(self) -> None:
        names = ("layers", "width", "epochs", "batch", "patience", "vocabulary", "longest")
        for name in names:
            if getattr(self, name) < 1:
                raise ConfigError(f"model.{name}={getattr(self, name)} must be at least 1.")
        for name in ("learning_rate", "clip"):
            if getattr(self, name) <= 0:
                raise ConfigError(f"model.{name}={getattr(self, name)} must be above 0.")
        if not 0 < self.held_out < 1:
            raise ConfigError(f"model.held_out={self.held_out} must lie between 0 and 1.")
        if not 0 <= self.dropout < 1:
            raise ConfigError(f"model.dropout={self.dropout} must be at least 0 and below 1.")
        if not 0 < self.decay <= 1:
            raise ConfigError(f"model.decay={self.decay} must be above 0 and at most 1.")
        if self.weight_decay < 0:
            raise ConfigError(f"model.weight_decay={self.weight_decay} must not be negative.")
        if self.threads is not None and self.threads < 1:
            raise ConfigError(f"model.threads={self.threads} must be at least 1, or null.")

    @property
    def training(self) -> Training:
        """How to train."""
        return Training(
            self.epochs,
            self.batch,
            self.learning_rate,
            self.decay,
            self.weight_decay,
            self.clip,
            self.patience,
            self.held_out,
            self.threads,
        )

    def result(self) -> dict[str, Any]:
        """Return the settings that the weights depend on, but for the number of threads."""
        settings = asdict(self)
        del settings["checkpoints"], settings["threads"]
        return settings


def weights_seed(seed: int, kind: str) -> int:
    """Return the seed of a kind's first weights."""
    return integer_seed(seed, "models", kind, "weights")


def marks(tokenizer: PreTrainedTokenizerFast) -> tuple[int, int] | tuple[None, None]:
    """Return the tokens that every text begins and ends with, None where there are none."""
    around = tokenizer("", add_special_tokens=True)["input_ids"]
    return (int(around[0]), int(around[1])) if len(around) == 2 else (None, None)
