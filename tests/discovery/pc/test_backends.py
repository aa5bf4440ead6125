"""All back ends and any number of threads give one result, down to the number of tests."""

import json
import subprocess
import sys

import numpy as np
import pytest

from causattn.discovery.pc import DiscreteStatistics, GaussianStatistics, run_pc

RULES = ("causal-learn", "standard", "majority", "conservative", "ranked")


def same(one, other):
    assert np.array_equal(one.adjacency, other.adjacency)
    assert dict(one.separating_sets) == dict(other.separating_sets)
    assert np.array_equal(one.tests_by_order, other.tests_by_order)
    assert np.array_equal(one.orientation_tests_by_order, other.orientation_tests_by_order)
    assert np.array_equal(one.conflicts, other.conflicts)
    assert np.array_equal(one.undecided, other.undecided)
    assert np.allclose(one.p_value, other.p_value, rtol=1e-6, atol=1e-12, equal_nan=True)


def case(seed, kind, gaussian_data, discrete_data):
    """Return statistics, candidates and knowledge, each of the latter for some seeds only."""
    rng = np.random.default_rng([seed, 3])
    size = int(rng.integers(4, 16))
    rows = int(rng.choice([100, 1000]))
    if kind == "gaussian":
        statistics = GaussianStatistics.from_data(gaussian_data(seed, size, 3, rows))
    else:
        data = discrete_data(seed, size, 2, rows, int(rng.choice([2, 5])))
        test = ("chi_square", "g_square")[seed % 2]
        statistics = DiscreteStatistics.from_data(data, test)
    size = statistics.size
    allowed = knowledge = None
    if seed % 3 == 1:
        allowed = np.triu(rng.random((size, size)) < 0.6, 1)
        allowed |= allowed.T
    if seed % 4 == 2:
        tier = rng.integers(0, 3, size)
        required = np.zeros((size, size), dtype=bool)
        required[np.argmin(tier), np.argmax(tier)] = tier.min() < tier.max()
        knowledge = required, tier[:, None] > tier[None, :]
    return statistics, {"allowed": allowed, "knowledge": knowledge}


@pytest.mark.usefixtures("compile_always")
@pytest.mark.parametrize("kind", ["gaussian", "discrete"])
@pytest.mark.parametrize("seed", range(8))
def test_back_ends_agree(seed, kind, gaussian_data, discrete_data):
    statistics, more = case(seed, kind, gaussian_data, discrete_data)
    for rules in RULES:
        plain = run_pc(statistics, alpha=0.05, rules=rules, backend="reference", **more)
        assert plain.backend == "reference"
        same(run_pc(statistics, alpha=0.05, rules=rules, backend="compiled", **more), plain)


@pytest.mark.parametrize("portion", [1, 50, None])
@pytest.mark.parametrize("seed", range(4))
def test_tests_in_arrays_are_those_one_by_one(seed, portion, gaussian_data, monkeypatch):
    from causattn.discovery.pc import plain_gaussian

    statistics, more = case(seed, "gaussian", gaussian_data, None)
    arrays = plain_gaussian.PlainGaussian
    for rules in RULES:
        with monkeypatch.context() as patch:
            patch.setattr(arrays, "evaluate", plain_gaussian.PlainEvaluator.evaluate)
            one_by_one = run_pc(statistics, alpha=0.05, rules=rules, **more)
        with monkeypatch.context() as patch:
            if portion is not None:  # with portions of one test, larger sets go one by one
                patch.setattr(plain_gaussian, "_AT_ONCE", portion)
            same(run_pc(statistics, alpha=0.05, rules=rules, **more), one_by_one)


def test_a_nearly_singular_block_is_tested_one_by_one(gaussian_data):
    data = gaussian_data(3, 6, 2, 300)
    data[:, 5] = data[:, :4].sum(axis=1) + 1e-6 * data[:, 5]
    statistics = GaussianStatistics.from_data(data[:, :5])
    close = GaussianStatistics(np.corrcoef(data, rowvar=False), 300)
    assert statistics.z_of(np.array([[0, 4, 1, 2, 3]])) is not None
    assert close.z_of(np.array([[0, 4, 1, 2, 3, 5]])) is None
    same(
        run_pc(close, alpha=0.05, backend="reference"),
        run_pc(close, alpha=0.05, backend="compiled"),
    )


@pytest.mark.parametrize("rules", RULES)
def test_threads_do_not_matter(rules, gaussian_data, discrete_data):
    for statistics in (
        GaussianStatistics.from_data(gaussian_data(5, 60, 3, 500)),
        DiscreteStatistics.from_data(discrete_data(5, 30, 2, 1000, 3)),
    ):
        one = run_pc(statistics, alpha=0.01, rules=rules, threads=1)
        same(run_pc(statistics, alpha=0.01, rules=rules, threads=3), one)


COLD = """
import json, sys, time
import numpy as np
from causattn.discovery.pc import DiscreteStatistics, GaussianStatistics, run_pc
data = np.random.default_rng(0).standard_normal((1000, 8))
data[:, 1:] += data[:, :-1]
start = time.perf_counter()
run_pc(GaussianStatistics.from_data(data), alpha=0.01)
run_pc(DiscreteStatistics.from_data((data > 0).astype(int)), alpha=0.01)
print(json.dumps([time.perf_counter() - start, "numba" in sys.modules]))
"""


def test_first_call_on_a_small_problem_needs_no_compiler():
    done = subprocess.run(
        [sys.executable, "-c", COLD], capture_output=True, text=True, check=True, timeout=120
    )
    seconds, compiler_loaded = json.loads(done.stdout)
    assert seconds < 3
    assert not compiler_loaded
