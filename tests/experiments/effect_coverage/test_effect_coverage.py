"""The coverage experiment: truths by hand, cases whose truths are sums, and what a page needs."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from causattn.base import generator
from causattn.corpora import load_network
from experiments.effect_coverage.cases import CASES, drawn
from experiments.effect_coverage.measure import jobs, measure
from experiments.effect_coverage.networks import interventional, sampled
from experiments.effect_coverage.page import case_table, network_tables


def settings(**changes: object) -> SimpleNamespace:
    """Return settings without constructed cases."""
    given = {"networks": [], "variables": 40, "rows": [100], "seeds": 1, "seeds_of_small": 2}
    given |= {"estimators": ["linear"], "cases": [], "case_rows": [300], "repetitions": 5}
    given |= {"case_estimators": {key: ["linear"] for key in ("discrete", "mixed", "numbers")}}
    return SimpleNamespace(**(given | changes))


def test_small_networks_get_more_seeds() -> None:
    found = [(job["network"], job["seed"]) for job in jobs(settings())]
    assert ("asia", 1) in found
    assert ("alarm", 0) in found
    assert ("alarm", 1) not in found
    assert all(len(load_network(name).variables) <= 40 for name, _ in found)


def test_truths_are_the_mutilated_networks() -> None:
    job = {"network": "asia", "rows": 3000, "seed": 0, "estimators": ["standardised"]}
    found = measure(job, None)  # type: ignore[arg-type]
    rows = {(row["source"], row["target"]): row for row in found}
    assert len(rows) == 8
    # P(dysp = no | do(either)): .1 and .3 of no bronchitis, .8 and .9 with it; bronc is .45.
    expected = 0.55 * (0.9 - 0.3) + 0.45 * (0.2 - 0.1)
    assert rows["either", "dysp"]["truth"] == pytest.approx(expected)
    assert rows["smoke", "lung"]["truth"] == pytest.approx(0.09)
    assert np.mean([row["holds"] for row in rows.values()]) > 0.7
    tables = network_tables(pd.DataFrame([{**job, **row} for row in found]))
    assert tables["Coverage by network"]["standardised: intervals"].tolist() == [8]


@pytest.mark.parametrize(("name", "source", "target"), [("child", "Disease", "Age")])
def test_all_values_at_once_are_one_after_the_other(name: str, source: str, target: str) -> None:
    network = load_network(name)
    levels = network.states[network.variables.index(source)]
    single = [network.intervened({source: level}).marginal(target) for level in levels]
    assert np.allclose(interventional(name, source, target), single)


def test_a_sample_leaves_out_what_never_varies() -> None:
    network = load_network("asia")
    assert len(sampled(network, 20, 0).names) < len(network.variables)


def test_every_case_says_what_the_source_does_to_a_row() -> None:
    for name, (kind, draw) in CASES.items():
        found = draw(200_000, np.random.default_rng(1))
        assert (max(found.levels) == 0) == (kind != "discrete") or kind == "mixed"
        table = drawn(name, 100, np.random.default_rng(0))
        assert table.size == found.causes.shape[1] + 2
        if kind != "discrete":
            continue
        # Within strata nothing confounds: the difference of means is the mean of the rows' effects.
        strata = np.unique(found.causes, axis=0, return_inverse=True)[1].ravel()
        for stratum in range(strata.max() + 1):
            here = strata == stratum
            sides = [found.outcome[here & (found.source == side)] for side in (0.0, 1.0)]
            error = np.sqrt(sum(side.var() / len(side) for side in sides))
            apart = sides[1].mean() - sides[0].mean() - found.effect[here].mean()
            assert abs(apart) < 4 * error + 1e-3, name


def test_a_case_is_measured() -> None:
    chosen = settings(networks=["asia"], seeds_of_small=0, cases=["interactions"])
    (job,) = jobs(chosen)
    rows = measure(job, None)  # type: ignore[arg-type]
    table = drawn("interactions", 300, generator(0, "effect_coverage", "interactions", "300"))
    assert table.values.shape == (300, 4)
    assert rows[0]["intervals"] == 5
    shown = case_table(pd.DataFrame([{**job, **row} for row in rows]))
    assert shown["linear: coverage"].between(0, 1).all()
