"""Reports about effects and refuters (the table in README.md names each)."""

import numpy as np
import pytest

from causattn.corpora import Mentions
from causattn.effects import ESTIMATORS, REFUTERS, Design, LinearEffects, Question, refute
from causattn.features import FeatureKind, FeatureTable


def table(categories=None, **columns: np.ndarray) -> FeatureTable:
    values = np.column_stack([np.asarray(column, dtype=float) for column in columns.values()])
    return FeatureTable(
        names=tuple(columns),
        kinds=(FeatureKind.SLOT,) * len(columns),
        values=values,
        categories=categories or (None,) * len(columns),
        carriers=Mentions.empty(),
        documents=np.arange(len(values)),
    )


def effect(of: FeatureTable, given: tuple[int, ...], estimator: str):
    design = Design(of)
    found = ESTIMATORS[estimator].effect(Question(design, LinearEffects(design), 0, 1, given))
    assert not isinstance(found, str), found
    return found


def exact() -> FeatureTable:
    """Return a target that is its cause itself: all draws of some refuters are the same."""
    cause = np.repeat([0.0, 1.0], 100)
    return table((("no", "yes"),) * 3, source=cause, target=cause, other=np.tile([0.0, 1.0], 100))


@pytest.mark.parametrize("refuter", sorted(REFUTERS))
@pytest.mark.parametrize("estimator", ["linear", "standardised"])
def test_a_p_value_is_one_or_says_why_not(refuter: str, estimator: str) -> None:
    """py-why/dowhy#804 (p of 2.0) and #807 (NaN), where all simulations are the same"""
    found = refute(effect(exact(), (2,), estimator), refuter, 50, np.random.default_rng(0), 0.05)
    if np.isnan(found.p):
        assert found.outcome.startswith("Not run")
    else:
        assert 0 <= found.p <= 1


@pytest.mark.parametrize("estimator", ["linear", "standardised"])
def test_pairs_of_levels_that_lie_equally_far_apart_differ(estimator: str) -> None:
    """py-why/dowhy#297 and #286: a category is no number"""
    rng = np.random.default_rng(0)
    drug = rng.integers(0, 4, 8000)
    rate = np.array([0.1, 0.7, 0.2, 0.6])[drug]
    of = table((tuple("1234"), ("low", "high")), drug=drug, rate=rng.random(8000) < rate)
    # Nothing of it is linear in the drug's number, and yet it is found.
    assert abs(effect(of, (), estimator).estimate) > 0.35


def test_a_continuous_treatment_has_its_slope() -> None:
    """py-why/dowhy#1057"""
    rng = np.random.default_rng(0)
    cause = rng.normal(size=4000)
    dose = 50 + 10 * cause + 10 * rng.normal(size=4000)
    of = table(dose=dose, answer=0.3 * dose + 5 * cause + rng.normal(size=4000), cause=cause)
    found = effect(of, (2,), "linear")
    spread = np.std(dose)
    assert min(abs(found.estimate - 0.3), abs(found.estimate - 0.3 * spread)) < 0.1


def test_a_placebo_has_no_effect_whatever_the_propensities_were() -> None:
    """py-why/dowhy#1728: scores of the true treatment used for the placebo"""
    rng = np.random.default_rng(0)
    cause = rng.integers(0, 3, 3000)
    treated = rng.random(3000) < np.array([0.15, 0.5, 0.85])[cause]
    outcome = rng.random(3000) < 0.1 + 0.3 * cause + 0.1 * treated
    of = table(
        (("no", "yes"), ("no", "yes"), tuple("abc")), treated=treated, outcome=outcome, cause=cause
    )
    weighting = [name for name in ESTIMATORS if "weight" in name or "propensity" in name]
    for name in ("standardised", *weighting):
        found = refute(effect(of, (2,), name), "placebo", 40, np.random.default_rng(1), 0.05)
        assert abs(found.measure) < 0.05, name


def test_every_p_value_says_what_it_is_of() -> None:
    """py-why/dowhy#159, #526 and #1168"""
    for name in REFUTERS:
        assert len(REFUTERS[name].p_means.split()) > 3
