"""What a reader of a comparison has to know, in sentences."""

from __future__ import annotations

import numpy as np
import pandas as pd

from causattn.results.compare.bootstrap import smallest_p
from causattn.results.compare.cells import OutcomeCells, cells_of, unusable_draws
from causattn.results.compare.design import JobDesign
from causattn.results.compare.metrics import Metric
from causattn.results.compare.tables import baselines

_FEW_SEEDS = 5


def metric_notes(cells: OutcomeCells, pairs: pd.DataFrame) -> list[str]:
    """Say what a reader of the metric's tables has to know."""
    notes = []
    title = cells.metric.title
    undefined = cells.undefined
    for d in np.flatnonzero((undefined & ~cells.drawn).any(axis=(0, 2))):
        seeds = ", ".join(np.array(cells.seeds)[(undefined[:, d] & ~cells.drawn[d]).any(axis=0)])
        notes.append(
            f"{title} is defined for no contestant on {cells.data_sets[d]} (seed {seeds}): left out"
        )
    undefined &= cells.drawn
    for c in np.flatnonzero(undefined.any(axis=(1, 2)) & cells.defined):
        notes.append(
            f"{title} is not defined in {int(undefined[c].sum())} finished runs of "
            f"{cells.contestants[c]}: its means leave them out"
        )
    used = cells.drawn.any(axis=1)
    for c in np.flatnonzero(cells.defined & ~cells.complete[:, used].all(axis=1)):
        lacking = np.array(cells.data_sets)[used & ~cells.complete[c]]
        notes.append(
            f"{cells.contestants[c]} has no overall mean of {title}: incomplete on "
            f"{', '.join(lacking)}, whose missing draws its differences leave out"
        )
    if len(pairs) and (pairs["ties"] == pairs["draws"]).all():
        notes.append(f"all contestants tie by {title}")
    elif len(pairs):
        least = smallest_p(int(pairs["flips"].max()))
        if least > 0.05:
            notes.append(
                f"so few paired draws cannot give a p below {least:.3g}: differences of {title} "
                "are shown, not proven"
            )
    return notes


def general_notes(design: JobDesign, metric: Metric) -> list[str]:
    """Say what a reader of all tables has to know."""
    cells = cells_of(design, metric)
    notes = []
    seeds = int(cells.drawn.sum(axis=1).max())
    if seeds == 1:
        notes.append("one seed a data set: there are no intervals, and nothing says how sure it is")
    elif seeds < _FEW_SEEDS:
        notes.append(f"{seeds} seeds a data set: intervals are rough, take 5 or more")
    if len(design.contestants) == 1:
        notes.append(f"{design.contestants[0]} is the only contestant: nothing is compared with it")
    for data_set, seed in unusable_draws(cells):
        here = (design.jobs["data_set"] == data_set) & (design.jobs["seed"] == seed)
        notes.append(
            f"every job on {data_set}, seed {seed}, failed and that draw is left out "
            f"({design.jobs.loc[here, 'reason'].iloc[0]})"
        )
    absent = cells.outcomes[:, cells.drawn] == ""
    if absent.any():
        names = [
            f"{name} ({int(count)})"
            for name, count in zip(cells.contestants, absent.sum(axis=1), strict=True)
            if count
        ]
        notes.append(f"draws without a job: {', '.join(names)}")
    kinds = design.jobs.get("config.discovery.kind")
    if kinds is not None and kinds.nunique() > 1 and not set(kinds) & baselines():
        notes.append(
            "no baseline is among the contestants; add discovery=empty,random,mutual_information"
        )
    return notes
