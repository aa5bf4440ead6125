"""FCI with an oracle: the PAG by definition, and what knowledge and candidates make of it."""

import numpy as np
import pytest

from causattn.discovery import Knowledge, discover
from causattn.discovery.fci import run_fci_with
from causattn.discovery.fci import search as fci_search
from causattn.discovery.icd import iterative_causal_discovery
from causattn.discovery.running import compiling
from tests.discovery.fci.equivalence import (
    ARROW,
    CIRCLE,
    NONE,
    TAIL,
    Oracle,
    ancestors,
    pag_by_definition,
    random_dag,
    subsets,
)

SIZE = 5


def found(oracle, size=SIZE, allowed=None, knowledge=None):
    return run_fci_with(oracle.p_value, size, 0.5, allowed, knowledge)


def drawn(seed, selection=False, edges=7):
    """Return an oracle over five of some variables, whose MAG has not too many edges."""
    rng = np.random.default_rng(seed)
    while True:
        size = int(rng.integers(6, 12))
        dag = random_dag(rng, size, rng.uniform(2, 4))
        order = rng.permutation(size).tolist()
        oracle = Oracle(dag, sorted(order[:SIZE]), order[SIZE : SIZE + 1] if selection else [])
        if 3 < np.count_nonzero(found(oracle).marks) / 2 <= edges:
            return oracle


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("selection", [False, True])
def test_the_graph_is_what_all_mags_share(seed, selection):
    oracle = drawn(seed, selection, 5 if selection else 6)
    by_definition = pag_by_definition(SIZE, oracle, selection=selection)
    np.testing.assert_array_equal(found(oracle).marks, by_definition)
    np.testing.assert_array_equal(iterative_causal_discovery(SIZE, oracle).marks, by_definition)


def ancestral_pag(oracle, size):
    """Return the PAG from the ancestors of each pair, which separate it if anything does."""
    import networkx as nx

    from causattn.discovery.icd import orient

    adjacent, separating = np.zeros((size, size), dtype=bool), {}
    for x in range(size):
        for y in range(x + 1, size):
            roots = {oracle.observed[x], oracle.observed[y], *oracle.selected}
            above = roots.union(*(nx.ancestors(oracle.graph, v) for v in roots))
            given = [k for k in range(size) if oracle.observed[k] in above and k not in (x, y)]
            if oracle(x, y, given):
                separating[x, y] = tuple(given)
            else:
                adjacent[x, y] = adjacent[y, x] = True
    return orient(adjacent, separating)


@pytest.mark.parametrize("seed", range(6))
def test_many_variables(seed):
    rng = np.random.default_rng(1000 + seed)
    size = int(rng.integers(10, 14))
    dag = random_dag(rng, size, rng.uniform(2, 4))
    order = rng.permutation(size).tolist()
    observed = size - size // 3
    selected = order[observed : observed + 1] if seed % 3 == 0 else []
    oracle = Oracle(dag, sorted(order[:observed]), selected)
    np.testing.assert_array_equal(found(oracle, observed).marks, ancestral_pag(oracle, observed))


def test_a_pair_that_only_a_possible_d_sep_set_separates(monkeypatch):
    """To close b or d, the neighbours of a and of e, opens the way over c, which neither has.

    a <-> b and d <-> e, with b a cause of e, d one of a, and c one of b and d. Spirtes, Glymour and
    Scheines (2000), section 6.3, is about such pairs.
    """
    nodes = list("abcdehj")
    dag = np.zeros((7, 7), dtype=int)
    for source, target in ["ha", "hb", "jd", "je", "be", "da", "cb", "cd"]:
        dag[nodes.index(source), nodes.index(target)] = 1
    oracle = Oracle(dag, range(SIZE))
    a, b, c, d, e = range(SIZE)
    assert [given for given in subsets([b, c, d]) if oracle(a, e, given)] == [(b, c, d)]
    expected = pag_by_definition(SIZE, oracle, selection=False)
    for end in (a, e):
        assert not expected[end, c]
    full = found(oracle)
    np.testing.assert_array_equal(full.marks, expected)
    assert full.separating_sets[a, e] == [(b, c, d)]
    monkeypatch.setattr(fci_search, "possible_separators", lambda *_: {})
    more = np.triu((found(oracle).marks > 0) != (expected > 0))
    assert np.argwhere(more).tolist() == [[a, e]]


def admitted(required, forbidden):
    """Return whether a MAG is one that knowledge speaks of."""

    def admits(marks):
        return all(marks[x, y] == ARROW and marks[y, x] == TAIL for x, y in required) and all(
            marks[x, y] == NONE or marks[y, x] == ARROW for x, y in forbidden
        )

    return admits


