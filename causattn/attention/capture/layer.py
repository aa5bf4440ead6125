"""What a capture hands out (`AttentionLayer`) and who looks at it (`Probe`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch

from causattn.base import ModelError

Stack = Literal["self", "encoder", "decoder", "cross"]


@dataclass(frozen=True)
class AttentionLayer:
    """One attention of one forward pass.

    Modules are known by name and not by their ``layer_idx``: some families have none, others
    repeat it in the decoder, and ALBERT calls one module for all its layers.

    Parameters
    ----------
    index
        Which layer of its stack, from 0, in the order of the forward pass.
    name
        The attention module's name in the network.
    stack
        ``"self"`` in a model of one stack; ``"encoder"``, ``"decoder"`` (its self-attention) or
        ``"cross"`` (from decoder to encoder) in a model of two.
    """

    index: int
    name: str
    stack: Stack


@dataclass(frozen=True)
class Vectors:
    """What a layer's weights are the softmax of: ``scaling * query key' + rest``.

    Parameters
    ----------
    query, key
        [B, H, Q, d] and [B, H, K, d], positions turned in where the model does so.
    scaling
        What a product is multiplied by before anything is added to it.
    rest
        float32 [B, H, Q, K], or broadcast to it: what else is in the scores, such as relative
        positions and masks; a masked entry is the lowest float or thereabouts.
    """

    query: torch.Tensor
    key: torch.Tensor
    scaling: float
    rest: torch.Tensor


class Probe:
    """Looks at attention while a forward pass runs; override what is needed.

    A probe is called once a layer, in the order of the forward pass. It must not keep the weights:
    they are one layer's and are gone when the next layer runs.
    """

    wants_values = False
    """Whether `see_values` is called before each `visit`; only some captures have values."""
    lets_go = False
    """Whether no weights are held after `visit`, so that their memory may be used again."""

    wants_vectors = False
    """Whether `see_vectors` is called before each `visit`."""

    def wants(self, layer: AttentionLayer) -> bool:
        """Tell whether `visit` is to see this layer; the pass ends after the last one wanted."""
        return True

    def rows(self, layer: AttentionLayer) -> torch.Tensor | None:
        """Return the query positions whose weights are needed, int64 [B, R]; None for all."""
        return None

    def see_values(
        self, layer: AttentionLayer, values: torch.Tensor, projection: torch.Tensor
    ) -> None:
        """Look at what a layer's attention carries, before its weights come.

        Parameters
        ----------
        layer
            Which attention this is.
        values
            The value vectors, [B, H, K, d].
        projection
            What the layer makes of each head's output, [H, d, width]: the rows of W_O.
        """

    def see_vectors(self, layer: AttentionLayer, vectors: Vectors) -> None:
        """Look at the vectors whose products become a layer's attention, before its weights come.

        Parameters
        ----------
        layer
            Which attention this is.
        vectors
            They and what is added to their products.
        """

    def visit(self, layer: AttentionLayer, weights: torch.Tensor) -> None:
        """Look at one layer's attention.

        Parameters
        ----------
        layer
            Which attention this is.
        weights
            float32 [B, H, R, K], attention paid **from query r (row) to key k (column)**, after
            the softmax; R counts what `rows` asked for, else all query positions.
        """
        raise NotImplementedError


def take_rows(weights: torch.Tensor, rows: torch.Tensor | None) -> torch.Tensor:
    """Return the query rows (int64 [B, R]) of something of shape [B, H, Q, K]; None gives all."""
    if rows is None:
        return weights
    index = rows[:, None, :, None].expand(-1, weights.shape[1], -1, weights.shape[3])
    return weights.expand(rows.shape[0], -1, -1, -1).gather(2, index)


def refuse_values(probe: Probe, method: str) -> None:
    """Raise where a probe wants value vectors and the way of capturing has only weights."""
    if probe.wants_values:
        raise ModelError(
            f"This model's attention is captured by {method}, which does not give the value "
            "vectors; leave norm out of attention.measures."
        )


def stack_of(name: str, encoder_decoder: bool) -> Stack:
    """Return the stack that a module of this name belongs to."""
    if not encoder_decoder:
        return "self"
    last = name.rpartition(".")[2].lower()
    if "encdec" in last or "encoder_attn" in last or "crossattention" in last.replace("_", ""):
        return "cross"
    return "decoder" if "decoder" in name.split(".") else "encoder"


def numbered(names: list[str], encoder_decoder: bool) -> tuple[AttentionLayer, ...]:
    """Return the layers of a forward pass from the names of its attention modules, in order."""
    layers: list[AttentionLayer] = []
    seen: dict[Stack, int] = {}
    for name in names:
        stack = stack_of(name, encoder_decoder)
        layers.append(AttentionLayer(seen.get(stack, 0), name, stack))
        seen[stack] = seen.get(stack, 0) + 1
    return tuple(layers)
