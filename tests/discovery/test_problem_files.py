"""A problem comes back from its files as it was."""

import numpy as np
import pytest

from causattn.candidates import CandidateEdges
from causattn.discovery import ALGORITHMS, Knowledge, Problem, RunSettings, as_discovery_data
from causattn.discovery.running.problem_files import read_problem, write_problem
from causattn.discovery.tests.contract import given_test


@pytest.mark.parametrize("discrete", [False, True])
def test_everything_travels(tmp_path, discrete):
    rng = np.random.default_rng(0)
    table = rng.integers(0, 3, (20, 3)) if discrete else rng.normal(size=(20, 3))
    score = rng.random((3, 3))
    candidates = CandidateEdges(tuple("abc"), score, score, score > 0.5, "drawn")
    data = as_discovery_data(table, list("abc"))
    problem = Problem(data, candidates, Knowledge(required=(("a", "b"),)), 5)
    settings = ALGORITHMS["ges"].settings(kind="ges")
    write_problem(tmp_path, ALGORITHMS["ges"], problem, settings)
    algorithm, back, read = read_problem(tmp_path)
    assert algorithm.name == "ges"
    assert read == settings
    assert back.knowledge == problem.knowledge
    assert back.seed == 5
    assert np.array_equal(back.data.values, data.values)
    assert back.data.values.dtype == data.values.dtype
    assert back.data.values.flags.f_contiguous == data.values.flags.f_contiguous
    assert back.data.categories == data.categories
    for name in ("names", "score", "p_value", "allowed", "method"):
        assert np.array_equal(getattr(back.candidates, name), getattr(candidates, name))


def test_nothing_more_is_needed(tmp_path):
    data = as_discovery_data(np.random.default_rng(0).normal(size=(20, 3)))
    write_problem(tmp_path, ALGORITHMS["empty"], Problem(data), RunSettings(kind="empty"))
    _, back, _ = read_problem(tmp_path)
    assert back.candidates is None
    assert back.knowledge is None


def test_objects_of_this_process_are_piped_and_never_lie_on_disk(tmp_path):
    data = as_discovery_data(np.random.default_rng(0).normal(size=(20, 3)))
    _, test = given_test(lambda x, y, given: 1.0 / (1 + x + y + len(given)))
    problem = Problem(data, test=test)
    piped = write_problem(tmp_path, ALGORITHMS["pc"], problem, ALGORITHMS["pc"].settings())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["arrays.npz", "problem.json"]
    _, back, _ = read_problem(tmp_path, piped)
    assert back.test.on(data)(0, 2, (1,)) == 0.25


def test_what_is_registered_needs_no_pipe(tmp_path):
    data = as_discovery_data(np.random.default_rng(0).normal(size=(20, 3)))
    settings = RunSettings(kind="empty")
    assert write_problem(tmp_path, ALGORITHMS["empty"], Problem(data), settings) == b""
