"""Estimators, refuters and interventions from a file outside, through a study; nothing else lists
them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from causattn.base import ConfigError, forget_plugins, load_plugins
from causattn.corpora import Corpus
from causattn.effects import (
    ESTIMATORS,
    INTERVENTIONS,
    REFUTERS,
    EvidenceTable,
    collect_evidence,
    evidence_columns,
)
from causattn.graphs import CausalGraph

REFUTER = '''
"""The treatment is swapped in a share of the rows."""
from dataclasses import dataclass
import numpy as np
from causattn.effects import Change, Draws, Effect, Refutation, Refuter

@dataclass(frozen=True)
class HalvesSettings:
    """How the rows are split.

    Parameters
    ----------
    limit
        How far apart the halves' estimates may be on average, in standard errors.
    """

    limit: float = 3.0

class Halves(Refuter):
    """Estimates on random halves: how far do they lie from the whole?"""

    name = "halves"
    settings = HalvesSettings
    measure = "distance"
    measure_means = "mean distance of a half's estimate, in standard errors"
    p_means = "share of halves further away than the limit"
    default = True

    def draw(self, effect: Effect, settings, rng):
        picked = rng.permutation(effect.rows)[: effect.rows // 2]
        return Change(times=np.bincount(picked, minlength=effect.rows))

    def judge(self, effect: Effect, draws: Draws, settings, alpha):
        away = np.abs(draws.estimates - effect.estimate) / effect.standard_error
        p = float(np.mean(away > settings.limit))
        return Refutation(p, float(away.mean()), "failed" if p > 0.2 else "passed")

REFUTER = Halves()
'''
ESTIMATOR = '''
"""The plain difference of two means."""
from causattn.effects import Column, Estimator, PointEstimate, EstimationProblem

class Difference(Estimator):
    """The difference of the two groups' means; what is adjusted for is not looked at."""

    name = "difference"
    columns = (("data_smaller_group", "count", "rows in the smaller of both groups"),)

    def estimate(self, problem: EstimationProblem, settings):
        groups = [problem.outcome[problem.treatment == side] for side in (0.0, 1.0)]
        if min(map(len, groups)) < 5:
            return "A group has fewer than 5 rows."
        error = sum(group.var(ddof=1) / len(group) for group in groups) ** 0.5
        estimate = float(groups[1].mean() - groups[0].mean())
        smaller = min(map(len, groups))
        return PointEstimate(estimate, error, more={"data_smaller_group": smaller})

ESTIMATOR = Difference()
'''
INTERVENTION = '''
"""Tokens in reverse."""
from causattn.effects import Intervention, ModelEffect

class Nothing(Intervention):
    """Nothing is changed, and nothing is what it does."""

    name = "nothing"
    changes = "attention"

    def effect(self, trial, source, target, contrast):
        return ModelEffect("nothing", "output", "it", 0.0, 0.0, 0.0, 0.0, len(trial.sample), 1.0)

INTERVENTION = Nothing()
'''
NAMES = ("cause", "source", "target")


@pytest.fixture
def plugin(tmp_path):
    """A plugin of all three kinds, as files outside."""
    paths = []
    for name, text in (("r", REFUTER), ("e", ESTIMATOR), ("i", INTERVENTION)):
        path = tmp_path / f"{name}.py"
        path.write_text(text)
        paths.append(str(path))
    load_plugins(paths)
    yield paths
    forget_plugins()


def study(make_table, model=None, **settings) -> EvidenceTable:
    rng = np.random.default_rng(0)
    cause = rng.integers(0, 2, 1000)
    source = rng.random(1000) < 0.3 + 0.4 * cause
    target = rng.random(1000) < 0.2 + 0.5 * source
    table = make_table((("no", "yes"),) * 3, cause=cause, source=source, target=target)
    graph = CausalGraph.from_adjacency(
        np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]]), NAMES, direction="from row to column"
    )
    asked = {"kind": "dowhy", "interventions": "none", "draws": 20, **settings}
    return collect_evidence(
        asked, graph, table, None, None, Corpus("x", ["."] * 1000), 0, given=True
    )


def test_a_refuter_from_outside_has_columns_and_a_say(make_table, plugin, tmp_path) -> None:
    evidence = study(make_table)
    row = evidence.row("source", "target")
    assert row["halves_outcome"] == row["placebo_outcome"] == "passed"
    assert 0 < row["halves_distance"] < 3
    assert row["verdict"] == "consistent"
    assert evidence.summary()["refuters_failed"]["halves"] == 0
    strict = {"halves": {"limit": 0.01}}
    shaken = study(make_table, refuter_settings=strict).row("source", "target")
    assert shaken["halves_outcome"] == "failed"
    assert "fails the test of halves" in shaken["verdict_reason"]
    assert shaken["verdict"] == "disputed"
    with pytest.raises(ConfigError, match=r"refuter_settings\.halves\.limits"):
        study(make_table, refuter_settings={"halves": {"limits": 1.0}})
    path = tmp_path / "evidence.parquet"
    evidence.write(path)
    forget_plugins()
    assert "halves_p" not in [column.name for column in evidence_columns()]
    again = EvidenceTable.read(path)
    assert again.row("source", "target")["halves_p"] == row["halves_p"]
    meaning = {column.name: column.meaning for column in again.columns}
    assert "mean distance" in meaning["halves_distance"]


def test_an_estimator_from_outside_is_refuted_as_any_other(make_table, plugin) -> None:
    row = study(make_table, estimator="difference").row("source", "target")
    assert row["data_method"] == "difference"
    assert row["data_low"] < 0.5 < row["data_high"]
    assert row["data_smaller_group"] > 400
    assert row["placebo_outcome"] == row["halves_outcome"] == "passed"
    assert row["verdict"] == "consistent"


def test_an_intervention_from_outside(masked_model, slot_corpus, slot_table, plugin) -> None:
    graph = CausalGraph.from_adjacency(
        np.eye(4, k=1), slot_table.names, direction="from row to column"
    )
    settings = {"draws": 20, "documents": 20, "minimum_count": 2, "knock_outs": "nothing"}
    evidence = collect_evidence(
        settings, graph, slot_table, None, masked_model, slot_corpus, 0, given=True
    )
    row = evidence.row("colour", "size")
    assert row["knock_out_kind"] == "nothing"
    assert row["knock_out_n"] == 20
    with pytest.raises(ConfigError, match=r"effects\.operation=nothing is not known; .*mask"):
        collect_evidence(
            {**settings, "operation": "nothing"}, graph, slot_table, None, None, slot_corpus, 0
        )


def test_what_there_is_natively_meets_its_contract() -> None:
    for registry in (ESTIMATORS, REFUTERS, INTERVENTIONS):
        for name in registry:
            assert registry[name].name == name
            assert type(registry[name]).__doc__
    columns = [column.name for column in evidence_columns()]
    assert len(columns) == len(set(columns))
    assert all(f"{name}_outcome" in columns for name in REFUTERS)


def test_earlier_keys_name_the_new_ones(make_table) -> None:
    with pytest.raises(ConfigError, match=r"now effects\.refuter_settings\.data_subset\.fraction"):
        study(make_table, subset_fraction=0.5)
    half = study(make_table, refuter_settings={"data_subset": {"fraction": 0.5}})
    whole = study(make_table)
    values = [one.row("source", "target")["data_subset_p"] for one in (half, whole)]
    assert values[0] != values[1]
    assert not pd.isna(values[0])
