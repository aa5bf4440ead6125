"""A decoder as a graph of heads: what each part writes, and what another reads of it, patched.

The stream of a decoder is a sum. Every head, every feed-forward network and the embedding add to
it (they *send*), and the query, key and value of every later head, every later feed-forward network
and the output read all of it (they *receive*). A **path** is what one sender adds as one receiver
reads it: patching it replaces this, and leaves all other readers of that sender alone (path
patching: Wang et al. 2023, "Interpretability in the wild", section 3; Goldowsky-Dill et al. 2023).

What stands in its place is a `Written`, whose kind is part of every result:

==============  =====================================================
own             what it wrote in these documents
zero            nothing
mean            its mean over documents, at each position
resample        what it wrote in other documents
counterfactual  what it wrote in each document's counterfactual
==============  =====================================================

Norms are the model's own, at the patched stream. Where a family norms what a block writes (Gemma),
the size of the whole is held while it is divided among the heads. A key or value that several heads
share is patched for one head alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any, Literal

import torch
from transformers import PreTrainedModel

from causattn.attention.interventions.wiring import (
    Block,
    frozen_gain,
    head_outputs,
    wiring_of,
)
from causattn.base import DataError, ModelError

PatchKind = Literal["own", "zero", "mean", "resample", "counterfactual"]


@dataclass(frozen=True)
class Written:
    """What every sender writes in B documents of T tokens.

    Parameters
    ----------
    kind
        Where it is from.
    senders
        float [S, B, T, width], in the order of `HeadPaths.senders`.
    """

    kind: PatchKind
    senders: torch.Tensor

    def zero(self) -> Written:
        """Return nothing for every sender."""
        return Written("zero", torch.zeros_like(self.senders[:, :1, :1]).expand_as(self.senders))

    def mean(self) -> Written:
        """Return the mean over documents at each position."""
        return Written("mean", self.senders.mean(1, keepdim=True).expand_as(self.senders))

    def resample(self, order: torch.Tensor) -> Written:
        """Return what is written in other documents, int64 [B]."""
        return Written("resample", self.senders[:, order])

    def counterfactual(self) -> Written:
        """Return the same, as what stands in another's place."""
        return replace(self, kind="counterfactual")


@dataclass(frozen=True)
class PathRun:
    """What a pass gave: logits [B, P, vocabulary], and what was written where that was kept."""

    logits: torch.Tensor
    written: Written | None = None
    slack: tuple[torch.Tensor, ...] = ()


