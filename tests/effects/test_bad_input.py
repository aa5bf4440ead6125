"""What cannot be estimated is a row with a reason: no crash, and no number without a word."""

import numpy as np
import pytest

from causattn.base import DataError
from causattn.corpora import Corpus
from causattn.effects import ESTIMATORS, REFUTERS, collect_evidence, parent_adjustment
from causattn.graphs import CausalGraph, Mark

ROWS = 300
# Cross-fitting learns ten models an estimate; its own tests are in test_cross_fitted.py.
EVERY = [name for name in ESTIMATORS if name != "cross_fitted"]
NUMBERS = ("data_estimate", "data_standard_error", "data_low", "data_high", "placebo_p")


def graph_of(names: tuple[str, ...], *edges: tuple[int, int], **about) -> CausalGraph:
    matrix = np.zeros((len(names), len(names)), dtype=int)
    for i, j in edges:
        matrix[i, j] = 1
    return CausalGraph.from_adjacency(matrix, names, direction="from row to column", **about)


def row_of(table, graph, source: str, target: str, **more):
    settings = {"kind": "dowhy", "draws": 20, "interventions": "none", "refuters": [*REFUTERS]}
    settings["bootstraps"] = 0
    corpus = Corpus("made", ["."] * len(table.values))
    evidence = collect_evidence(
        {**settings, **more}, graph, table, None, None, corpus, 0, given=True
    )
    return evidence.row(source, target)


def refused(row, says: str) -> None:
    """Assert that a row says why, holds no number of its effect, and supports nothing."""
    assert says in row["data_reason"]
    for column in NUMBERS:
        assert np.isnan(row[column]), column
    assert row["verdict"] not in ("supported", "robust", "consistent")
    assert row["verdict_reason"]


@pytest.mark.parametrize("estimator", EVERY)
def test_no_variation_in_the_treatment(make_table, estimator) -> None:
    rng = np.random.default_rng(0)
    names, answers = ("source", "target"), (("no", "yes"),) * 2
    values = rng.integers(0, 2, (2, ROWS))
    table = make_table(answers, source=values[0], target=values[1])
    # A table refuses a constant column when it is made; rows left out afterwards can make one.
    table.values[:, 0] = 1
    row = row_of(table, graph_of(names, (0, 1)), *names, estimator=estimator)
    refused(row, "fewer than two values held by")
    table.values[:3, 0] = 0
    row = row_of(table, graph_of(names, (0, 1)), *names, estimator=estimator)
    refused(row, "no (3), yes (297)")
    number = make_table((None, ("no", "yes")), source=rng.normal(size=ROWS), target=values[1])
    number.values[:, 0] = 1
    row = row_of(number, graph_of(names, (0, 1)), *names, estimator=estimator)
    refused(row, "same value in every row")
    with pytest.raises(DataError, match="same value in every document"):
        make_table(answers, source=np.ones(ROWS), target=values[1])


@pytest.mark.parametrize("estimator", EVERY)
def test_no_variation_in_the_outcome(make_table, estimator) -> None:
    names, answers = ("source", "target"), (("no", "yes"),) * 2
    table = make_table(answers, source=np.arange(ROWS) % 2, target=np.arange(ROWS) % 3 > 0)
    table.values[:, 1] = 0
    row = row_of(table, graph_of(names, (0, 1)), *names, estimator=estimator)
    refused(row, "same value in every row")


def test_perfect_separation(make_table) -> None:
    names, answers = ("source", "target"), (("no", "yes"),) * 2
    source = np.arange(ROWS) % 2
    table = make_table(answers, source=source, target=source)
    refused(row_of(table, graph_of(names, (0, 1)), *names, estimator="glm"), "rarer outcome")
    # A linear effect of 1 is what the data say; that nothing is left to refute it with is said.
    row = row_of(table, graph_of(names, (0, 1)), *names, estimator="linear")
    assert row["data_estimate"] == pytest.approx(1.0)
    for name in ("random_common_cause", "data_subset", "bootstrap"):
        assert "decides the outcome" in row[f"{name}_outcome"]
        assert np.isnan(row[f"{name}_p"])


@pytest.mark.parametrize("estimator", EVERY)
def test_positivity_violated(make_table, estimator) -> None:
    rng = np.random.default_rng(0)
    names, answers = ("cause", "source", "target"), (("no", "yes"),) * 3
    cause = np.arange(ROWS) % 2
    target = (rng.random(ROWS) < 0.3 + 0.4 * cause).astype(int)
    table = make_table(answers, cause=cause, source=cause, target=target)
    graph = graph_of(names, (0, 1), (0, 2), (1, 2))
    row = row_of(table, graph, "source", "target", adjustment="parents", estimator=estimator)
    refused(row, "positivity is violated")


