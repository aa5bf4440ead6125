"""Effects for refuters: each estimator's of a confounded source, with an effect or none."""

import numpy as np

from causattn.effects import (
    ESTIMATORS,
    Change,
    Design,
    Draws,
    Effect,
    LinearEffects,
    Question,
    Refutation,
    Refuter,
)
from causattn.features import FeatureTable
from tests.effects.conftest import Maker

BY = ("linear", "standardised", "cross_fitted", "doubly_robust")
"""One estimator of each way to estimate again: rows, strata, folds, and one contrast."""


def table(make_table: Maker, seed: int, size: float, rows: int = 400) -> FeatureTable:
    """Return a cause of two values, a source and an outcome, the effect `size` in probability."""
    rng = np.random.default_rng([seed, 7])
    cause = rng.integers(0, 2, rows)
    source = (rng.random(rows) < 0.3 + 0.3 * cause).astype(int)
    outcome = (rng.random(rows) < 0.2 + 0.3 * cause + size * source).astype(int)
    values = (("no", "yes"),) * 3
    return make_table(values, cause=cause, source=source, outcome=outcome)


def effect(
    make_table: Maker, estimator: str, seed: int = 0, size: float = 0.3, rows: int = 400
) -> Effect:
    """Return the source's effect on the outcome, the cause adjusted for."""
    design = Design(table(make_table, seed, size, rows))
    one = ESTIMATORS[estimator]
    question = Question(design, LinearEffects(design), 1, 2, (0,), settings=one.settings())
    found = one.effect(question)
    assert isinstance(found, Effect)
    return found


def changes(refuter: Refuter, of: Effect, many: int, seed: int = 0) -> list[Change]:
    """Return a refuter's changes."""
    rng = np.random.default_rng(seed)
    found = [refuter.draw(of, refuter.settings(), rng) for _ in range(many)]
    return [one for one in found if one is not None]


def judged(refuter: Refuter, of: Effect, estimates: np.ndarray, alpha: float) -> Refutation:
    """Return what a refuter says of estimates that are given to it."""
    draws = Draws(estimates, np.abs(estimates) / of.standard_error)
    return refuter.judge(of, draws, refuter.settings(), alpha)
