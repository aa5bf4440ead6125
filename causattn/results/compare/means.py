"""How good each contestant is, where and overall, and how far two are apart."""

from __future__ import annotations

import numpy as np
import pandas as pd

from causattn.results.compare.bootstrap import holm, interval, seed_weights, sign_flip_p
from causattn.results.compare.cells import OutcomeCells
from causattn.results.compare.ranks import Ranking, rank

OVERALL = "overall"
"""The data set of a row that speaks of all of them, each counting the same."""


def means(cells: OutcomeCells) -> pd.DataFrame:
    """Return the mean of each contestant on each data set, and over all.

    Returns
    -------
    frame
        ``contestant``, ``data_set``, ``mean``, ``low``, ``high`` (95% bootstrap interval over
        seeds), ``seeds`` (with a value), ``of`` (that there were). A row over all data sets only
        where each of them has all its seeds.
    """
    weights = seed_weights(cells.drawn)
    used = np.asarray(cells.drawn.any(axis=1))
    mean = cells.means()
    rows = []
    for c, contestant in enumerate(cells.contestants):
        for d, data_set in enumerate(cells.data_sets):
            if not used[d] or np.isnan(mean[c, d]):
                continue
            low, high = _bounded(cells, interval(cells.values[c, d][None, :], [weights[d]]))
            seeds = int((~np.isnan(cells.values[c, d])).sum())
            of = int(cells.drawn[d].sum())
            rows.append((contestant, data_set, mean[c, d], low, high, seeds, of))
        if used.sum() > 1 and cells.complete[c][used].all():
            low, high = _bounded(cells, interval(cells.values[c], weights))
            count = int(cells.drawn.sum())
            rows.append((contestant, OVERALL, mean[c][used].mean(), low, high, count, count))
    columns = ["contestant", "data_set", "mean", "low", "high", "seeds", "of"]
    return pd.DataFrame(rows, columns=columns)


def _bounded(cells: OutcomeCells, limits: tuple[float, float]) -> tuple[float, float]:
    """Return an interval cut to what the metric can be."""
    least, most = cells.metric.bounds
    low, high = np.clip(limits, least, most)
    return float(low), float(high)


def differences(cells: OutcomeCells) -> pd.DataFrame:
    """Return how far every two contestants are apart on the draws that both finished.

    Returns
    -------
    frame
        ``first``, ``second``, ``difference`` (first minus second, the mean over data sets of the
        means over seeds), ``low``, ``high`` (95% bootstrap interval over seeds), ``better`` and
        ``worse`` (draws on which the first is), ``ties``, ``draws``, ``data_sets``, ``p``
        (sign-flip test), ``p_holm`` (adjusted for all pairs of this metric).
    """
    weights = seed_weights(cells.drawn)
    sign = -1 if cells.metric.lower_is_better else 1
    rows = []
    for i, first in enumerate(cells.contestants):
        for j in range(i + 1, len(cells.contestants)):
            gap = cells.values[i] - cells.values[j]
            there = ~np.isnan(gap)
            shared = there.any(axis=1)
            if not shared.any():
                continue
            seeds = there.sum(axis=1)
            by_set = np.nansum(gap, axis=1)[shared] / seeds[shared]
            share = np.broadcast_to(1 / np.maximum(seeds, 1)[:, None], gap.shape) / shared.sum()
            low, high = interval(gap, weights)
            better = int((sign * gap[there] > 0).sum())
            ties = int((gap[there] == 0).sum())
            rows.append(
                {
                    "first": first,
                    "second": cells.contestants[j],
                    "difference": float(by_set.mean()),
                    "low": low,
                    "high": high,
                    "better": better,
                    "worse": int(there.sum()) - better - ties,
                    "ties": ties,
                    "draws": int(there.sum()),
                    "data_sets": int(shared.sum()),
                    "p": sign_flip_p(gap[there], share[there]),
                }
            )
    frame = pd.DataFrame(rows)
    if len(frame):
        frame["p_holm"] = holm(frame["p"].to_numpy())
    return frame


def ranking(cells: OutcomeCells) -> tuple[Ranking | str, list[str]]:
    """Rank the contestants over the data sets.

    Who took part and did not come in (timed out, out of memory, failed) is last there. Contestants
    without the metric are not ranked, nor are data sets on which some job could not take part or
    is not there yet.

    Returns
    -------
    ranking
        Or why there is none.
    notes
        What was left out, in sentences.
    """
    notes: list[str] = []
    title = cells.metric.title
    ranked = cells.defined
    if not ranked.all():
        names = ", ".join(np.array(cells.contestants)[~ranked])
        notes.append(f"without any {title} and so not ranked by it: {names}")
    decided = (cells.complete | cells.last)[ranked].all(axis=0) & cells.drawn.any(axis=1)
    left_out = cells.drawn.any(axis=1) & ~decided
    if left_out.any():
        names = ", ".join(np.array(cells.data_sets)[left_out])
        notes.append(f"no ranks by {title} on {names}: not every contestant has all its runs there")
    scores = np.where(cells.complete, cells.means(), np.inf)[ranked][:, decided]
    if not cells.metric.lower_is_better:
        scores = np.where(np.isinf(scores), np.inf, -scores)
    last = int(np.isinf(scores).sum())
    if last:
        notes.append(
            f"{last} cell{'' if last == 1 else 's'} with a run that did not come in "
            f"{'is' if last == 1 else 'are'} ranked last by {title}"
        )
    labels = [name for name, keep in zip(cells.contestants, ranked, strict=True) if keep]
    sets = [name for name, keep in zip(cells.data_sets, decided, strict=True) if keep]
    found = rank(scores.T, labels, sets)
    return found, notes
