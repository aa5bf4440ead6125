"""The PAG of a DAG with hidden and selected variables by definition: what all MAGs share.

Slow on purpose, and of nothing that the package has: every mixed graph over the skeleton is
written down, those that are ancestral and have the same m-separations are kept, and a mark is
certain where all of them have it (Richardson and Spirtes 2002, "Ancestral graph Markov models";
Zhang 2008, section 3).
"""

from itertools import combinations, product

import networkx as nx
import numpy as np

from causattn.graphs import Mark

NONE, TAIL, ARROW, CIRCLE = (int(mark) for mark in Mark)


def subsets(nodes):
    return (given for size in range(len(nodes) + 1) for given in combinations(nodes, size))


class Oracle:
    """d-separation among the observed nodes of a DAG, given what was selected on."""

    def __init__(self, dag, observed, selected=()):
        self.graph = nx.DiGraph(np.asarray(dag))
        self.observed, self.selected = list(observed), set(selected)

    def __call__(self, x, y, given):
        x, y, *given = (self.observed[k] for k in (x, y, *given))
        return nx.is_d_separator(self.graph, {x}, {y}, {*given, *self.selected})

    def p_value(self, x, y, given):
        return float(self(x, y, given))


def all_independences(size, oracle):
    found = {}
    for x, y in combinations(range(size), 2):
        others = [k for k in range(size) if k not in (x, y)]
        found[x, y] = {given for given in subsets(others) if oracle(x, y, given)}
    return found


def ancestors(marks, nodes):
    found, front = set(nodes), list(nodes)
    while front:
        here = front.pop()
        for there in np.flatnonzero((marks[:, here] == ARROW) & (marks[here] == TAIL)):
            if there not in found:
                found.add(int(there))
                front.append(int(there))
    return found


def is_ancestral(marks):
    for node in range(len(marks)):
        above = ancestors(marks, [node])
        into = np.flatnonzero(marks[node] == ARROW)  # edges from the node with an arrowhead there
        if any(marks[there, node] in (TAIL, ARROW) and int(there) in above for there in into):
            return False  # a directed cycle, or an almost directed one
        undirected = (marks[node] == TAIL) & (marks[:, node] == TAIL)
        if undirected.any() and (marks[:, node] == ARROW).any():
            return False
    return True


def m_separated(marks, x, y, given):
    """Return whether no m-connecting walk leads from x to y."""
    above = ancestors(marks, list(given)) if given else set()
    front = [(x, int(k)) for k in np.flatnonzero(marks[x])]
    seen = set(front)
    while front:
        before, here = front.pop()
        if here == y:
            return False
        for there in np.flatnonzero(marks[here]).tolist():
            collider = marks[before, here] == ARROW and marks[there, here] == ARROW
            passes = here in above if collider else here not in given
            if passes and (here, there) not in seen:
                seen.add((here, there))
                front.append((here, there))
    return True


def pag_by_definition(size, oracle, *, selection, admits=lambda marks: True):
    """Return the PAG, int8 [p, p], of all MAGs over the skeleton that are admitted."""
    facts = all_independences(size, oracle)
    edges = [pair for pair, sets in facts.items() if not sets]
    kinds = [(TAIL, ARROW), (ARROW, TAIL), (ARROW, ARROW)] + [(TAIL, TAIL)] * selection
    adjacent = np.zeros((size, size), dtype=bool)
    for x, y in edges:
        adjacent[x, y] = adjacent[y, x] = True
    triples = [
        (x, m, z, all(m not in given for given in facts[x, z]))
        for m in range(size)
        for x, z in combinations(np.flatnonzero(adjacent[m]).tolist(), 2)
        if not adjacent[x, z]
    ]
    common = None
    for chosen in product(kinds, repeat=len(edges)):
        marks = np.zeros((size, size), dtype=np.int8)
        for (x, y), (at_x, at_y) in zip(edges, chosen, strict=True):
            marks[y, x], marks[x, y] = at_x, at_y
        if any(
            (marks[x, m] == ARROW and marks[z, m] == ARROW) != collider
            for x, m, z, collider in triples
        ):
            continue
        if not admits(marks) or not is_ancestral(marks) or not _same(marks, facts, size):
            continue
        common = marks if common is None else np.where(marks == common, common, CIRCLE)
    assert common is not None
    return common.astype(np.int8)


def _same(marks, facts, size):
    for (x, y), sets in facts.items():
        others = [k for k in range(size) if k not in (x, y)]
        for given in subsets(others):
            if m_separated(marks, x, y, given) != (given in sets):
                return False
    return True


def random_dag(rng, size, degree):
    order = rng.permutation(size)
    dag = np.triu(rng.random((size, size)) < degree / (size - 1), 1).astype(int)
    return dag[np.ix_(order, order)]
