"""The values of one metric: contestants by data sets by seeds, and which cells are complete."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from causattn.results.compare.design import JobDesign
from causattn.results.compare.metrics import Metric
from causattn.results.compare.outcomes import FINISHED, RANKED_LAST, UNFINISHED


@dataclass(frozen=True)
class OutcomeCells:
    """One metric over the whole design.

    Parameters
    ----------
    metric
        Which figure.
    contestants, data_sets, seeds
        Labels of the three axes.
    values
        float64 [contestants, data sets, seeds]; NaN where there is no value.
    outcomes
        str [contestants, data sets, seeds]; empty where no job was there.
    drawn
        bool [data sets, seeds]: some contestant has a value there, so that the data could be used.
    blocks
        The block of each data set, see `causattn.results.compare.design`.
    """

    metric: Metric
    contestants: tuple[str, ...]
    data_sets: tuple[str, ...]
    seeds: tuple[str, ...]
    values: np.ndarray
    outcomes: np.ndarray
    drawn: np.ndarray
    blocks: tuple[str, ...]

    @property
    def complete(self) -> np.ndarray:
        """Cells that have a value for every draw of their data set, bool [contestants, sets]."""
        missing = np.isnan(self.values) & self.drawn
        return ~missing.any(axis=2) & self.drawn.any(axis=1)

    @property
    def last(self) -> np.ndarray:
        """Cells that rank last, bool [contestants, data sets].

        A job there took part and did not come in, or its graph has no value by its own doing.
        """
        out = np.isin(self.outcomes, list(RANKED_LAST)) & self.drawn
        if self.metric.undefined_last:
            out |= self.undefined & self.drawn
        return out.any(axis=2) & ~self.complete

    @property
    def undefined(self) -> np.ndarray:
        """Finished jobs without a value, bool [contestants, data sets, seeds]."""
        return np.isnan(self.values) & (self.outcomes == FINISHED)

    @property
    def defined(self) -> np.ndarray:
        """Contestants that have the metric anywhere, bool [contestants]."""
        return ~np.isnan(self.values).all(axis=(1, 2))

    def means(self) -> np.ndarray:
        """Return each cell's mean over the seeds it has, float64 [contestants, data sets]."""
        count = (~np.isnan(self.values)).sum(axis=2)
        total = np.nansum(self.values, axis=2)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def cells_of(design: JobDesign, metric: Metric) -> OutcomeCells:
    """Arrange one metric of all jobs."""
    jobs = design.jobs
    seeds = tuple(sorted(jobs["seed"].unique(), key=_number))
    shape = (len(design.contestants), len(design.data_sets), len(seeds))
    values = np.full(shape, np.nan)
    outcomes = np.full(shape, "", dtype=object)
    place = [
        pd.Categorical(jobs[column], categories=labels).codes
        for column, labels in (
            ("contestant", design.contestants),
            ("data_set", design.data_sets),
            ("seed", seeds),
        )
    ]
    finished = (jobs["outcome"] == FINISHED).to_numpy()
    found = jobs[metric.name].to_numpy(dtype=float, na_value=np.nan)
    values[tuple(place)] = np.where(finished & np.isfinite(found), found, np.nan)
    outcomes[tuple(place)] = jobs["outcome"].to_numpy(dtype=object)
    drawn = np.asarray(~np.isnan(values).all(axis=0))
    return OutcomeCells(
        metric,
        design.contestants,
        design.data_sets,
        seeds,
        values,
        outcomes,
        drawn,
        design.blocks,
    )


def unusable_draws(cells: OutcomeCells) -> list[tuple[str, str]]:
    """Return the draws (data set, seed) on which every contestant failed."""
    finished = (cells.outcomes == FINISHED).any(axis=0)
    failed = np.isin(cells.outcomes, ["", UNFINISHED], invert=True).any(axis=0) & ~finished
    return [(cells.data_sets[d], cells.seeds[s]) for d, s in zip(*np.nonzero(failed), strict=True)]


def _number(text: str) -> tuple[int, float, str]:
    try:
        return 0, float(text), text
    except ValueError:
        return 1, 0.0, text
