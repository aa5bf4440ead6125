"""The leaderboard: one row a contestant, the best first."""

from __future__ import annotations

import numpy as np
import pandas as pd

from causattn.results.compare.cells import OutcomeCells
from causattn.results.compare.means import OVERALL
from causattn.results.compare.ranks import Ranking

COLUMNS = ("contestant", "mean", "low", "high", "rank", "wins", "draws", "seconds", "values", "of")


def leaderboard(
    cells: OutcomeCells, table: pd.DataFrame, ranking: Ranking | str, seconds: np.ndarray
) -> pd.DataFrame:
    """Return one row a contestant, the best first.

    Parameters
    ----------
    cells
        One metric.
    table
        Of `causattn.results.compare.means.means`, for the metric.
    ranking
        By the metric, or why there is none.
    seconds
        float64 [contestants]: the time of each, NaN where it has none.

    Returns
    -------
    frame
        ``contestant``; ``mean``, ``low``, ``high`` over all data sets, NaN for one that lacks a
        value; ``rank``, the mean one, NaN where there is none; ``wins``, the draws on which nobody
        is better (a tie is a win of each), of ``draws``; ``seconds``; ``values`` of ``of`` draws.
        By rank, then by mean, whoever has neither last.
    """
    sign = 1.0 if cells.metric.lower_is_better else -1.0
    badness = np.where(np.isnan(cells.values), np.inf, sign * cells.values)
    least = badness.min(axis=0)
    near = np.isclose(badness, least, rtol=1e-12, atol=0) & np.isfinite(badness)
    several = int(cells.drawn.any(axis=1).sum()) > 1
    whole = table[(table["data_set"] == OVERALL) if several else slice(None)]
    means = whole[whole["seeds"] == whole["of"]].set_index("contestant")
    ranks: dict[str, float] = {}
    if isinstance(ranking, Ranking):
        ranks = dict(zip(ranking.contestants, map(float, ranking.mean_ranks), strict=True))
    draws = int(cells.drawn.sum())
    rows = []
    for c, name in enumerate(cells.contestants):
        mean, low, high = means.loc[name, ["mean", "low", "high"]] if name in means.index else _NONE
        there = int((~np.isnan(cells.values[c])).sum())
        rank = ranks.get(name, np.nan)
        wins = int(near[c].sum())
        rows.append((name, mean, low, high, rank, wins, draws, float(seconds[c]), there, draws))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    order = np.lexsort((sign * frame["mean"], frame["rank"]))
    return frame.iloc[order].reset_index(drop=True)


_NONE = (np.nan, np.nan, np.nan)
