"""ICD with an oracle: the PAG of causal-learn's FCI, by fewer tests of high order."""

from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from causallearn.search.ConstraintBased.FCI import fci

from causattn.discovery.fci import run_fci_with
from causattn.discovery.icd import iterative_causal_discovery
from causattn.discovery.libraries import from_causal_learn
from causattn.graphs import Mark


class Oracle:
    """d-separation among the observed nodes of a DAG, given what was selected on."""

    def __init__(self, dag, observed, selected=()):
        self._graph = nx.DiGraph(dag)
        self._observed, self._selected = list(observed), set(selected)
        self.sizes = []

    def __call__(self, x, y, given):
        self.sizes.append(len(given))
        named = [self._observed[k] for k in (x, y, *given)]
        return nx.is_d_separator(self._graph, {named[0]}, {named[1]}, {*named[2:], *self._selected})


def random_dag(rng, size, degree):
    order = rng.permutation(size)
    dag = np.triu(rng.random((size, size)) < degree / (size - 1), 1).astype(int)
    return dag[np.ix_(order, order)]


def fci_marks(oracle, size):
    """Return the PAG of causal-learn's FCI with the same oracle."""
    from causallearn.utils.cit import CIT_Base, register_ci_test

    class Asked(CIT_Base):
        def __init__(self, data, **kwargs):
            super().__init__(data)
            self.method = "asked"
            self.check_cache_method_consistent("asked", "NO SPECIFIED PARAMETERS")

        def __call__(self, x, y, given=None):
            given = () if given is None else tuple(sorted(int(k) for k in given))
            return float(oracle(int(x), int(y), given))

    register_ci_test("asked", Asked)
    data = np.random.default_rng(0).normal(size=(10, size))
    names = tuple(f"v{k}" for k in range(size))
    found, _ = fci(data, "asked", 0.5, show_progress=False, node_names=list(names))
    return from_causal_learn(found, names, kind="pag").marks


@pytest.mark.parametrize("seed", range(12))
def test_oracle_gives_fcis_graph(seed, capfd):
    rng = np.random.default_rng(seed)
    dag = random_dag(rng, 9, 2.5)
    observed = sorted(rng.choice(9, 6, replace=False).tolist())
    ours, theirs = Oracle(dag, observed), Oracle(dag, observed)
    found = iterative_causal_discovery(6, ours)
    np.testing.assert_array_equal(found.marks, fci_marks(theirs, 6))
    assert sum(found.tests_by_order) == len(ours.sizes)
    for (x, y), given in found.separating.items():
        assert not found.marks[x, y]
        assert Oracle(dag, observed)(x, y, given)


def test_adjacent_are_exactly_those_that_nothing_separates():
    for seed in range(15):
        rng = np.random.default_rng(100 + seed)
        dag = random_dag(rng, 9, 3.0)
        observed = list(range(5))
        selected = [8] if seed % 3 == 0 else []
        oracle = Oracle(dag, observed, selected)
        found = iterative_causal_discovery(5, oracle)
        for x, y in combinations(range(5), 2):
            others = [k for k in range(5) if k not in (x, y)]
            sets = (given for order in range(4) for given in combinations(others, order))
            assert bool(found.marks[x, y]) == (not any(oracle(x, y, given) for given in sets))


def test_result_does_not_depend_on_the_order_of_variables():
    rng = np.random.default_rng(7)
    dag = random_dag(rng, 9, 2.5)
    observed = [0, 2, 3, 5, 6, 8]
    found = iterative_causal_discovery(6, Oracle(dag, observed))
    order = rng.permutation(6)
    turned = iterative_causal_discovery(6, Oracle(dag, [observed[k] for k in order]))
    np.testing.assert_array_equal(turned.marks, found.marks[np.ix_(order, order)])


def test_fewer_tests_than_fci_on_average():
    ours, theirs = [], []
    for seed in range(6):
        rng = np.random.default_rng(200 + seed)
        dag = random_dag(rng, 12, 3.0)
        observed = sorted(rng.choice(12, 9, replace=False).tolist())
        icd, other = Oracle(dag, observed), Oracle(dag, observed)
        iterative_causal_discovery(9, icd)
        fci_marks(other, 9)
        ours.append(len(icd.sizes))
        theirs.append(len(other.sizes))
    assert np.mean(ours) < np.mean(theirs)


def test_hidden_cause_is_an_edge_with_two_arrows():
    # a -> b <- h -> c <- d with h unobserved
    dag = np.zeros((5, 5), int)
    dag[0, 1] = dag[4, 1] = dag[4, 2] = dag[3, 2] = 1
    found = iterative_causal_discovery(4, Oracle(dag, [0, 1, 2, 3]))
    assert found.marks[1, 2] == found.marks[2, 1] == Mark.ARROW


def test_order_can_be_limited():
    rng = np.random.default_rng(0)
    oracle = Oracle(random_dag(rng, 8, 4.0), range(8))
    found = iterative_causal_discovery(8, oracle, max_order=1)
    assert max(oracle.sizes) == 1
    assert len(found.tests_by_order) == 2


@pytest.mark.parametrize("seed", range(8))
def test_with_a_known_order_only_what_comes_before_is_conditioned_on(seed):
    rng = np.random.default_rng(300 + seed)
    dag = random_dag(rng, 9, 3.0)
    observed = sorted(rng.choice(9, 7, replace=False).tolist())
    order = [v for v in nx.topological_sort(nx.DiGraph(dag)) if v in observed]
    rank = np.array([order.index(v) for v in observed])
    knowledge = (np.zeros((7, 7), dtype=bool), rank[:, None] > rank)
    oracle, questions = Oracle(dag, observed), []

    def asked(x, y, given):
        questions.append((x, y, given))
        return oracle(x, y, given)

    found = iterative_causal_discovery(7, asked, knowledge=knowledge)
    for x, y, given in questions:
        assert all(rank[k] < max(rank[x], rank[y]) for k in given)
    p_value = Oracle(dag, observed)
    fci = run_fci_with(lambda *q: float(p_value(*q)), 7, 0.5, knowledge=knowledge)
    np.testing.assert_array_equal(found.marks, fci.marks)