@pytest.mark.parametrize("seed", range(8))
def test_knowledge_is_kept_and_nothing_false_is_said(seed):
    oracle = drawn(seed, edges=6)
    free = found(oracle).marks
    open_ends = np.argwhere((free == CIRCLE) & (free.T != TAIL)).tolist()
    if not open_ends:
        pytest.skip("nothing to know")
    rng = np.random.default_rng(seed)
    y, x = open_ends[rng.integers(len(open_ends))]  # the mark at x is open
    # What the documents were made by, so that there is a MAG.
    above = oracle.observed[x] in _above(oracle, y)
    required, forbidden = ([(x, y)], []) if above else ([], [(x, y)])
    matrices = np.zeros((2, SIZE, SIZE), dtype=bool)
    for k, pairs in enumerate((required, forbidden)):
        for pair in pairs:
            matrices[k][tuple(pair)] = True
    marks = found(oracle, knowledge=tuple(matrices)).marks
    certain = pag_by_definition(SIZE, oracle, selection=False, admits=admitted(required, forbidden))
    said = marks != CIRCLE
    assert np.array_equal(marks[said], certain[said])
    assert marks[y, x] == (TAIL if above else ARROW)
    assert np.count_nonzero(said) > np.count_nonzero(free != CIRCLE)
    icd = iterative_causal_discovery(SIZE, oracle, knowledge=tuple(matrices)).marks
    assert np.array_equal(icd, marks)


def _above(oracle, node):
    import networkx as nx

    return nx.ancestors(oracle.graph, oracle.observed[node])


@pytest.mark.parametrize("seed", range(6))
def test_candidates_that_hold_the_skeleton_cost_no_direction(seed):
    oracle = drawn(seed)
    free = found(oracle)
    rng = np.random.default_rng(seed)
    more = rng.random((SIZE, SIZE)) < 0.3
    allowed = (free.marks > 0) | more | more.T
    np.testing.assert_array_equal(found(oracle, allowed=allowed).marks, free.marks)


def test_a_pair_left_out_wrongly_makes_no_collider():
    dag = np.triu(np.ones((3, 3), dtype=int), 1)
    allowed = np.ones((3, 3), dtype=bool)
    allowed[0, 2] = allowed[2, 0] = False
    marks = found(Oracle(dag, range(3)), 3, allowed=allowed).marks
    assert set(marks[marks > 0].tolist()) == {CIRCLE}


def test_ancestors_of_the_reference():
    marks = np.zeros((3, 3), dtype=np.int8)
    marks[0, 1], marks[1, 0], marks[1, 2], marks[2, 1] = ARROW, TAIL, ARROW, ARROW
    assert ancestors(marks, [1]) == {0, 1}
    assert ancestors(marks, [2]) == {2}


@pytest.mark.parametrize("kind", ["fci", "icd"])
def test_tiers_in_data(kind, graph_of, gaussian):
    data = gaussian(graph_of("a>b b>c", "abc"), 2000, 0)
    known = Knowledge(tiers=(("a",), ("b",), ("c",)))
    symbols = {
        edge[:2]: edge.symbol for edge in discover({"kind": kind}, data, knowledge=known).edges()
    }
    assert symbols == {("a", "b"): "o->", ("b", "c"): "-->"}
    required = discover({"kind": kind}, data, knowledge=Knowledge(required=(("c", "a"),)))
    assert ("c", "a", "-->") in {tuple(edge)[:3] for edge in required.edges()}


@pytest.mark.parametrize("test", ["fisher_z", "g_square"])
def test_back_ends_agree(test, monkeypatch):
    rng = np.random.default_rng(3)
    weights = np.triu(rng.random((14, 14)) < 0.25, 1) * rng.uniform(0.5, 1.2, (14, 14))
    table = rng.normal(size=(800, 14)) @ np.linalg.inv(np.eye(14) - weights)
    table = table[:, 3:] if test == "fisher_z" else (table[:, 3:] > 0).astype(int)
    monkeypatch.setattr(compiling, "PLAIN_UP_TO", 0)
    compiled = discover({"kind": "fci", "test": test, "alpha": 0.05}, table)
    monkeypatch.undo()
    for kernels in (compiling.GAUSSIAN_PC, compiling.DISCRETE_PC):
        monkeypatch.setattr(kernels, "plain_first", lambda size: True)
        monkeypatch.setattr(kernels, "due", lambda: False)
    plain = discover({"kind": "fci", "test": test, "alpha": 0.05}, table)
    assert np.array_equal(compiled.marks, plain.marks)
    assert compiled.separating_sets == plain.separating_sets
    assert compiled.details["later_tests"] > 0


def test_the_result_does_not_depend_on_the_order_of_columns():
    rng = np.random.default_rng(8)
    weights = np.triu(rng.random((12, 12)) < 0.3, 1) * rng.uniform(0.5, 1.2, (12, 12))
    table = (rng.normal(size=(400, 12)) @ np.linalg.inv(np.eye(12) - weights))[:, 2:]
    found = discover({"kind": "fci", "alpha": 0.05}, table)
    for _ in range(3):
        order = rng.permutation(10)
        turned = discover({"kind": "fci", "alpha": 0.05}, table[:, order])
        assert np.array_equal(turned.marks, found.marks[np.ix_(order, order)])