@pytest.mark.parametrize("estimator", EVERY)
def test_an_adjustment_set_as_large_as_the_sample(make_table, estimator) -> None:
    rng = np.random.default_rng(0)
    size = 40
    names = ("source", "target", *(f"x{k}" for k in range(size)))
    answers = (("no", "yes"), ("no", "yes"), *(None,) * size)
    columns = {f"x{k}": rng.normal(size=size) for k in range(size)}
    table = make_table(
        answers, source=np.arange(size) % 2, target=rng.integers(0, 2, size), **columns
    )
    causes = [(k, effect) for k in range(2, size + 2) for effect in (0, 1)]
    graph = graph_of(names, (0, 1), *causes)
    row = row_of(table, graph, "source", "target", adjustment="parents", estimator=estimator)
    refused(row, "as large as the sample")


@pytest.mark.parametrize("estimator", EVERY)
def test_an_effect_that_the_class_does_not_identify_and_an_undirected_edge(
    make_table, estimator
) -> None:
    rng = np.random.default_rng(0)
    names, answers = ("first", "second", "third"), (("no", "yes"),) * 3
    first = rng.integers(0, 2, ROWS)
    second = (rng.random(ROWS) < 0.2 + 0.6 * first).astype(int)
    third = (rng.random(ROWS) < 0.2 + 0.6 * second).astype(int)
    table = make_table(answers, first=first, second=second, third=third)
    chain = graph_of(names, (0, 1), (1, 0), (1, 2), (2, 1), kind="cpdag")
    row = row_of(table, chain, "first", "second", estimator=estimator)
    refused(row, "undirected")
    # The class's own answer stands beside it: a range, and not one number.
    assert row["data_possible_minimum"] == 0.0
    assert row["data_possible_maximum"] > 0.3
    latent = CausalGraph.from_adjacency(
        np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]]),
        names,
        direction="from row to column",
        kind="pag",
    )
    refused(row_of(table, latent, "first", "second", estimator=estimator), "hidden common causes")


def test_a_graph_that_allows_hidden_common_causes_is_judged_all_the_same(make_table) -> None:
    """Arrows at both ends and circles: every pair gets a row with a reason, none a number."""
    rng = np.random.default_rng(0)
    names = ("a", "b", "c", "d")
    values = rng.integers(0, 2, (4, ROWS))
    table = make_table((("no", "yes"),) * 4, **dict(zip(names, values, strict=True)))
    tail, arrow, circle = Mark.TAIL, Mark.ARROW, Mark.CIRCLE
    marks = np.zeros((4, 4), dtype=np.int8)
    for (i, j), (at_i, at_j) in {
        (0, 1): (arrow, arrow),
        (1, 2): (circle, arrow),
        (2, 3): (circle, circle),
        (0, 3): (tail, arrow),
    }.items():
        marks[j, i], marks[i, j] = at_i, at_j
    pag = CausalGraph(names, marks, kind="pag")
    both = row_of(table, pag, "a", "b")
    assert both["discovery_edge"] == "<->"
    assert both["verdict"] == "absent"
    assert "hidden common cause" in both["verdict_reason"]
    assert row_of(table, pag, "b", "c")["discovery_edge"] == "o->"
    assert row_of(table, pag, "b", "c")["verdict"] == "open"
    assert row_of(table, pag, "c", "b")["verdict"] == "absent"
    assert row_of(table, pag, "c", "d")["verdict"] == "open"
    refused(row_of(table, pag, "a", "d"), "hidden common causes")


def test_an_outcome_that_is_its_own_cause(make_table) -> None:
    rng = np.random.default_rng(0)
    names = ("a", "b", "c")
    table = make_table(**dict(zip(names, rng.normal(size=(3, ROWS)), strict=True)))
    cycle = graph_of(names, (0, 1), (1, 2), (2, 0))
    refused(row_of(table, cycle, "a", "b"), "lie on a cycle")
    dag = graph_of(names, (0, 1))
    assert parent_adjustment(dag, "a", "a").reason == "a is its own outcome."
    with pytest.raises(DataError, match=r"itself|diagonal|own"):
        graph_of(names, (0, 0))
