"""Friedman's test over networks, and Nemenyi's critical difference of mean ranks.

Friedman's rows have to be independent, and the sizes of one network are not: ranks are averaged
over a network's data sets, and these averages are ranked again, one row a network.

Source: Demšar (2006), "Statistical comparisons of classifiers over multiple data sets", JMLR 7:
the statistic on page 11 (here with the correction for ties), its F version by Iman and Davenport
on the same page, Nemenyi's critical difference and the diagram on pages 11, 12 and 16.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

LEVEL = 0.05


@dataclass(frozen=True)
class Ranking:
    """Who ranks where over several data sets.

    Parameters
    ----------
    contestants
        Those who were ranked.
    mean_ranks
        float64 [k], 1 is best.
    data_sets
        Those over which they were ranked.
    blocks
        The rows of the test: networks.
    chi_square, p_chi_square
        Friedman's statistic with the correction for ties, and its p-value.
    f, p_f
        Iman and Davenport's statistic, and its p-value.
    critical_difference
        Mean ranks further apart than this differ at the level.
    groups
        Places in `contestants` of each largest set within the critical difference.
    level
        Of Nemenyi's test.
    left_out
        Data sets over which nobody could be ranked.
    """

    contestants: tuple[str, ...]
    mean_ranks: np.ndarray
    data_sets: tuple[str, ...]
    blocks: tuple[str, ...]
    chi_square: float
    p_chi_square: float
    f: float
    p_f: float
    critical_difference: float
    groups: tuple[tuple[int, ...], ...]
    level: float = LEVEL
    left_out: tuple[str, ...] = ()


def ranks_by_row(scores: np.ndarray) -> np.ndarray:
    """Return the ranks in each row, 1 for the lowest, ties sharing theirs.

    Parameters
    ----------
    scores
        float64 [data sets, contestants]; infinity ranks last. Differences below 1e-12 of the
        largest score are ties.
    """
    finite = np.abs(scores[np.isfinite(scores)]).max(initial=0.0)
    unit = finite * 1e-12
    rounded = np.round(scores / unit) if unit > 0 else scores
    return np.asarray(stats.rankdata(rounded, axis=1))


def rank(
    scores: np.ndarray,
    contestants: Sequence[str],
    data_sets: Sequence[str],
    blocks: Sequence[str] | None = None,
    level: float = LEVEL,
) -> Ranking | str:
    """Rank contestants over networks.

    Parameters
    ----------
    scores
        float64 [data sets, contestants], **lower is better**; infinity for one who did not come in.
    contestants, data_sets
        Labels of columns and rows.
    blocks
        The block of each data set; every data set is one where there are none.
    level
        Of Nemenyi's test.

    Returns
    -------
    Ranking or str
        Or a sentence that says why there is none.
    """
    labels = list(data_sets if blocks is None else blocks)
    own = list(dict.fromkeys(labels))
    rows, columns = len(own), scores.shape[1]
    if columns < 3:
        return f"ranks take 3 contestants or more, and there are {columns}"
    if rows < 2:
        return (
            "ranks take 2 networks or more on which all contestants ran, and there "
            f"{'is 1' if rows == 1 else f'are {rows}'}"
        )
    ranks = ranks_by_row(scores)
    if rows < len(ranks):
        places = [[k for k, label in enumerate(labels) if label == block] for block in own]
        ranks = ranks_by_row(np.array([ranks[place].mean(axis=0) for place in places]))
    if (ranks == ranks[:, :1]).all():
        return "all contestants tie on all data sets"
    mean = ranks.mean(axis=0)
    chi_square = friedman(ranks)
    degrees = columns - 1
    spare = rows * degrees - chi_square
    f = (rows - 1) * chi_square / spare if spare > 1e-9 else float("inf")
    difference = critical_difference(columns, rows, level)
    return Ranking(
        tuple(contestants),
        mean,
        tuple(data_sets),
        tuple(own),
        chi_square,
        float(stats.chi2.sf(chi_square, degrees)),
        f,
        float(stats.f.sf(f, degrees, degrees * (rows - 1))),
        difference,
        cliques(mean, difference),
        level,
    )


def friedman(ranks: np.ndarray) -> float:
    """Return Friedman's chi-square of ranks [data sets, contestants], corrected for ties."""
    rows, columns = ranks.shape
    ties = 0.0
    for row in ranks:
        counts = np.unique(row, return_counts=True)[1].astype(float)
        ties += float((counts**3 - counts).sum())
    correction = 1 - ties / (rows * columns * (columns**2 - 1))
    total = float((ranks.sum(axis=0) ** 2).sum())
    raw = 12 / (rows * columns * (columns + 1)) * total - 3 * rows * (columns + 1)
    return raw / correction


def critical_difference(contestants: int, data_sets: int, level: float = LEVEL) -> float:
    """Return Nemenyi's critical difference (Demšar 2006, page 11; q from table 5a)."""
    q = stats.studentized_range.ppf(1 - level, contestants, np.inf) / np.sqrt(2)
    return float(q * np.sqrt(contestants * (contestants + 1) / (6 * data_sets)))


def cliques(mean_ranks: np.ndarray, difference: float) -> tuple[tuple[int, ...], ...]:
    """Return the largest sets of two or more whose mean ranks lie within the difference."""
    order = np.argsort(mean_ranks, kind="stable")
    ordered = mean_ranks[order]
    found: list[tuple[int, int]] = []
    for start in range(len(order)):
        end = int(np.searchsorted(ordered, ordered[start] + difference, side="right"))
        if end - start > 1 and (not found or end > found[-1][1]):
            found.append((start, end))
    return tuple(tuple(int(k) for k in order[start:end]) for start, end in found)
