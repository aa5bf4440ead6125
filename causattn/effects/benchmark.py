"""Would a hidden cause that is as strong as a covariate that was measured explain an effect away?

Cinelli and Hazlett (2020), "Making sense of sensitivity: extending omitted variable bias", JRSS-B
82: what a covariate explains of treatment and outcome, beyond the other covariates, bounds what a
hidden cause as strong as it would explain, and so the bias of a linear effect. The largest bias
over the covariates is taken. Covariates are what the effect is adjusted for, and the parents of
both ends; the effect is that of the contrast which is reported, over the rows at its two values.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import scipy.stats

from causattn.effects.contract import Meaning
from causattn.effects.estimate.design import Design, numeric_levels
from causattn.effects.estimate.regression import Basis


class Benchmark(NamedTuple):
    """The covariate that a hidden cause is taken to be like, and the interval with such a cause."""

    covariate: str
    low: float
    high: float


def benchmarked(
    design: Design,
    source: int,
    target: int,
    meaning: Meaning,
    covariates: tuple[int, ...],
    confidence: float,
) -> Benchmark | None:
    """Return the interval of a linear effect with a hidden cause as strong as a covariate.

    Parameters
    ----------
    design
        Columns of the table.
    source, target, covariates
        Columns of the table.
    meaning
        The contrast.
    confidence
        Coverage of the interval.

    Returns
    -------
    None where there is no covariate, or the covariates leave nothing of the source.
    """
    table = design.table
    levels, rows = table.categories[source], np.ones(len(table.values), dtype=bool)
    d = table.values[:, source].astype(float)
    if levels is not None:
        ends = [levels.index(meaning.start), levels.index(meaning.end)]
        rows, d = np.isin(d, ends), (d == ends[1]).astype(float)
    y, d = _outcome(design, target, meaning)[rows], d[rows]
    groups = [_standard(design.adjustment((one,))[rows]) for one in covariates]
    covariates = tuple(one for one, group in zip(covariates, groups, strict=True) if group.size)
    groups = [group for group in groups if group.size]
    if not groups:
        return None
    everything = Basis.of(np.column_stack(groups))
    left = everything.residual(d)
    degrees = len(d) - everything.rank - 1
    if degrees < 2 or left @ left < 1e-9 * (d @ d):
        return None
    slope = float(left @ y / (left @ left))
    residual = everything.residual(y) - slope * left
    error = math.sqrt(float(residual @ residual) / degrees / float(left @ left))
    worst: tuple[float, str] = (-1.0, "")
    shares = (0.0, 0.0)
    for k, one in enumerate(covariates):
        others = np.column_stack([np.empty((len(d), 0)), *groups[:k], *groups[k + 1 :]])
        found = _bound(others, groups[k], d, y)
        bias = math.sqrt(found[1] * found[0] / (1.0 - found[0])) * error * math.sqrt(degrees)
        if bias > worst[0]:
            worst, shares = (bias, design.table.names[one]), found
    bias, name = worst
    spread = error * math.sqrt((1.0 - shares[1]) / (1.0 - shares[0]) * degrees / (degrees - 1))
    half = float(scipy.stats.t.isf((1.0 - confidence) / 2.0, degrees - 1)) * spread + bias
    return Benchmark(name, slope - half, slope + half)


def _outcome(design: Design, target: int, meaning: Meaning) -> np.ndarray:
    """Return the outcome's column, float64 [n]."""
    values, levels = design.table.values[:, target], design.table.categories[target]
    if levels is None:
        return values.astype(float)
    if meaning.value is not None:
        return (values == levels.index(meaning.value)).astype(float)
    numbers = numeric_levels(levels)
    assert numbers is not None
    column: np.ndarray = numbers[values.astype(np.int64)]
    return column


def _standard(columns: np.ndarray) -> np.ndarray:
    """Return the columns that vary, each with mean 0 and variance 1."""
    spread = columns.std(axis=0)
    found: np.ndarray = (columns - columns.mean(axis=0))[:, spread > 0] / spread[spread > 0]
    return found


def _bound(
    others: np.ndarray, group: np.ndarray, d: np.ndarray, y: np.ndarray
) -> tuple[float, float]:
    """Return the shares of treatment and outcome that a hidden cause like a group would explain."""
    of_treatment = _share(others, np.column_stack([others, group]), d)
    with_treatment = np.column_stack([others, d])
    of_outcome = _share(with_treatment, np.column_stack([with_treatment, group]), y)
    # Their bounds with k = 1; shares stay below one, where the bound says nothing more.
    treated = min(of_treatment / max(1.0 - of_treatment, 1e-9), 0.999)
    through = min(of_treatment**2 / max((1.0 - of_treatment) ** 2, 1e-9), 0.999)
    factor = (1.0 + math.sqrt(through)) / math.sqrt(1.0 - through)
    shared = min(factor**2 * of_outcome / max(1.0 - of_outcome, 1e-9), 1.0)
    return treated, shared


def _share(small: np.ndarray, large: np.ndarray, column: np.ndarray) -> float:
    """Return which share of what the columns `small` leave of a column `large` explain."""
    before, after = (Basis.of(each).residual(column) for each in (small, large))
    total = float(before @ before)
    return 0.0 if total <= 0 else float(np.clip(1.0 - after @ after / total, 0.0, 1.0))
