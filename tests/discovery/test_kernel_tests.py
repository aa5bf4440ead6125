"""causal-learn's kernel tests by name: what no line shows, again and again the same."""

import numpy as np
import pytest
from causallearn.utils.cit import CIT

from causattn.discovery import TESTS, as_discovery_data, discovery_settings, pc


@pytest.fixture
def curved():
    rng = np.random.default_rng(0)
    x = rng.normal(size=100)
    return np.column_stack([x, x**2 + 0.3 * rng.normal(size=100), rng.normal(size=100)])


@pytest.mark.parametrize("name", ["kci", "rcit"])
def test_a_curve_is_seen(name, curved):
    graph = pc(curved, test=name)
    assert graph.skeleton()[0, 1]
    assert graph.edge_count == 1
    assert not pc(curved).skeleton()[0, 1]
    assert graph.separating_sets == pc(curved, test=name).separating_sets


def test_kci_is_causal_learns(curved):
    test = TESTS["kci"].on(as_discovery_data(curved))
    assert test(0, 2, (1,)) == pytest.approx(CIT(curved, "kci")(0, 2, [1]))


def test_all_of_them_are_registered():
    assert {"kci", "rcit", "fast_kci"} <= set(TESTS)
    with pytest.warns(UserWarning, match="test=fastkci is called fast_kci here"):
        settings = discovery_settings({"kind": "pc", "test": "fastkci"})
    assert settings.test == "fast_kci"
