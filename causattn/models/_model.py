"""`LanguageModel`: a Hugging Face model with its tokenizer, and what it predicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from transformers import PreTrainedModel, PreTrainedTokenizerFast

Task = Literal["masked", "causal", "classifier", "encoder"]


@dataclass(frozen=True)
class LanguageModel:
    """A model ready to run: evaluation mode, float32 unless said otherwise, on one device.

    Parameters
    ----------
    name
        The model in a word, for tables and messages.
    network
        The Hugging Face model.
    tokenizer
        Its fast tokenizer (character offsets are needed to find features in tokens).
    task
        What it predicts: a hidden token (``"masked"``), the next one (``"causal"``), a label of
        the document (``"classifier"``), or nothing (``"encoder"``).
    about
        How it came to be: settings, seed, steps, losses, checksum; JSON-like.
    """

    name: str
    network: PreTrainedModel
    tokenizer: PreTrainedTokenizerFast
    task: Task
    about: Mapping[str, Any] = field(default_factory=dict)
