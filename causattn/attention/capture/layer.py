"""What a capture hands out (`AttentionLayer`) and who looks at it (`Probe`)."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Sequence
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
        Which layer of its stack, from 0, as the model numbers them: where others do not attend
        (state spaces, convolutions), numbers are left out.
    name
        The attention module's name in the network.
    stack
        ``"self"`` in a model of one stack; ``"encoder"``, ``"decoder"`` (its self-attention) or
        ``"cross"`` (from decoder to encoder) in a model of two.
    sink
        Whether a part of each row goes to no token, so that its weights sum to less than 1.
    """

    index: int
    name: str
    stack: Stack
    sink: bool = False


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


class Probe(ABC):
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
        """Return whether `visit` is to see this layer; the pass ends after the last one wanted."""
        return True

    def rows(self, layer: AttentionLayer) -> torch.Tensor | None:
        """Return the query positions whose weights are needed, int64 [B, R]; None for all."""
        return None

    def see_values(  # noqa: B027 - not every probe looks
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

    def see_vectors(self, layer: AttentionLayer, vectors: Vectors) -> None:  # noqa: B027
        """Look at the vectors whose products become a layer's attention, before its weights come.

        Parameters
        ----------
        layer
            Which attention this is.
        vectors
            They and what is added to their products.
        """

    @abstractmethod
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


def numbered(
    names: Sequence[str], stacks: Sequence[Stack], sinks: Sequence[bool] | None = None
) -> tuple[AttentionLayer, ...]:
    """Return the layers of a forward pass from its attentions, in order.

    Parameters
    ----------
    names, stacks
        The attention modules' names, and their stacks.
    sinks
        Which have a sink; None for none.
    """
    sinks = [False] * len(names) if sinks is None else sinks
    index = [0] * len(names)
    for stack in set(stacks):
        places = [k for k, each in enumerate(stacks) if each == stack]
        for place, number in zip(places, _numbers([names[k] for k in places]), strict=True):
            index[place] = number
    return tuple(AttentionLayer(*parts) for parts in zip(index, names, stacks, sinks, strict=True))


def _numbers(names: Sequence[str]) -> Sequence[int]:
    """Return the numbers that the names of a stack's modules hold, or else their order."""
    found = [[int(part) for part in name.split(".") if part.isdecimal()] for name in names]
    first = [parts[0] for parts in found if parts]
    own = len(first) == len(names) and all(a < b for a, b in itertools.pairwise(first))
    return first if own else range(len(names))
