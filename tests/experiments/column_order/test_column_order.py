"""Counting the graphs that change with the order of columns."""

import numpy as np
import pandas as pd
import pytest

from causattn.discovery import ALGORITHMS
from causattn.graphs import CausalGraph, Mark
from experiments.column_order.measure import apart, by_causattn, drawn_table, on_its_own, renamed


def graph(names, *edges):
    marks = np.zeros((len(names), len(names)), dtype=np.int8)
    for source, target in edges:
        i, j = names.index(source), names.index(target)
        marks[i, j], marks[j, i] = Mark.ARROW, Mark.TAIL
    return CausalGraph(tuple(names), marks, kind="pag")


def test_pairs_are_compared_by_name():
    one = graph("abc", "ab", "bc")
    assert apart(one, graph("cab", "ab", "bc")) == 0
    assert apart(one, graph("cab", "ba", "bc")) == 1
    assert apart(one, graph("cab", "ac")) == 3
    assert apart(one, graph("abcd", "ab", "bc", "da")) == 1
    turned = renamed(one, {"a": "b", "b": "c", "c": "a"})
    assert apart(turned, graph("abc", "bc", "ca")) == 0


@pytest.mark.parametrize("kind", ["gaussian", "uniform", "discrete"])
def test_a_table_is_drawn_again_by_its_seed(kind):
    one, two = (drawn_table(np.random.default_rng(1), kind, 5, 80) for _ in range(2))
    pd.testing.assert_frame_equal(one, two)
    assert (one.nunique() == 4).all() == (kind == "discrete")


def test_the_order_matters_to_exact_search_alone_but_not_in_a_run():
    table = drawn_table(np.random.default_rng(3), "gaussian", 5, 300)
    turned = table[table.columns[::-1]]
    chosen = {"kind": "exact"}
    assert apart(on_its_own(chosen, table), on_its_own(chosen, turned)) > 0
    assert apart(by_causattn(chosen, table), by_causattn(chosen, turned)) == 0


def test_every_algorithm_has_a_row(in_small):
    rows, page = in_small("column_order", "rows=120", "nodes=4")
    kinds = {row["kind"] for row in rows}
    assert kinds == set(ALGORITHMS) - {"cam_uv", "dagma"}
    drawn = [row for row in rows if row["kind"] == "random"]
    assert any(row["changed by order"] for row in drawn)
    others = [row for row in rows if row["kind"] != "random" and row["tables done"]]
    assert len(others) > 30
    assert not any(row["unsaid"] or row["changed by names"] for row in others)
    assert "Never, on any table: " in page
