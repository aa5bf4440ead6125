"""The parts of a model as a graph: who sends, who receives, and which paths there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import torch

from causattn.base import DataError

if TYPE_CHECKING:
    from causattn.attention.interventions.paths import HeadPaths


def node_names(layers: int, heads: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of senders and receivers of a model, in their order."""
    senders, receivers = ["embedding"], []
    for layer in range(layers):
        senders += [f"{layer}.{head}" for head in range(heads)] + [f"{layer}.mlp"]
        receivers += [f"{layer}.{head}.{each}" for each in "qkv" for head in range(heads)]
        receivers.append(f"{layer}.mlp")
    return tuple(senders), (*receivers, "output")


def possible_paths(layers: int, heads: int) -> torch.Tensor:
    """Return which receivers come after which senders, bool [R, S]."""
    each = 3 * heads + 1
    found = torch.zeros((layers * each + 1, 1 + layers * (heads + 1)), dtype=torch.bool)
    for layer in range(layers):
        sent = 1 + layer * (heads + 1)
        found[layer * each : (layer + 1) * each - 1, :sent] = True
        found[(layer + 1) * each - 1, : sent + heads] = True
    found[-1] = True
    return found


def senders_of(place: int, heads: int) -> slice:
    """Return what is sent at an addition to the stream, counted from 0: heads, or the network."""
    layer, network = divmod(place, 2)
    first = 1 + layer * (heads + 1)
    return slice(first + heads, first + heads + 1) if network else slice(first, first + heads)


def paths_from(
    paths: HeadPaths, senders: Sequence[str], receivers: Sequence[str] | None = None
) -> torch.Tensor:
    """Return the paths from some senders to some receivers (all later ones), bool [R, S].

    Raises
    ------
    DataError
        Where a name is unknown, or no receiver comes after a sender.
    """
    chosen = torch.zeros_like(paths.possible)
    places = {name: k for k, name in enumerate(paths.receivers)}
    unknown = [name for name in receivers or () if name not in places]
    if unknown:
        raise DataError(
            f"There is no receiver {unknown[0]} in a model of {paths.layers} layers of "
            f"{paths.heads} heads; write LAYER.HEAD.q (k, v), LAYER.mlp or output."
        )
    rows = slice(None) if receivers is None else [places[name] for name in receivers]
    for sender in senders:
        chosen[rows, paths.index(sender)] = True
    chosen &= paths.possible
    if not chosen.any():
        raise DataError(
            f"No path leads from {', '.join(senders)} to {', '.join(receivers or ())}: what reads "
            "must come after what writes."
        )
    return chosen


def check_same_length(texts: Mapping[str, torch.Tensor]) -> None:
    """Refuse documents and counterfactuals of other lengths.

    Parameters
    ----------
    texts
        Token ids by what they are called, [B, T] each.

    Raises
    ------
    DataError
        Naming both lengths.
    """
    shapes = {name: tuple(ids.shape) for name, ids in texts.items()}
    if len(set(shapes.values())) > 1:
        named = " and ".join(f"{name} with {shape[1]} tokens" for name, shape in shapes.items())
        raise DataError(
            f"There are {named}; a path is patched between documents of as many tokens, choose a "
            "counterpart of equal length."
        )
