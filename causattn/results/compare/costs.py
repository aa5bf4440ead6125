"""Time: the front of accuracy and time, and how time grows with variables and rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from causattn.results.compare.cells import OutcomeCells
from causattn.results.compare.design import JobDesign
from causattn.results.compare.means import OVERALL
from causattn.results.compare.metrics import SECONDS
from causattn.results.compare.outcomes import FINISHED, TIMED_OUT

VARIABLES, ROWS = "features.count", "features.rows"
_LIMITS = ("config.discovery.timeout_s", "config.limits.timeout_s")


def typical_seconds(times: OutcomeCells) -> np.ndarray:
    """Return each contestant's geometric mean over data sets of its median over seeds.

    Returns
    -------
    numpy.ndarray
        float64 [contestants]; NaN for those that did not finish everywhere.
    """
    used = times.drawn.any(axis=1)
    found = np.full(len(times.contestants), np.nan)
    for c in range(len(found)):
        if used.any() and times.complete[c][used].all():
            middle = np.nanmedian(times.values[c][used], axis=1)
            found[c] = float(np.exp(np.log(np.maximum(middle, 1e-6)).mean()))
    return found


def front(table: pd.DataFrame, times: OutcomeCells, lower_is_better: bool) -> pd.DataFrame:
    """Return accuracy and time of the contestants that finished everywhere.

    Parameters
    ----------
    table
        Of `means`, for the metric.
    times
        Seconds.
    lower_is_better
        Which way the metric is better.

    Returns
    -------
    frame
        ``contestant``, ``mean``, ``low``, ``high``, ``seconds`` (`typical_seconds`), ``on_front``:
        nobody else is as good and as fast and better in one.
    """
    several = int(times.drawn.any(axis=1).sum()) > 1
    rows = []
    for contestant, seconds in zip(times.contestants, typical_seconds(times), strict=True):
        if np.isnan(seconds):
            continue
        own = table[table["contestant"] == contestant]
        own = own[own["data_set"] == OVERALL] if several else own
        if len(own) != 1 or own["seeds"].iloc[0] != own["of"].iloc[0]:
            continue
        row = own.iloc[0]
        rows.append((contestant, row["mean"], row["low"], row["high"], seconds))
    frame = pd.DataFrame(rows, columns=["contestant", "mean", "low", "high", "seconds"])
    sign = 1 if lower_is_better else -1
    badness = frame[["mean", "seconds"]].to_numpy(dtype=float) * [sign, 1]
    frame["on_front"] = [
        not any((other <= own).all() and (other < own).any() for other in badness)
        for own in badness
    ]
    return frame


def runtimes(design: JobDesign) -> pd.DataFrame:
    """Return the time of each contestant by number of variables and of rows.

    Returns
    -------
    frame
        ``contestant``, ``data_set``, ``variables``, ``rows``, ``seconds`` (median over the runs
        that finished), ``low``, ``high`` (the fastest and the slowest), ``runs``, ``timed_out``,
        ``limit`` (seconds after which a run was ended).
    """
    jobs = design.jobs
    if not {SECONDS, VARIABLES, ROWS} <= set(jobs.columns):
        return pd.DataFrame()
    sizes = jobs[jobs["outcome"] == FINISHED].groupby("data_set")[[VARIABLES, ROWS]].median()
    rows = []
    needed = ["contestant", "data_set", "outcome", SECONDS, *(n for n in _LIMITS if n in jobs)]
    grouped = jobs[needed].groupby(["contestant", "data_set"], sort=False)
    for (contestant, data_set), cell in grouped:
        if data_set not in sizes.index:
            continue
        seconds = cell.loc[cell["outcome"] == FINISHED, SECONDS].dropna().astype(float)
        late = cell[cell["outcome"] == TIMED_OUT]
        limits = [late[name].dropna().astype(float) for name in _LIMITS if name in late]
        limit = min((float(values.min()) for values in limits if len(values)), default=np.nan)
        if not len(seconds) and not len(late):
            continue
        rows.append(
            {
                "contestant": contestant,
                "data_set": data_set,
                "variables": int(sizes.loc[data_set, VARIABLES]),
                "rows": int(sizes.loc[data_set, ROWS]),
                "seconds": seconds.median(),
                "low": seconds.min(),
                "high": seconds.max(),
                "runs": len(seconds),
                "timed_out": len(late),
                "limit": limit,
            }
        )
    frame = pd.DataFrame(rows)
    return _sorted(frame, design) if len(frame) else frame


def _sorted(frame: pd.DataFrame, design: JobDesign) -> pd.DataFrame:
    places = {name: k for k, name in enumerate((*design.contestants, *design.data_sets))}
    keys = frame[["contestant", "data_set"]].map(places.__getitem__)
    order = np.lexsort((keys["data_set"], keys["contestant"]))
    return frame.iloc[order].reset_index(drop=True)
