"""How good each contestant is, where and overall, and how far two are apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from causattn.results.compare.bootstrap import holm, interval, seed_weights, shares, sign_flip_p
from causattn.results.compare.cells import OutcomeCells
from causattn.results.compare.outcomes import RANKED_LAST
from causattn.results.compare.ranks import Ranking, rank

OVERALL = "overall"
"""The data set of a row that speaks of all of them: networks count alike, and so do their sizes."""


def means(cells: OutcomeCells) -> pd.DataFrame:
    """Return the mean of each contestant on each data set, and over all.

    Returns
    -------
    frame
        ``contestant``, ``data_set``, ``mean``, ``low``, ``high`` (95% bootstrap interval over
        seeds), ``seeds`` (with a value), ``of`` (that there were). A row over all data sets only
        where each of them has all its seeds.
    """
    weights = seed_weights(cells.drawn, cells.blocks)
    used = np.asarray(cells.drawn.any(axis=1))
    share = shares(used, cells.blocks)
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
            low, high = _bounded(cells, interval(cells.values[c], weights, cells.blocks))
            count = int(cells.drawn.sum())
            overall = float(share[used] @ mean[c][used])
            rows.append((contestant, OVERALL, overall, low, high, count, count))
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
        ``first``, ``second``, ``difference`` (first minus second, the mean over blocks of the
        means over their data sets and seeds), ``low``, ``high`` (95% bootstrap interval over
        seeds), ``better`` and ``worse`` (draws on which the first is), ``ties``, ``draws``,
        ``data_sets``, ``left_out`` (data sets on which either has no value, by name), ``flips``
        (blocks and seeds whose differences are not 0: what the test turns), ``p`` (sign-flip
        test), ``p_holm`` (adjusted for all pairs of this metric).
    """
    weights = seed_weights(cells.drawn, cells.blocks)
    labels = np.array(cells.data_sets, dtype=object)
    used = cells.drawn.any(axis=1)
    sign = -1 if cells.metric.lower_is_better else 1
    rows = []
    for i, first in enumerate(cells.contestants):
        for j in range(i + 1, len(cells.contestants)):
            gap = cells.values[i] - cells.values[j]
            there = ~np.isnan(gap)
            shared = there.any(axis=1)
            if not shared.any():
                continue
            share = shares(shared, cells.blocks) / np.maximum(there.sum(axis=1), 1)
            parts = _by_block(np.where(there, gap, 0.0) * share[:, None], cells.blocks)
            low, high = interval(gap, weights, cells.blocks)
            better = int((sign * gap[there] > 0).sum())
            ties = int((gap[there] == 0).sum())
            rows.append(
                {
                    "first": first,
                    "second": cells.contestants[j],
                    "difference": float(parts.sum()),
                    "low": low,
                    "high": high,
                    "better": better,
                    "worse": int(there.sum()) - better - ties,
                    "ties": ties,
                    "draws": int(there.sum()),
                    "data_sets": int(shared.sum()),
                    "left_out": "; ".join(labels[used & ~shared]),
                    "flips": int(np.count_nonzero(parts)),
                    "p": sign_flip_p(parts),
                }
            )
    frame = pd.DataFrame(rows)
    if len(frame):
        frame["p_holm"] = holm(frame["p"].to_numpy())
    return frame


def _by_block(parts: np.ndarray, blocks: Sequence[str]) -> np.ndarray:
    """Return the sums over the data sets of each block, float64 [blocks x seeds]."""
    numbers = {label: k for k, label in enumerate(dict.fromkeys(blocks))}
    places = [numbers[label] for label in blocks]
    sums = np.zeros((len(numbers), parts.shape[1]))
    np.add.at(sums, places, parts)
    size = np.zeros_like(sums)
    np.add.at(size, places, np.abs(parts))
    sums[np.abs(sums) <= 1e-12 * size] = 0.0  # differences that cancel but for rounding
    return sums.ravel()


def ranking(cells: OutcomeCells) -> tuple[Ranking | str, list[str]]:
    """Rank the contestants over the data sets, those of a block together.

    Who took part and did not come in (timed out, out of memory, failed) is last there, and so is
    whose graph has no value by its own doing (`Metric.undefined_last`). Contestants without the
    metric are not ranked, nor are data sets on which some job could not take part, is not there
    yet, or has no value by the data set's doing.

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
        notes.append(
            f"no ranks by {title} on {names}: not every contestant has all its runs and values "
            "there"
        )
    scores = np.where(cells.complete, cells.means(), np.inf)[ranked][:, decided]
    if not cells.metric.lower_is_better:
        scores = np.where(np.isinf(scores), np.inf, -scores)
    late = np.asarray(np.isin(cells.outcomes, list(RANKED_LAST)).any(axis=2))[ranked][:, decided]
    for why, there in (
        ("a run that did not come in", np.isinf(scores) & late),
        (f"an undefined {title}", np.isinf(scores) & ~late),
    ):
        if last := int(there.sum()):
            notes.append(
                f"{last} cell{'' if last == 1 else 's'} with {why} "
                f"{'is' if last == 1 else 'are'} ranked last by {title}"
            )
    labels = [name for name, keep in zip(cells.contestants, ranked, strict=True) if keep]
    sets = [name for name, keep in zip(cells.data_sets, decided, strict=True) if keep]
    blocks = [name for name, keep in zip(cells.blocks, decided, strict=True) if keep]
    found = rank(scores.T, labels, sets, blocks)
    if isinstance(found, Ranking) and left_out.any():
        found = replace(found, left_out=tuple(np.array(cells.data_sets)[left_out].tolist()))
    return found, notes
