"""Every move against brute force: what one edge more, less or turned in some member leads to."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import numpy as np
import pytest

from causattn.discovery.ges.constraints import constraints
from causattn.discovery.ges.reference import ReferenceEngine
from causattn.discovery.ges.reference_graph import complete
from causattn.discovery.scores import GaussianBIC
from causattn.graphs import dag_to_cpdag, is_dag, topological_order
from causattn.graphs.marks import rows_as_sets, sets_as_rows
from tests.discovery.ges.cases import all_dags, linear_data

SIZE = 4


@cache
def classes() -> dict[bytes, list[np.ndarray]]:
    groups = defaultdict(list)
    for dag in all_dags(SIZE):
        groups[dag_to_cpdag(dag).tobytes()].append(dag)
    return groups


def knowledge(kind: str) -> dict[str, np.ndarray]:
    required = np.zeros((SIZE, SIZE), dtype=bool)
    forbidden = np.zeros((SIZE, SIZE), dtype=bool)
    if kind == "tiers":
        forbidden[2:, :2] = True
    elif kind == "mixed":
        required[0, 1] = True
        forbidden[3, 2] = forbidden[1, 3] = True
    elif kind == "order":
        forbidden = np.tril(np.ones((SIZE, SIZE), dtype=bool), -1)
    elif kind.startswith("random"):
        rng = np.random.default_rng(int(kind.removeprefix("random ")))
        order = rng.permutation(SIZE)
        earlier = np.argsort(order)[:, None] < np.argsort(order)[None, :]
        required = (rng.random((SIZE, SIZE)) < 0.2) & earlier
        forbidden = (rng.random((SIZE, SIZE)) < 0.2) & ~required
    return {"required": required, "forbidden": forbidden}


def honours(dag: np.ndarray, facts: dict[str, np.ndarray]) -> bool:
    return bool(
        np.all(dag >= facts["required"]) and not np.any(dag.astype(bool) & facts["forbidden"])
    )


def neighbours_by_brute_force(
    members: list[np.ndarray], phase: str, facts: dict[str, np.ndarray]
) -> set[bytes]:
    """The classes reached from some member by one edge, less those not honouring the knowledge."""
    reached = set()
    for dag in members:
        for i in range(SIZE):
            for j in range(SIZE):
                changed = dag.copy()
                if phase == "forward" and i != j and not dag[i, j] and not dag[j, i]:
                    changed[i, j] = 1
                elif phase == "backward" and dag[i, j]:
                    changed[i, j] = 0
                elif phase == "turning" and dag[i, j]:
                    changed[i, j], changed[j, i] = 0, 1
                else:
                    continue
                if is_dag(changed) and honours(changed, facts):
                    reached.add(dag_to_cpdag(changed).tobytes())
    return reached - {dag_to_cpdag(members[0]).tobytes()}


KINDS = ["none", "tiers", "mixed", "order", *(f"random {seed}" for seed in range(12))]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("phase", ["forward", "backward", "turning"])
def test_moves_reach_what_single_edges_reach(phase, kind):
    """Insertions and deletions reach all of it, and so do turns where there is no knowledge.

    With knowledge, turns keep to those of Hauser and Buhlmann, which reach a part.
    """
    facts = knowledge(kind)
    limits = constraints(SIZE, **facts)
    score = GaussianBIC.from_data(
        linear_data(np.random.default_rng(0), np.triu(np.ones((SIZE, SIZE)), 1), 50)
    )
    engine = ReferenceEngine(score, limits)
    moves = 0
    for members in classes().values():
        members = [dag for dag in members if honours(dag, facts)]
        if not members:
            continue
        start = members[-1]
        engine.graph = complete(rows_as_sets(start.T), topological_order(start).tolist(), limits)
        np.testing.assert_array_equal(engine.graph.to_matrix(), np.bitwise_or.reduce(members))
        listed = {
            "forward": engine.insertions,
            "backward": engine.deletions,
            "turning": engine.turns,
        }[phase]
        reached = set()
        for move in listed():
            made = engine._make(phase, move)
            if made is None:
                continue
            moves += 1
            dag = sets_as_rows(made[0], SIZE).T
            assert is_dag(dag)
            assert honours(dag, facts)
            gain = score.total(dag) - score.total(start)
            assert engine._gain(phase, move) == pytest.approx(gain, abs=1e-8)
            reached.add(dag_to_cpdag(dag).tobytes())
        expected = neighbours_by_brute_force(members, phase, facts)
        if phase == "turning" and kind != "none":
            assert reached <= expected
        else:
            assert reached == expected
    if (phase, kind) == ("turning", "order"):
        assert moves == 0  # the order leaves nothing to turn
    elif not kind.startswith("random"):
        assert moves > 20
