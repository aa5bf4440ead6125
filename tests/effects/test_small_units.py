"""Units and names do not change what is found: small numbers, large offsets, odd digits."""

import numpy as np
import pytest

from causattn.corpora import Corpus
from causattn.effects import (
    ESTIMATORS,
    REFUTERS,
    Design,
    EstimationProblem,
    LinearEffects,
    Question,
    collect_evidence,
    numeric_levels,
    refute,
)
from causattn.effects.estimate.regression import Basis
from causattn.effects.estimate.sensitivity import e_value_of_difference
from causattn.effects.estimators.propensity import propensity
from causattn.graphs import CausalGraph


def made(scale: float, offset: float, make_table):
    rng = np.random.default_rng(0)
    cause = rng.normal(size=400)
    source = cause + rng.normal(size=400)
    target = source + cause + rng.normal(size=400)
    table = make_table(source=source * scale, target=target, cause=cause * scale + offset)
    graph = CausalGraph.from_adjacency(
        np.array([[0, 1, 0], [0, 0, 0], [1, 1, 0]]), table.names, direction="from row to column"
    )
    settings = {"kind": "dowhy", "interventions": "none", "draws": 20}
    evidence = collect_evidence(
        settings, graph, table, None, None, Corpus("x", ["."] * 400), 0, given=True
    )
    return evidence.row("source", "target")


@pytest.fixture(scope="module")
def plain(make_table):
    """What is found in the units that the data were drawn in."""
    return made(1.0, 0.0, make_table)


@pytest.mark.parametrize(("scale", "offset"), [(5e-4, 0.0), (1e-9, 0.0), (1.0, 1e12), (1e6, 0.0)])
def test_an_effect_does_not_depend_on_the_unit(make_table, plain, scale, offset) -> None:
    other = made(scale, offset, make_table)
    # An offset costs digits of the column, not the column.
    assert other["data_estimate"] * scale == pytest.approx(plain["data_estimate"], rel=1e-3)
    for column in ("sensitivity_e_value", "sensitivity_robustness", "placebo_p"):
        assert other[column] == pytest.approx(plain[column], rel=1e-2)
    assert plain["verdict"] == other["verdict"] == "consistent"


@pytest.mark.parametrize("size", [1e-310, 1e-70, 1e70, 1e300])
@pytest.mark.parametrize("place", ["source", "target", "cause"])
def test_numbers_that_cannot_be_squared_are_a_sentence_or_another_unit(
    make_table, size, place
) -> None:
    """Every estimator and refuter, without a warning."""
    rng = np.random.default_rng(0)
    cause = rng.normal(size=200)
    source = (cause + rng.normal(size=200) > 0).astype(float)
    columns = {"source": source, "target": source + cause, "cause": cause}
    columns["target"] = columns["target"] + rng.normal(size=200)
    if place == "source":
        columns["source"] = source + rng.normal(size=200)
    columns[place] = columns[place] * size
    two = None if place == "source" else ("no", "yes")
    table = make_table((two, None, None), **columns)
    design = Design(table)
    question = Question(design, LinearEffects(design), 0, 1, (2,))
    for name in ("standardised", "linear", "interacted", "doubly_robust", "propensity_matching"):
        effect = ESTIMATORS[name].effect(question)
        if isinstance(effect, str):
            beyond = place != "cause" and not 1e-75 < size < 1e75
            assert "give it in a " in effect if beyond else "is a number" in effect
            continue
        assert place == "cause" or 1e-75 < size < 1e75
        assert np.isfinite([effect.estimate, effect.standard_error, effect.low, effect.high]).all()
        assert effect.standard_error > 0
        for refuter in REFUTERS:
            refute(effect, refuter, 5, rng, 0.05)
        unit = {"source": 1 / size, "target": size, "cause": 1.0}[place]
        assert 0 < effect.estimate / unit < 4


def test_a_column_far_from_zero_is_a_column() -> None:
    rng = np.random.default_rng(0)
    times = 1.7e18 + 1e6 * rng.normal(size=(200, 1))
    assert Basis.of(times).rank == 2
    assert Basis.of(np.full((200, 1), 0.1)).rank == 1
    assert Basis.of(np.full((200, 1), 1e300)).rank == 1


def test_an_e_value_beyond_all_numbers_is_infinite() -> None:
    assert e_value_of_difference(1e6, 1.0) == np.inf
    assert e_value_of_difference(-1e6, 1.0) == np.inf
    assert e_value_of_difference(0.5, 1.0) == e_value_of_difference(-0.5, 1.0)


def test_numbers_are_what_people_write_as_numbers() -> None:
    for odd in ("1_0", "\uff11", "inf", "nan", " 1", "0x1", "\u0661", ""):
        assert numeric_levels(("1", odd, "3")) is None, odd
    assert numeric_levels(("-1.5e3", ".5", "+2.")).tolist() == [-1500.0, 0.5, 2.0]


def test_rare_values_are_refused_with_the_reason_and_clipped_by_their_share() -> None:
    rng = np.random.default_rng(0)
    treated = (rng.random(500) < 0.03).astype(float)
    outcome = (rng.random(500) < 0.03).astype(float)
    adjustment = np.column_stack([np.ones(500), rng.normal(size=500)])
    rare = EstimationProblem(treated, outcome, adjustment)
    for name in (
        "propensity_weighting",
        "propensity_stratification",
        "propensity_matching",
        "doubly_robust",
        "glm",
    ):
        estimator = ESTIMATORS[name]
        said = estimator.estimate(rare, estimator.settings())
        assert isinstance(said, str)
        assert "choose estimator=standardised" in said
    cause = rng.normal(size=20_000)
    treated = (rng.random(20_000) < 0.004 * np.exp(cause / 2)).astype(float)
    found = propensity(
        EstimationProblem(
            treated, rng.normal(size=20_000), np.column_stack([np.ones(20_000), cause])
        )
    )
    assert not isinstance(found, str)
    # Most propensities are below .01: they are kept, not clipped.
    assert np.mean(found[0] < 0.01) > 0.8
    assert found[1] == ""
