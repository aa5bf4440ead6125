from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from causattn.graphs import CausalGraph, Mark
from causattn.report.words.truth import by_verdict, count_fates, drawing_order, overlay

NAMES = ("a", "b", "c")


def graph(adjacency: list[list[int]], names: tuple[str, ...] = NAMES) -> CausalGraph:
    return CausalGraph.from_adjacency(np.array(adjacency), names, direction="from row to column")


TRUTH = graph([[0, 1, 0], [0, 0, 0], [0, 1, 0]])  # a -> b <- c, which its class compels
CHAIN = graph([[0, 1, 0], [0, 0, 1], [0, 0, 0]])  # a -> b -> c, which its class leaves open


@pytest.mark.parametrize(
    ("found", "fates"),
    [
        ([[0, 1, 0], [0, 0, 0], [0, 1, 0]], {"right": 2}),
        ([[0, 1, 0], [1, 0, 0], [0, 1, 0]], {"undecided": 2}),  # a --- b <-- c compels nothing
        ([[0, 1, 0], [1, 0, 1], [0, 1, 0]], {"undecided": 2}),
        ([[0, 1, 0], [0, 0, 1], [0, 0, 0]], {"undecided": 2}),  # a DAG, none of it compelled
        ([[0, 1, 0], [0, 0, 0], [1, 0, 0]], {"undecided": 1, "extra": 1, "missing": 1}),
        ([[0, 0, 0], [0, 0, 0], [0, 0, 0]], {"missing": 2}),
    ],
)
def test_each_pair_has_its_fate(found: list[list[int]], fates: dict[str, int]) -> None:
    assert count_fates(overlay(graph(found), TRUTH)) == fates


@pytest.mark.parametrize(
    ("found", "fates"),
    [
        ([[0, 1, 0], [0, 0, 1], [0, 0, 0]], {"unidentifiable": 2}),  # as the truth, by chance
        ([[0, 0, 0], [1, 0, 0], [0, 1, 0]], {"unidentifiable": 2}),
        ([[0, 1, 0], [1, 0, 1], [0, 1, 0]], {"unidentifiable": 2}),
        ([[0, 1, 0], [0, 0, 0], [0, 1, 0]], {"unidentifiable": 1, "reversed": 1}),  # a collider
    ],
)
def test_no_direction_within_a_class_is_right(found, fates) -> None:
    assert count_fates(overlay(graph(found), CHAIN)) == fates
    left_open = CausalGraph.from_adjacency(
        [[0, 1, 0], [1, 0, 1], [0, 1, 0]], NAMES, direction="from row to column", kind="cpdag"
    )
    assert count_fates(overlay(left_open, left_open)) == {"right": 2}


def test_what_knowledge_settles_is_right() -> None:
    known = replace(CHAIN, details={"knowledge": {"order": ["a", "b", "c"]}})
    assert count_fates(overlay(known, CHAIN)) == {"right": 2}


def test_names_may_come_in_another_order() -> None:
    turned = graph([[0, 1, 0], [0, 0, 0], [0, 1, 0]], ("c", "b", "a"))
    assert count_fates(overlay(turned, TRUTH)) == {"right": 2}


@pytest.mark.parametrize(
    ("at_a", "at_b", "fate"),
    [
        (Mark.CIRCLE, Mark.ARROW, "undecided"),  # a o-> b says nothing against a -> b
        (Mark.CIRCLE, Mark.CIRCLE, "undecided"),
        (Mark.ARROW, Mark.CIRCLE, "reversed"),  # a <-o b says that a is no cause of b
        (Mark.ARROW, Mark.ARROW, "reversed"),
    ],
)
def test_marks_of_pags(at_a: Mark, at_b: Mark, fate: str) -> None:
    marks = np.zeros((3, 3), dtype=np.int8)
    marks[0, 1], marks[1, 0] = at_b, at_a
    found = CausalGraph(NAMES, marks, kind="pag")
    assert count_fates(overlay(found, TRUTH)) == {fate: 1, "missing": 1}


def test_without_a_truth_edges_stand_by_their_verdict() -> None:
    evidence = pd.DataFrame(
        {"source": ["a", "c"], "target": ["b", "b"], "verdict": ["supported", "refuted"]}
    )
    assert count_fates(by_verdict(TRUTH, evidence)) == {"supported": 1, "refuted": 1}
    assert count_fates(by_verdict(CHAIN, evidence)) == {"supported": 1, "drawn": 1}


def test_the_layout_follows_the_truth() -> None:
    found = graph([[0, 0, 1], [1, 0, 0], [0, 0, 0]])  # b -> a, a -> c
    assert drawing_order(found, CHAIN).tolist() == [[0, 1, 1], [0, 0, 1], [0, 0, 0]]
    assert drawing_order(found, None).tolist() == [[0, 0, 1], [1, 0, 0], [0, 0, 0]]
