"""The graph of a model on a task: which paths between its parts carry what it predicts.

Candidates are the paths of the largest attribution; pruning patches them one after another and
keeps out what changes little (Conmy et al. 2023, "Towards automated circuit discovery for
mechanistic interpretability", ACDC: from the output back, each path's removal judged beside what is
removed already); what is left has the exact effect of its patch with an interval over documents. A
graph found on one sample may not be found on the next (Méloux, Portet and Peyrard 2025,
"Mechanistic interpretability as statistical estimation", arXiv 2510.00845), so each path has the
share of bootstrap samples of documents in which it is among as many strongest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from scipy import stats

from causattn.attention.interventions.path_effects import Metric, path_attribution, path_effects
from causattn.attention.interventions.path_pass import PatchKind, Written
from causattn.attention.interventions.paths import HeadPaths
from causattn.base import DataError, generator


@dataclass(frozen=True)
class PathCase:
    """Some documents of one length.

    Parameters
    ----------
    paths
        The model on them.
    other
        What stands in the place of what is patched.
    metric
        What is read.
    """

    paths: HeadPaths
    other: Written
    metric: Metric


@dataclass(frozen=True)
class HeadGraph:
    """Paths of a model that carry a task.

    Parameters
    ----------
    kind
        What stood in the place of patched paths.
    senders, receivers
        The parts' names, see `HeadPaths`.
    edges
        bool [R, S], the paths, **from sender (column) to receiver (row)**.
    candidates
        bool [R, S], the paths that were tried.
    attribution
        float32 [R, S], mean first-order effect of patching.
    table
        A row a path of the graph: sender, receiver, attribution, exact effect with its interval,
        bootstrap frequency.
    """

    kind: PatchKind
    senders: tuple[str, ...]
    receivers: tuple[str, ...]
    edges: torch.Tensor
    candidates: torch.Tensor
    attribution: torch.Tensor
    table: pd.DataFrame


def head_graph(
    cases: Sequence[PathCase],
    *,
    candidates: int = 200,
    threshold: float = 0.02,
    steps: int = 0,
    bootstrap: int = 200,
    confidence: float = 0.95,
    seed: int = 0,
) -> HeadGraph:
    """Find the graph of a model on a task.

    Parameters
    ----------
    cases
        The documents.
    candidates
        How many paths of the largest attribution are tried.
    threshold
        A path goes where removing it, beside all removed before it, changes the metric by less than
        this share of the difference between documents and counterfactuals.
    steps
        See `path_attribution`.
    bootstrap
        Samples of documents.
    confidence
        Coverage of the intervals.
    seed
        Draws the samples.

    Raises
    ------
    DataError
        Where documents and what stands in their place are predicted alike, or there are fewer than
        two.
    """
    each = torch.cat(
        [path_attribution(case.paths, case.other, case.metric, steps) for case in cases]
    )
    if len(each) < 2:
        raise DataError("An interval needs at least 2 documents; give more.")
    first = cases[0].paths
    possible = first.possible
    mean = each.mean(0)
    tried = strongest_paths(mean, possible, candidates)
    edges = prune_paths(cases, tried, threshold)
    rows = edges.nonzero()
    exact = torch.cat(
        [path_effects(case.paths, case.other, case.metric, rows) for case in cases], dim=1
    ).numpy()
    rng = generator(seed, "attention", "head_graph")
    often = torch.zeros_like(mean)
    for _ in range(bootstrap):
        drawn = torch.from_numpy(rng.integers(0, len(each), len(each)))
        often += strongest_paths(each[drawn].mean(0), possible, candidates)
    half = stats.t.isf((1 - confidence) / 2, exact.shape[1] - 1) * exact.std(1, ddof=1)
    half = half / np.sqrt(exact.shape[1])
    places = rows[:, 0], rows[:, 1]
    table = pd.DataFrame(
        {
            "sender": [first.senders[k] for k in rows[:, 1].tolist()],
            "receiver": [first.receivers[k] for k in rows[:, 0].tolist()],
            "attribution": mean[places].numpy(),
            "effect": exact.mean(1),
            "low": exact.mean(1) - half,
            "high": exact.mean(1) + half,
            "frequency": (often[places] / max(bootstrap, 1)).numpy(),
        }
    )
    kind = cases[0].other.kind
    return HeadGraph(kind, first.senders, first.receivers, edges, tried, mean, table)


def strongest_paths(scores: torch.Tensor, possible: torch.Tensor, count: int) -> torch.Tensor:
    """Return the possible paths of the largest size, bool [R, S]; of equal ones the earlier."""
    flat = possible.flatten().nonzero()[:, 0]
    order = scores.abs().flatten()[flat].argsort(descending=True, stable=True)
    chosen = torch.zeros(possible.numel(), dtype=torch.bool)
    chosen[flat[order[:count]]] = True
    return chosen.view_as(possible)


def prune_paths(cases: Sequence[PathCase], tried: torch.Tensor, threshold: float) -> torch.Tensor:
    """Return the paths that patching one after another does not take out, bool [R, S].

    Parameters
    ----------
    cases
        The documents.
    tried
        bool [R, S], the paths that stand at the beginning; all others are patched throughout.
    threshold
        See `head_graph`.
    """
    possible = cases[0].paths.possible
    whole, nothing = _ends(cases)
    bar = threshold * abs(whole - nothing)
    kept = tried.clone()
    now = _read(cases, possible & ~kept)
    # From the output back, as a path's reader has to be judged before what it reads.
    for receiver, sender in reversed(tried.nonzero().tolist()):
        kept[receiver, sender] = False
        without = _read(cases, possible & ~kept)
        if abs(without - now) < bar:
            now = without
        else:
            kept[receiver, sender] = True
    return kept


def circuit_curve(
    cases: Sequence[PathCase], order: torch.Tensor, counts: Sequence[int]
) -> tuple[pd.DataFrame, float]:
    """Return how a task holds with the first paths of an order alone, and the area under it.

    Parameters
    ----------
    cases
        The documents.
    order
        int64 [n, 2], receiver and sender of paths, most important first.
    counts
        How many of them are taken.

    Returns
    -------
    table
        A row a count. ``faithfulness``: the share of the difference between documents and what
        stands in their place that is left where all other paths are patched. ``completeness``: the
        share that is lost where these are patched alone.
    area
        Under the faithfulness, held between 0 and 1, over the logarithm of the counts, as a share.
    """
    possible = cases[0].paths.possible
    whole, nothing = _ends(cases)
    rows = []
    for count in counts:
        chosen = torch.zeros_like(possible)
        chosen[order[:count, 0], order[:count, 1]] = True
        left = (_read(cases, possible & ~chosen) - nothing) / (whole - nothing)
        lost = (whole - _read(cases, chosen)) / (whole - nothing)
        rows.append({"paths": count, "faithfulness": left, "completeness": lost})
    table = pd.DataFrame(rows)
    if len(counts) < 2:
        return table, float(table["faithfulness"].clip(0, 1).iloc[0])
    at = np.log(table["paths"].to_numpy(dtype=float))
    area = np.trapezoid(table["faithfulness"].clip(0, 1), at) / (at[-1] - at[0])
    return table, float(area)


def minimality(cases: Sequence[PathCase], edges: torch.Tensor) -> pd.DataFrame:
    """Return what each path of a circuit is worth: the share that is lost with it alone taken out.

    Parameters
    ----------
    cases
        The documents.
    edges
        bool [R, S], the circuit.
    """
    paths = cases[0].paths
    whole, nothing = _ends(cases)
    own = _read(cases, paths.possible & ~edges)
    rows = []
    for receiver, sender in edges.nonzero().tolist():
        less = edges.clone()
        less[receiver, sender] = False
        lost = (own - _read(cases, paths.possible & ~less)) / (whole - nothing)
        rows.append((paths.senders[sender], paths.receivers[receiver], lost))
    return pd.DataFrame(rows, columns=["sender", "receiver", "lost"])


def _ends(cases: Sequence[PathCase]) -> tuple[float, float]:
    """Return the mean metric of the documents, and with every path patched."""
    whole = _read(cases, None)
    nothing = _read(cases, cases[0].paths.possible)
    if abs(whole - nothing) < 1e-9:
        raise DataError(
            "The metric is the same for the documents and for what stands in their place, so that "
            "no path can carry a difference; choose other counterfactuals."
        )
    return whole, nothing


def _read(cases: Sequence[PathCase], patched: torch.Tensor | None) -> float:
    """Return the mean metric over all documents with some paths patched."""
    found = [
        case.metric(case.paths.run(patched, None if patched is None else case.other).logits)
        for case in cases
    ]
    return float(torch.cat(found).double().mean())
