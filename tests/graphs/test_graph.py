"""The graph itself."""

import numpy as np

from causattn.graphs import CausalGraph, Mark

MARKS = np.zeros((4, 4), dtype=np.int8)
MARKS[0, 1], MARKS[1, 0] = Mark.ARROW, Mark.TAIL
MARKS[1, 2], MARKS[2, 1] = Mark.ARROW, Mark.CIRCLE


def test_the_symbol_of_a_pair_reads_from_its_first_variable() -> None:
    graph = CausalGraph(("a", "b", "c", "d"), MARKS, "pag")
    for source, target, symbol in graph.edges():
        assert graph.symbol(source, target) == symbol
    assert [graph.symbol(*pair) for pair in ("ab", "ba", "bc", "cb", "ad")] == [
        "-->",
        "<--",
        "o->",
        "<-o",
        "",
    ]
