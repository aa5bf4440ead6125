"""Effects of heads and of paths between them: exact, by patching, and to first order, by gradients.

**Exact.** The *total* effect of a part is what replacing it for every reader does, the *direct* one
what replacing it for the output alone does, the *indirect* one what replacing it for everybody but
the output does. Where the model is linear the two add up to the total; elsewhere they need not.

**First order.** What a path carries, times the slope of the metric there: edge attribution patching
(Syed, Rager and Conmy 2023, "Attribution patching outperforms automated circuit discovery"), one
pass over the documents, one over their counterfactuals and one back, for all paths at once. With
`steps` the slope is averaged on the way from the counterfactual's embedding to the document's
(Hanna, Pezzelle and Belinkov 2024, "Have faith in faithfulness", EAP-IG). Effects are of patching:
the metric with the path replaced, less the metric as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch

from causattn.attention.interventions.path_nodes import paths_from, senders_of
from causattn.attention.interventions.path_pass import PatchKind, Written
from causattn.attention.interventions.paths import HeadPaths

Metric = Callable[[torch.Tensor], torch.Tensor]
"""From logits [B, P, vocabulary] to a number for each document, [B]."""


@dataclass(frozen=True)
class PartEffects:
    """Effects of replacing parts of a model.

    Parameters
    ----------
    kind
        What stood in their place.
    parts
        Names of the n parts (heads, feed-forward networks).
    before
        float [B], the metric as it is.
    total, direct, indirect
        float [n, B], its change.
    """

    kind: PatchKind
    parts: tuple[str, ...]
    before: torch.Tensor
    total: torch.Tensor
    direct: torch.Tensor
    indirect: torch.Tensor


def part_effects(
    paths: HeadPaths, other: Written, metric: Metric, parts: Sequence[str]
) -> PartEffects:
    """Return total, direct and indirect effects of replacing parts, one at a time.

    Parameters
    ----------
    paths
        The model and its documents.
    other
        What stands in the parts' place.
    metric
        What is read of the logits.
    parts
        Names of senders.
    """
    before = metric(paths.run().logits)
    total, direct, indirect = [], [], []
    for part in parts:
        node = torch.zeros(len(paths.senders), dtype=torch.bool)
        node[paths.index(part)] = True
        every = paths_from(paths, [part])
        last, rest = every.clone(), every.clone()
        last[:-1], rest[-1] = False, False
        total.append(metric(paths.run(other=other, nodes=node).logits) - before)
        direct.append(metric(paths.run(last, other).logits) - before)
        indirect.append(metric(paths.run(rest, other).logits) - before)
    stacked = (torch.stack(each) for each in (total, direct, indirect))
    return PartEffects(other.kind, tuple(parts), before, *stacked)


def path_effects(
    paths: HeadPaths, other: Written, metric: Metric, edges: torch.Tensor
) -> torch.Tensor:
    """Return the exact effect of patching each of some paths alone, float [n, B].

    Parameters
    ----------
    paths, other, metric
        See `part_effects`.
    edges
        int64 [n, 2], receiver and sender of each path.
    """
    before = metric(paths.run().logits)
    found = []
    for receiver, sender in edges.tolist():
        one = torch.zeros_like(paths.possible)
        one[receiver, sender] = True
        found.append(metric(paths.run(one, other).logits) - before)
    return torch.stack(found) if found else before.new_zeros((0, len(before)))


def path_attribution(
    paths: HeadPaths, other: Written, metric: Metric, steps: int = 0
) -> torch.Tensor:
    """Return the effect of patching every path to first order, float32 [B, R, S].

    Parameters
    ----------
    paths, other, metric
        See `part_effects`.
    steps
        Points between the embedding that `other` holds and the documents' own at which slopes are
        taken; 0 takes that of the documents alone.
    """
    difference = other.senders - paths.written().senders
    fractions = [k / steps for k in range(1, steps + 1)] or [1.0]
    found = difference.new_zeros((len(paths.start), *paths.possible.shape))
    for fraction in fractions:
        start = paths.start + (1.0 - fraction) * difference[0]
        for rows, sent, own in _slopes(paths, metric, start):
            found[:, rows, sent] += torch.einsum("rbtw,sbtw->brs", own, difference[sent])
    return found * paths.possible.to(found) / len(fractions)


def path_positions(
    paths: HeadPaths, other: Written, metric: Metric, edges: torch.Tensor
) -> torch.Tensor:
    """Return at which tokens paths carry their effect, to first order, float32 [n, B, T].

    Parameters
    ----------
    paths, other, metric
        See `part_effects`.
    edges
        int64 [n, 2], receiver and sender of each path.
    """
    difference = other.senders - paths.written().senders
    found = difference.new_zeros((len(edges), *difference.shape[1:3]))
    for rows, sent, own in _slopes(paths, metric, paths.start):
        for k, (receiver, sender) in enumerate(edges.tolist()):
            if rows.start <= receiver < rows.stop and sent.start <= sender < sent.stop:
                found[k] = (own[receiver - rows.start] * difference[sender]).sum(-1)
    return found


def _slopes(
    paths: HeadPaths, metric: Metric, start: torch.Tensor
) -> Iterator[tuple[slice, slice, torch.Tensor]]:
    """Yield receivers, senders, and the slope in what these write as those read it, [r, B, T, w].

    Every possible path is among one of the yields; where the stream is a sum, all senders write
    what is read, else slopes are handed back through the norms between.
    """
    with torch.enable_grad():
        run = paths.run(start=start, slack=True)
        slopes = torch.autograd.grad(metric(run.logits).sum(), run.slack, materialize_grads=True)
    each = [slope if slope.dim() == 4 else slope[None] for slope in slopes]
    if not run.added:
        first = 0
        for own in each:
            rows = slice(first, first + len(own))
            yield rows, slice(0, int(paths.possible[rows].any(0).sum())), own
            first = rows.stop
        return
    last = len(paths.receivers)
    back = each.pop()
    for place in reversed(range(len(run.added))):
        step = run.added[place]
        with torch.enable_grad():
            whole = step.whole.detach().expand(len(back), *step.whole.shape).requires_grad_()
            (back,) = torch.autograd.grad(step.norm(whole), whole, back)
        yield slice(last - len(back), last), senders_of(place, paths.heads), back
        back = torch.cat([each.pop(), back])
    yield slice(0, last), slice(0, 1), back
