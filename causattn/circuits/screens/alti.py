"""Paths by how much of what the receiver reads comes from the sender: no answer, no patch.

ALTI, Ferrando, Gallego and Costa-jussa (2022), "Measuring the mixing of contextual information in
the transformer", for parts in place of tokens, as Ferrando and Voita (2024), "Information flow
routes", have it. A receiver takes the sum of all that came before through its
norm, whose size is held, and its map: y = sum_s f_s. The sender's share at a place is

    c_s = max(0, |y| - |y - f_s|) / sum_s' max(0, |y| - |y - f_s'|)     (sums of absolute values)

and its score the mean over places; of the output, over those that are read. Norms that the stream
passes between sender and receiver (BERT) have their size held, too. Constants that attention adds
beside what heads write (biases of W_O) belong to no sender and are left out of y.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch

from causattn.attention import HeadPaths, norm_gain, reading_maps, senders_of
from causattn.circuits.contract import CircuitTask, PathScreen


class AltiPaths(PathScreen):
    """The sender's share of what the receiver reads, by distance: no answer is looked at (ALTI)."""

    name = "alti"
    paper = "Ferrando et al. (2022), Measuring the mixing of contextual information"

    def scores(self, task: CircuitTask) -> torch.Tensor:
        """Return the shares, [B, R, S]."""
        return torch.cat([_shares(case.paths) for case in task.cases])


def _shares(paths: HeadPaths) -> torch.Tensor:
    found = paths.start.new_zeros((len(paths.start), *paths.possible.shape), dtype=torch.float32)
    streams = _streams(paths)
    each = 3 * paths.heads + 1
    for receiver, (norm, reads) in enumerate(_maps(paths)):
        senders = paths.possible[receiver].nonzero()[:, 0]
        last = receiver == len(paths.receivers) - 1
        if receiver % each in (0, each - 1):
            written = next(streams)
        for document in range(len(found)):
            own = written[senders, document]
            own = own[:, paths.at[document]] if last else own
            # Of a layer norm what is left, its size held, is to take the mean away.
            own = own - own.mean(-1, keepdim=True) if isinstance(norm, torch.nn.LayerNorm) else own
            parts = own * reads if last else own @ reads.T
            whole = parts.sum(0)
            near = whole.abs().sum(-1) - (whole - parts).abs().sum(-1)
            near = near.clamp(min=0)
            share = near / near.sum(0).clamp(min=torch.finfo(near.dtype).tiny)
            found[document, receiver, senders] = share.mean(-1)
    return found


def _streams(paths: HeadPaths) -> Iterator[torch.Tensor]:
    """Yield what senders have in the stream that attention, network ... and output read.

    float32 [S, B, T, width]; those that come later may be there, too.
    """
    written = paths.written().senders.float()
    if not paths.added:
        while True:
            yield written
    parts = written[:1]
    for place, step in enumerate(paths.added):
        yield parts
        parts = torch.cat([parts, written[senders_of(place, paths.heads)]])
        assert isinstance(step.norm, torch.nn.LayerNorm)
        size = (step.whole.float().var(-1, correction=0, keepdim=True) + step.norm.eps).sqrt()
        parts = (parts - parts.mean(-1, keepdim=True)) / size * step.norm.weight.float()
    yield parts


def _maps(paths: HeadPaths) -> Iterator[tuple[torch.nn.Module, torch.Tensor]]:
    """Yield each receiver's norm and map, [d, width]; of the output the norm's gain alone, [width].

    The map to the vocabulary is left out: it is as high as there are words.
    """
    wiring = paths.wiring
    norms: list[torch.nn.Module] = []
    for block in wiring.blocks:
        norms += [block.norm] * (3 * wiring.heads) + [block.mlp_norm]
    maps = reading_maps(wiring)
    for norm in norms:
        yield norm, next(maps)
    yield wiring.norm, norm_gain(wiring.norm, paths.start.shape[-1])


PATH_SCREEN = AltiPaths()
