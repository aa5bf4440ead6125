"""Coverage of true effects by intervals: every edge of a network, and constructed cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from time import perf_counter
from typing import Any

import numpy as np

from causattn.base import DataError, generator
from causattn.effects import ESTIMATORS, Design, LinearEffects, Question
from causattn.reproduction import Context

from .cases import CASES, drawn, truth
from .networks import Row, digits, network_jobs, network_rows


def jobs(settings: Any) -> Iterator[dict[str, Any]]:
    """Yield a job a network, size of sample and seed, then one a constructed case and size."""
    yield from network_jobs(settings)
    for case in CASES if settings.cases is None else settings.cases:
        for rows in settings.case_rows:
            names = list(settings.case_estimators[CASES[case][0]])
            repetitions = settings.repetitions
            yield {"case": case, "rows": rows, "repetitions": repetitions, "estimators": names}


def measure(job: Mapping[str, Any], context: Context) -> list[Row]:
    """Return a row for each edge and estimator, or for each estimator of a case."""
    if "network" in job:
        return network_rows(job["network"], job["rows"], job["seed"], job["estimators"])
    return [_case(job["case"], job["rows"], job["repetitions"], name) for name in job["estimators"]]


def _case(case: str, rows: int, repetitions: int, estimator: str) -> Row:
    """Return how often an estimator's interval held a case's effect."""
    true = truth(case)
    found, refused, seconds = [], 0, []
    for repetition in range(repetitions):
        try:
            table = drawn(case, rows, generator(repetition, "effect_coverage", case, str(rows)))
        except DataError:  # a rare value that no row has
            refused += 1
            continue
        design = Design(table)
        causes = tuple(range(table.size - 2))
        wanted = ("no", "yes") if table.categories[-2] else None
        started = perf_counter()
        linear = LinearEffects(design)
        question = Question(design, linear, table.size - 2, table.size - 1, causes, wanted)
        effect = ESTIMATORS[estimator].effect(question)
        seconds.append(perf_counter() - started)
        if isinstance(effect, str):
            refused += 1
            continue
        found.append((effect.estimate, effect.low, effect.high, effect.standard_error))
    about = {"estimator": estimator, "kind": CASES[case][0], "true effect": digits(true)}
    about |= {
        "refusals": float(refused),
        "milliseconds": digits(1000 * float(np.median(seconds or [0]))),
    }
    if not found:
        return about
    estimate, low, high, error = np.array(found).T
    return about | {
        "intervals": len(found),
        "coverage": float(np.mean((low <= true) & (true <= high))),
        "bias": digits(float(np.mean(estimate) - true)),
        "scatter": digits(float(np.std(estimate))),
        "standard error": digits(float(np.median(error))),
        "width": digits(float(np.median(high - low))),
    }