class HeadPaths:
    """Runs a decoder on documents of one length with some of its paths patched.

    Parameters
    ----------
    network
        The decoder, in evaluation mode.
    input_ids
        int64 [B, T], documents of one length without padding.
    at
        int64 [B, P], the positions whose logits are read; the last where None.

    Attributes
    ----------
    senders, receivers
        Names: ``"embedding"``, ``"3.5"`` (head 5 of layer 3), ``"3.mlp"``; ``"3.5.q"``,
        ``"3.5.k"``, ``"3.5.v"``, ``"3.mlp"``, ``"output"``.
    possible
        bool [R, S], which receivers come after which senders.

    Raises
    ------
    ModelError
        Where the model is wired in another way.
    """

    def __init__(
        self,
        network: PreTrainedModel,
        input_ids: torch.Tensor,
        at: torch.Tensor | None = None,
    ) -> None:
        self._network, self._wiring = network, wiring_of(network)
        self._ids = input_ids
        last = torch.full((len(input_ids), 1), input_ids.shape[1] - 1)
        self._at = (last if at is None else at).to(input_ids.device)
        self.layers, self.heads = len(self._wiring.blocks), self._wiring.heads
        self.senders, self.receivers = node_names(self.layers, self.heads)
        self.possible = possible_paths(self.layers, self.heads)
        self._settings: list[dict[str, Any]] = []
        self.start, own = self._plain()
        ours = self.run().logits
        tolerance = 1e-3 if own.dtype == torch.float32 else 5e-2
        if not torch.allclose(own.float(), ours.float(), atol=tolerance, rtol=tolerance):
            raise ModelError(
                f"Paths between heads of {type(network).__name__} cannot be patched: its blocks do "
                "more than add attention and feed-forward outputs to a stream; take a Llama, "
                "Qwen3, Gemma3 or GPT-2."
            )

    def written(self, start: torch.Tensor | None = None) -> Written:
        """Return what every sender writes in the documents as they are."""
        found = self.run(start=start, keep=True).written
        assert found is not None
        return found

    def run(
        self,
        edges: torch.Tensor | None = None,
        other: Written | None = None,
        *,
        nodes: torch.Tensor | None = None,
        start: torch.Tensor | None = None,
        keep: bool = False,
        slack: bool = False,
    ) -> PathRun:
        """Run the model.

        Parameters
        ----------
        edges
            bool [R, S], the paths that are patched, **from sender (column) to receiver (row)**.
        other
            What stands in their place.
        nodes
            bool [S], senders that are replaced for every receiver.
        start
            What the first block reads instead of the documents' embedding, [B, T, width].
        keep
            Return what every sender wrote.
        slack
            Let gradients flow: return for every receiver, layer by layer, zeros that were added to
            what it reads ([3 H, B, T, width] of a layer's heads, [B, T, width] of feed-forward
            networks and the output).

        Raises
        ------
        DataError
            Where what stands in the place of others has another shape.
        """
        changes = edges is not None or nodes is not None
        if changes and other is None:
            raise DataError("Paths are patched with what is written elsewhere; give other=.")
        shape = (len(self.senders), *self.start.shape)
        if other is not None and other.senders.shape != shape:
            raise DataError(
                f"What stands in the place of others has shape {tuple(other.senders.shape)} where "
                f"{shape} is needed; counterfactuals have as many tokens as their documents."
            )
        with nullcontext() if slack else torch.no_grad():
            return _Pass(self, edges, other, nodes, keep, slack).run(
                self.start if start is None else start
            )

    def index(self, sender: str) -> int:
        """Return the place of a sender.

        Raises
        ------
        DataError
            Where there is none of this name.
        """
        if sender not in self.senders:
            raise DataError(
                f"There is no part {sender} in a model of {self.layers} layers of {self.heads} "
                "heads; write embedding, LAYER.HEAD or LAYER.mlp."
            )
        return self.senders.index(sender)

    def _plain(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Run the model as it is; return what its first block reads, and its logits."""
        first: list[torch.Tensor] = []
        self._settings = []

        def note(module: torch.nn.Module, given: Any, named: dict[str, Any]) -> None:
            own = {key: each for key, each in named.items() if key != "hidden_states"}
            self._settings.append({key: _without_cache(key, own[key]) for key in own})

        def begin(module: torch.nn.Module, given: tuple[torch.Tensor, ...]) -> None:
            first.append(given[0])

        handles = [
            block.attention.register_forward_pre_hook(note, with_kwargs=True)
            for block in self._wiring.blocks
        ]
        handles.append(self._wiring.blocks[0].norm.register_forward_pre_hook(begin))
        try:
            with torch.no_grad():
                logits = self._network(input_ids=self._ids, use_cache=False).logits
        finally:
            for handle in handles:
                handle.remove()
        rows = torch.arange(len(self._ids), device=self._ids.device)[:, None]
        return first[0].detach(), logits[rows, self._at]


class _Pass:
    """One pass over the blocks."""

    def __init__(
        self,
        paths: HeadPaths,
        edges: torch.Tensor | None,
        other: Written | None,
        nodes: torch.Tensor | None,
        keep: bool,
        slack: bool,
    ) -> None:
        self._paths, self._wiring = paths, paths._wiring
        self._edges, self._nodes, self._keep = edges, nodes, keep
        self._other = None if other is None else other.senders
        self._sends = None if edges is None else edges.any(0)
        self._slack: list[torch.Tensor] | None = [] if slack else None
        self._written: list[torch.Tensor] = []
        self._differences: dict[int, torch.Tensor] = {}
        self._sent = 0

    def run(self, start: torch.Tensor) -> PathRun:
        paths, heads = self._paths, self._paths.heads
        stream = start + self._send(start[None]).sum(0)
        for number, block in enumerate(self._wiring.blocks):
            first = number * (3 * heads + 1)
            own = self._heads(number, block, stream, first)
            total = block.writes(own.flatten(2))
            parts = torch.einsum("bthd,hdw->hbtw", own, block.written(heads))
            if block.after is not None:
                parts = parts * frozen_gain(block.after, total)
                total = block.after(total)
            stream = stream + total + self._send(parts).sum(0)
            read = self._read(stream, first + 3 * heads)
            total = block.mlp(block.mlp_norm(read))
            total = total if block.mlp_after is None else block.mlp_after(total)
            stream = stream + total + self._send(total[None]).sum(0)
        stream = self._read(stream, len(paths.receivers) - 1)
        rows = torch.arange(len(stream), device=stream.device)[:, None]
        logits = self._wiring.vocabulary(self._wiring.norm(stream[rows, paths._at]))
        kept = Written("own", torch.cat(self._written)) if self._keep else None
        return PathRun(logits, kept, tuple(self._slack or ()))

    def _send(self, parts: torch.Tensor) -> torch.Tensor:
        """Note what some senders write, [s, B, T, width]; return by how much it is replaced."""
        first, count = self._sent, len(parts)
        self._sent += count
        change = parts.new_zeros(1, 1, 1, 1)
        if self._nodes is not None and self._nodes[first : first + count].any():
            assert self._other is not None
            which = self._nodes[first : first + count, None, None, None].to(parts.device)
            change = torch.where(which, self._other[first : first + count] - parts, 0.0)
            parts = parts + change
        if self._keep:
            self._written.append(parts)
        if self._sends is not None:
            for k in range(count):
                if self._sends[first + k]:
                    assert self._other is not None
                    self._differences[first + k] = self._other[first + k] - parts[k]
        return change

    def _patch(self, first: int, count: int) -> tuple[torch.Tensor, torch.Tensor] | None:
        """Return which of some receivers read patched paths, int64 [r], and by how much."""
        if self._edges is None or not self._differences:
            return None
        known = torch.tensor(sorted(self._differences))
        which = self._edges[first : first + count][:, known]
        rows = which.any(1).nonzero()[:, 0]
        columns = which.any(0).nonzero()[:, 0]
        if not len(rows):
            return None
        stacked = torch.stack([self._differences[int(known[k])] for k in columns])
        weights = which[rows][:, columns].to(stacked)
        return rows, torch.einsum("rs,sbtw->rbtw", weights, stacked)

    def _read(self, stream: torch.Tensor, receiver: int) -> torch.Tensor:
        """Return what a single receiver reads."""
        found = self._patch(receiver, 1)
        read = stream if found is None else stream + found[1][0]
        if self._slack is None:
            return read
        self._slack.append(torch.zeros_like(read, requires_grad=True))
        return read + self._slack[-1]

    def _heads(self, number: int, block: Block, stream: torch.Tensor, first: int) -> torch.Tensor:
        """Return a layer's heads' outputs, [B, T, H, d], each from what it reads by itself."""
        heads, settings = self._paths.heads, self._paths._settings[number]
        found = self._patch(first, 3 * heads)
        if found is None and self._slack is None:
            return head_outputs(block, block.norm(stream), settings, heads)
        if self._slack is not None:
            self._slack.append(stream.new_zeros(3 * heads, *stream.shape).requires_grad_())
            change, touched = self._slack[-1], list(range(heads))
        else:
            assert found is not None
            rows, own = found
            touched = sorted({int(row) % heads for row in rows})
            change = stream.new_zeros(3 * heads, *stream.shape)
            change[rows] = own
        channels = change.unflatten(0, (3, heads))[:, touched] + stream
        read = block.norm(channels).flatten(1, 2)
        own = head_outputs(block, (read[0], read[1], read[2]), settings, heads)
        own = own.unflatten(0, (len(touched), -1))
        apart = torch.stack([own[k, :, :, head] for k, head in enumerate(touched)], dim=2)
        if len(touched) == heads:
            return apart
        whole = head_outputs(block, block.norm(stream), settings, heads).clone()
        whole[:, :, touched] = apart
        return whole


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


def _without_cache(key: str, value: Any) -> Any:
    """Return a setting of an attention module without what earlier passes kept."""
    return None if key.startswith("past_key_value") else value


def same_length(texts: Mapping[str, torch.Tensor]) -> None:
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
