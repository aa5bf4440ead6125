"""What the captures share that look at a model's own eager attention and cannot change it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self

import torch
from transformers import PreTrainedModel

from causattn.attention.capture.body import Inputs, attention_implementation, not_tokens
from causattn.attention.capture.forward_pass import Edit
from causattn.attention.capture.layer import AttentionLayer, Stack
from causattn.base import ModelError


class EagerCapture(ABC):
    """A capture that looks on, as `causattn.attention.Capture`.

    Parameters
    ----------
    network
        A Hugging Face model, with its eager attention.
    body
        The part of it that runs.
    """

    method: str
    editable = False
    passed_over: tuple[str, ...] = ()

    def __init__(self, network: PreTrainedModel, body: torch.nn.Module) -> None:
        self._network = network
        self._body = body
        self.layers: tuple[AttentionLayer, ...] = ()
        self.heads = 0

    @classmethod
    @contextmanager
    def on(
        cls, network: PreTrainedModel, body: torch.nn.Module, example: Inputs
    ) -> Iterator[Self | str]:
        """Capture inside the block; yields the capture, or in words why it cannot be."""
        with attention_implementation(network, "eager") as taken:
            if not taken:
                yield "it has no eager attention"
                return
            capture = cls(network, body)
            why_not = capture.trial(example)
            yield capture if why_not is None else why_not

    @abstractmethod
    def trial(self, inputs: Inputs) -> str | None:
        """Learn the layers from a first batch; return in words why there are none."""

    def edited(self, inputs: Inputs, edit: Edit | None) -> Any:
        """Refuse: attention can be changed only where the model takes a registered function."""
        raise self._unchangeable()

    def gradients(
        self, inputs: Inputs, target: Callable[[Any], torch.Tensor]
    ) -> list[tuple[AttentionLayer, torch.Tensor, torch.Tensor]]:
        """Refuse: weights are nodes of a graph only in a registered function."""
        raise self._unchangeable()

    def _unchangeable(self) -> ModelError:
        return ModelError(
            f"This model's attention is captured by {self.method}, by which it can be neither "
            "changed nor differentiated; choose a model that takes a registered attention function."
        )


def check_lengths(layer: AttentionLayer, weights: torch.Tensor, inputs: Inputs) -> None:
    """Raise where weights [B, H, Q, K] are not between the tokens of this batch.

    A family may attend otherwise once a document is long (windows, hashes), which the first batch
    does not show.

    Parameters
    ----------
    layer
        Whose weights.
    weights
        What the model made.
    inputs
        What it was given, the decoder's included.
    """
    length = inputs["input_ids"].shape[1]
    own = inputs["decoder_input_ids"].shape[1] if "decoder_input_ids" in inputs else length
    expected = {"decoder": (own, own), "cross": (own, length)}.get(layer.stack, (length, length))
    if weights.shape[-2:] != expected:
        raise not_tokens(layer.name, weights.shape[-2], weights.shape[-1], length)


def returned_attention(output: Any) -> dict[str, tuple[torch.Tensor, ...]]:
    """Return the attention that a model's output holds, by the stack's field name."""
    fields = ("attentions", "encoder_attentions", "decoder_attentions", "cross_attentions")
    found = {}
    for field in fields:
        value = getattr(output, field, None) or ()
        tensors = tuple(t for t in value if isinstance(t, torch.Tensor) and t.dim() == 4)
        if tensors:
            found[field] = tensors
    return found


def stack_of_field(field: str, alone: bool) -> Stack:
    """Return the stack of a field of a model's output.

    Parameters
    ----------
    field
        Such as ``"cross_attentions"``.
    alone
        Whether the encoder of an encoder-decoder ran alone, whose attention is simply called
        attentions.
    """
    stacks: dict[str, Stack] = {
        "attentions": "encoder" if alone else "self",
        "encoder_attentions": "encoder",
        "decoder_attentions": "decoder",
        "cross_attentions": "cross",
    }
    return stacks[field]
