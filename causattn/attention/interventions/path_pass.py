"""One pass over a model's blocks, some of its paths patched; see `HeadPaths`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import torch

from causattn.attention.interventions.path_nodes import senders_of
from causattn.attention.interventions.wiring import Block, frozen_gain, head_outputs

if TYPE_CHECKING:
    from causattn.attention.interventions.paths import HeadPaths

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
class Added:
    """An addition to the stream and the norm behind it, where there is one.

    Parameters
    ----------
    norm
        The norm.
    whole, normed
        float [B, T, width], the stream before and after it.
    """

    norm: torch.nn.Module
    whole: torch.Tensor
    normed: torch.Tensor


@dataclass(frozen=True)
class PathRun:
    """What a pass gave: logits [B, P, vocabulary], and what was written where that was kept."""

    logits: torch.Tensor
    written: Written | None = None
    slack: tuple[torch.Tensor, ...] = ()
    added: tuple[Added, ...] = ()


class PathPass:
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
        self._paths, self._wiring = paths, paths.wiring
        self._edges, self._nodes, self._keep = edges, nodes, keep
        self._other = None if other is None else other.senders
        self._sends = None if edges is None else edges.any(0)
        self._slack: list[torch.Tensor] | None = [] if slack else None
        self._written: list[torch.Tensor] = []
        self._differences: dict[int, torch.Tensor] = {}
        self._sent = 0
        self.streams: list[torch.Tensor] = []
        self.added: list[Added] = []

    def run(self, start: torch.Tensor, layer: int = 0) -> PathRun:
        """Run the blocks from a layer on, up to which everything is as it was."""
        paths, heads = self._paths, self._paths.heads
        if layer == 0:
            stream = start + self._send(start[None]).sum(0)
        else:
            stream = self._skipped(layer)
        for number, block in list(enumerate(self._wiring.blocks))[layer:]:
            self.streams.append(stream)
            first = number * (3 * heads + 1)
            own = self._heads(number, block, stream, first)
            total = block.writes(own.flatten(2))
            parts = torch.einsum("bthd,hdw->hbtw", own, block.written(heads))
            if block.after is not None:
                parts = parts * frozen_gain(block.after, total)
                total = block.after(total)
            stream = self._add(stream + total + self._send(parts).sum(0), block.added)
            read = self._read(stream, first + 3 * heads)
            total = block.mlp(block.mlp_norm(read))
            total = total if block.mlp_after is None else block.mlp_after(total)
            stream = self._add(stream + total + self._send(total[None]).sum(0), block.mlp_added)
        self.streams.append(stream)
        stream = self._read(stream, len(paths.receivers) - 1)
        rows = torch.arange(len(stream), device=stream.device)[:, None]
        logits = self._wiring.vocabulary(self._wiring.norm(stream[rows, paths.at]))
        kept = Written("own", torch.cat(self._written)) if self._keep else None
        return PathRun(logits, kept, tuple(self._slack or ()), tuple(self.added))

    def _add(self, whole: torch.Tensor, norm: torch.nn.Module | None) -> torch.Tensor:
        """Return the stream after an addition."""
        if norm is None:
            return whole
        self.added.append(Added(norm, whole, norm(whole)))
        return self.added[-1].normed

    def _skipped(self, layer: int) -> torch.Tensor:
        """Return the stream before a layer up to which everything is as it was."""
        own = self._paths.written().senders
        self._sent = 1 + layer * (self._paths.heads + 1)
        self.added = list(self._paths.added[: 2 * layer])
        if self._sends is not None and self._other is not None:
            for k in self._sends[: self._sent].nonzero()[:, 0].tolist():
                self._differences[k] = self._other[k] - own[k]
        return self._paths.streams[layer]

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
        if not self.added:
            return rows, torch.einsum("rs,sbtw->rbtw", weights, stacked)
        return rows, self._through_norms(known[columns], weights, stacked)

    def _through_norms(
        self, senders: torch.Tensor, weights: torch.Tensor, differences: torch.Tensor
    ) -> torch.Tensor:
        """Return by how much the stream differs that some receivers read, [r, B, T, width].

        The norms between are run again with what is patched in its place, all else held.
        """

        def entering(some: slice) -> torch.Tensor | None:
            here = (senders >= some.start) & (senders < some.stop)
            if not here.any():
                return None
            return torch.einsum("rs,sbtw->rbtw", weights[:, here], differences[here])

        change = entering(slice(0, 1))
        for place, step in enumerate(self.added):
            new = entering(senders_of(place, self._paths.heads))
            if new is not None:
                change = new if change is None else change + new
            if change is not None:
                change = step.norm(step.whole + change) - step.normed
        assert change is not None
        return change

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
        heads, settings = self._paths.heads, self._paths.settings[number]
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
