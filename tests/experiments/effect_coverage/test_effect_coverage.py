"""The coverage experiment on one small network: truths by hand, and what a page needs."""

from types import SimpleNamespace

import numpy as np
import pytest

from causattn.corpora import load_network
from experiments.effect_coverage.measure import jobs, measure, sampled


def test_small_networks_get_more_seeds() -> None:
    settings = SimpleNamespace(
        networks=[], variables=40, rows=[100], seeds=1, seeds_of_small=2, estimators=["linear"]
    )
    found = [(job["network"], job["seed"]) for job in jobs(settings)]
    assert ("asia", 1) in found
    assert ("alarm", 0) in found
    assert ("alarm", 1) not in found
    assert all(len(load_network(name).variables) <= 40 for name, _ in found)


def test_truths_are_the_mutilated_networks() -> None:
    job = {"network": "asia", "rows": 3000, "seed": 0, "estimators": ["standardised"]}
    rows = {(row["source"], row["target"]): row for row in measure(job, None)}  # type: ignore[arg-type]
    assert len(rows) == 8
    # P(dysp = no | do(either)): .1 and .3 of no bronchitis, .8 and .9 with it; bronc is .45.
    expected = 0.55 * (0.9 - 0.3) + 0.45 * (0.2 - 0.1)
    assert rows["either", "dysp"]["truth"] == pytest.approx(expected)
    assert rows["smoke", "lung"]["truth"] == pytest.approx(0.09)
    assert np.mean([row["low"] <= row["truth"] <= row["high"] for row in rows.values()]) > 0.7


def test_a_sample_leaves_out_what_never_varies() -> None:
    network = load_network("asia")
    assert len(sampled(network, 20, 0).names) < len(network.variables)
