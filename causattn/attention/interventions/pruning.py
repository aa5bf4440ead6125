"""Which paths of a model carry a task: pruned, kept alone, taken out one by one.

Pruning patches paths one after another and keeps out what changes little (Conmy et al. 2023,
"Towards automated circuit discovery for mechanistic interpretability", ACDC: from the output back,
each path's removal judged beside what is removed already).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch

from causattn.attention.interventions.path_effects import Metric
from causattn.attention.interventions.path_pass import Written
from causattn.attention.interventions.paths import HeadPaths
from causattn.base import DataError


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


def strongest_paths(scores: torch.Tensor, possible: torch.Tensor, count: int) -> torch.Tensor:
    """Return the possible paths of the largest size, bool [R, S]; of equal ones the earlier."""
    flat = possible.flatten().nonzero()[:, 0]
    order = scores.cpu().abs().flatten()[flat].argsort(descending=True, stable=True)
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
        A path goes where removing it, beside all removed before it, takes the metric further from
        that of the whole model by less than this share of the way to where every path is patched;
        means over documents.
    """
    possible = cases[0].paths.possible
    _ends(cases)
    whole = _each(cases, None)

    def apart(kept: torch.Tensor) -> float:
        return float((_each(cases, possible & ~kept) - whole).abs().mean())

    bar = threshold * apart(torch.zeros_like(tried))
    kept = tried.clone()
    now = apart(kept)
    # From the output back, as a path's reader has to be judged before what it reads.
    for receiver, sender in reversed(tried.nonzero().tolist()):
        kept[receiver, sender] = False
        without = apart(kept)
        if without - now < bar:
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
    return float(_each(cases, patched).mean())


def _each(cases: Sequence[PathCase], patched: torch.Tensor | None) -> torch.Tensor:
    """Return the metric of each document with some paths patched, float64 [B]."""
    found = [
        case.metric(case.paths.run(patched, None if patched is None else case.other).logits)
        for case in cases
    ]
    return torch.cat(found).cpu().double()
