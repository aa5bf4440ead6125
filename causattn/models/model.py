"""`LanguageModel`: a Hugging Face model with its tokenizer, and what it predicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from transformers import PretrainedConfig, PreTrainedModel, PreTrainedTokenizerFast

from causattn.base import Shown
from causattn.models.contract import LongText, Task


def token_id(config: PretrainedConfig, name: str) -> int | None:
    """Return a special token's id from a configuration, None where it has none.

    A model of text and images keeps it in its text part's, and some configurations have no such
    attribute at all.

    Parameters
    ----------
    config
        The network's.
    name
        Such as ``"pad_token_id"``.
    """
    parts = [config, *(getattr(config, part, None) for part in ("text_config", "decoder"))]
    found = (getattr(part, name, None) for part in parts)
    return next((int(number) for number in found if isinstance(number, int)), None)


@dataclass(frozen=True, repr=False)
class LanguageModel(Shown):
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
        the document (``"classifier"``), another text (``"seq2seq"``), or nothing
        (``"encoder"``).
    long_text
        What to do with a document of more tokens than the model takes: refuse it
        (``"error"``), or read only its beginning (``"truncate"``).
    about
        How it came to be: settings, seed, steps, losses, checksum; JSON-like.
    """

    name: str
    network: PreTrainedModel
    tokenizer: PreTrainedTokenizerFast
    task: Task
    long_text: LongText = "error"
    about: Mapping[str, Any] = field(default_factory=dict)

    def summary(self) -> dict[str, Any]:
        """Return its name, what it predicts, and how it came to be."""
        return {"name": self.name, "task": self.task, **self.about}

    @property
    def device(self) -> torch.device:
        """Where the weights are; inputs must be there too."""
        return next(self.network.parameters()).device

    @property
    def longest_input(self) -> int | None:
        """The most tokens of one document that the model takes, special ones included.

        None where it takes any number (relative positions).
        """
        config = self.network.config
        limits = [self.tokenizer.model_max_length]
        positions = getattr(config, "max_position_embeddings", None)
        if isinstance(positions, int) and positions > 0:
            # RoBERTa and its kin keep the table's first rows for padding.
            table = next(
                (
                    module
                    for name, module in self.network.named_modules()
                    if name.rpartition(".")[2] == "position_embeddings"
                ),
                None,
            )
            reserved = getattr(table, "padding_idx", None)
            limits.append(positions if reserved is None else positions - reserved - 1)
        # Tokenizers that know no limit say 10**30.
        known = [limit for limit in limits if limit and limit < 10**9]
        return min(known) if known else None
