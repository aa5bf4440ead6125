"""Edge frequencies: the same for any number of workers, and honest where draws fail."""

import numpy as np
import pytest

from causattn.base import CausattnError, ConfigError
from causattn.discovery import edge_frequencies


@pytest.mark.parametrize(
    ("settings", "sampling"),
    [
        ({"kind": "pc"}, "bootstrap"),
        ({"kind": "boss", "engine": "causal-learn"}, "subsample"),
    ],
)
def test_workers_change_nothing(graph_of, gaussian, settings, sampling):
    data = gaussian(graph_of("a>c b>c c>d", "abcd"), 60, 0)
    found = [
        edge_frequencies(settings, data, seed=4, draws=7, sampling=sampling, workers=workers)
        for workers in (1, 2, 3)
    ]
    for other in found[1:]:
        assert np.array_equal(found[0].adjacent, other.adjacent)
        assert np.array_equal(found[0].directed, other.directed)
        assert found[0].draws == other.draws == 7
    elsewhere = edge_frequencies(settings, data, seed=5, draws=7, sampling=sampling)
    assert not np.array_equal(found[0].directed, elsewhere.directed) or not np.array_equal(
        found[0].adjacent, elsewhere.adjacent
    )


def test_strong_edges_are_always_found_and_directed(graph_of, gaussian):
    truth = graph_of("a>c b>c", "abc")
    found = edge_frequencies({"kind": "pc"}, gaussian(truth, 2000, 0), draws=20)
    assert found.adjacent[0, 2] == found.adjacent[2, 0] == 1
    assert found.directed[0, 2] > 0.9
    assert found.directed[2, 0] == 0
    assert found.adjacent[0, 1] < 0.2
    frame = found.frame()
    row = frame[(frame.source == "a") & (frame.target == "c")].iloc[0]
    assert row.directed == found.directed[0, 2]
    assert len(frame) == 6


def test_candidates_are_kept(graph_of, gaussian, candidates_of):
    truth = graph_of("a>c b>c c>d", "abcd")
    allowed = truth.skeleton().copy()
    allowed[0, 2] = allowed[2, 0] = False
    found = edge_frequencies(
        {"kind": "ges", "adaptive": "none"},
        gaussian(truth, 300, 0),
        candidates_of(truth.names, allowed),
        draws=5,
        workers=2,
    )
    assert found.adjacent[0, 2] == 0
    assert found.adjacent[2, 3] == 1


@pytest.mark.parametrize("kind", ["pc", "ges"])
def test_a_category_no_draw_has_is_no_error(kind):
    # Category 2 of the first column stands in one row of 40, so a third of the draws miss it.
    rng = np.random.default_rng(0)
    table = rng.integers(0, 2, (40, 3))
    table[0, 0] = 2
    found = edge_frequencies({"kind": kind}, table, draws=12)
    assert found.draws == 12
    assert not found.failed


@pytest.mark.parametrize("kind", ["pc", "ges"])
def test_a_column_left_with_one_category_is_no_error(kind):
    table = np.random.default_rng(0).integers(0, 2, (40, 3))
    table[:, 0] = 0
    table[0, 0] = 1
    found = edge_frequencies({"kind": kind}, table, draws=12, sampling="subsample")
    assert found.draws == 12
    if kind == "pc":
        assert found.adjacent[0].max() == 0


def test_failed_draws_are_counted_and_told():
    # A continuous column that differs in one row is constant in the draws without that row.
    table = np.random.default_rng(0).normal(size=(30, 3))
    table[1:, 0] = 0.0
    found = edge_frequencies({"kind": "pc"}, table, draws=20)
    assert 0 < len(found.failed) < 20
    assert found.draws + len(found.failed) == 20
    assert "constant" in next(iter(found.failed.values()))


def test_no_graph_at_all_is_a_sentence():
    table = np.random.default_rng(0).normal(size=(30, 3))
    with pytest.raises(CausattnError, match="None of 3 draws gave a graph; the first: test=g"):
        edge_frequencies({"kind": "pc", "test": "g_square"}, table, draws=3)


@pytest.mark.parametrize(
    "wrong", [{"draws": 0}, {"workers": 0}, {"share": 0.0}, {"sampling": "jackknife"}]
)
def test_what_cannot_be_used_is_a_sentence(wrong):
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        edge_frequencies({"kind": "pc"}, np.eye(4), **wrong)


def test_draws_that_take_too_long_are_ended():
    table = np.random.default_rng(0).normal(size=(50, 3))
    in_time = edge_frequencies({"kind": "pc"}, table, draws=4, within_s=600)
    assert np.array_equal(
        in_time.directed, edge_frequencies({"kind": "pc"}, table, draws=4).directed
    )
    with pytest.raises(CausattnError, match="0 of 4 draws were done after 0 s"):
        edge_frequencies({"kind": "pc"}, table, draws=4, within_s=0)
