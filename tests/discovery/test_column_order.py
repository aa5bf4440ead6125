"""No algorithm's answer depends on the columns' order or on names, or else the result says so."""

import numpy as np
import pandas as pd
import pytest

from causattn.discovery import ALGORITHMS, Knowledge, discover

# What is drawn at random, what is made of candidates, and what takes half a minute.
LEFT_OUT = {"random", "attention_threshold", "cam_uv", "dagma"}
SLOW = {("boss", "discrete"), ("ges", "discrete"), ("grasp", "discrete")}


def table(kind, rows=400):
    rng = np.random.default_rng(0)
    weights = np.triu(rng.random((5, 5)) < 0.6, 1) * rng.uniform(0.6, 1.2, (5, 5))
    numbers = rng.uniform(-1, 1, (rows, 5)) @ np.linalg.inv(np.eye(5) - weights)
    if kind == "discrete":
        cuts = np.quantile(numbers, [1 / 3, 2 / 3], axis=0)
        numbers = (numbers > cuts[0]).astype(int) + (numbers > cuts[1])
    return pd.DataFrame(numbers, columns=list("abcde"))


CASES = [
    (name, engine, kind)
    for name in ALGORITHMS
    for engine in ALGORITHMS[name].engines or [""]
    for kind in ("continuous", "discrete")
    if name not in LEFT_OUT
    and kind in ALGORITHMS[name].capability.data_kinds
    and (engine != "causal-learn" or (name, kind) not in SLOW)
    and (name, kind) != ("grasp", "discrete")
]


@pytest.mark.parametrize(("name", "engine", "kind"), CASES)
def test_the_order_and_the_names_of_columns_change_nothing(name, engine, kind):
    if ALGORITHMS[name].package:
        pytest.importorskip(ALGORITHMS[name].package)
    settings = {"kind": name, **({"engine": engine} if engine else {})}
    data = table(kind)
    found = discover(settings, data)
    said = bool(ALGORITHMS[name].order_matters) or (name, engine) == ("pc", "causal-learn")
    assert ("column_order" in found.details) == said
    for order in ("ecadb", "badce"):
        turned = discover(settings, data[list(order)])
        assert turned.names[:5] == tuple(order)
        place = [turned.names.index(variable) for variable in found.names]
        assert np.array_equal(turned.marks[np.ix_(place, place)], found.marks)
    called = discover(settings, data.set_axis(["z", "y", "x", "w", "v"], axis=1))
    assert np.array_equal(called.marks, found.marks)


def test_separating_sets_and_knowledge_keep_to_the_table():
    data = table("continuous", 2000)
    known = Knowledge(tiers=(("a",), ("b", "c", "d", "e")))
    found = discover({"kind": "icd"}, data, knowledge=known)
    order = list("ecadb")
    turned = discover({"kind": "icd"}, data[order], knowledge=known)

    def named(graph):
        return {
            frozenset((graph.names[i], graph.names[j])): {
                frozenset(graph.names[k] for k in one) for one in sets
            }
            for (i, j), sets in graph.separating_sets.items()
        }

    assert named(found) == named(turned)
    assert named(found)
    assert all(i < j for i, j in found.separating_sets)


@pytest.mark.parametrize("kind", ["ica_lingam", "direct_lingam"])
def test_two_variables_are_directed_by_the_data(kind):
    # causal-learn's ICA-LiNGAM says X1 -> X2 of any two columns.
    rng = np.random.default_rng(0)
    cause = rng.uniform(size=1000)
    pair = pd.DataFrame({"x": cause, "y": cause + 0.5 * rng.uniform(size=1000)})
    for order in (["x", "y"], ["y", "x"]):
        assert [tuple(e)[:3] for e in discover({"kind": kind}, pair[order]).edges()] == [
            ("x", "y", "-->")
        ]


def test_a_constant_column_does_not_move_what_is_tested_beyond_the_class():
    data = table("continuous", 1500)
    alone = discover({"kind": "direct_lingam"}, data).details["beyond_class"]
    data.insert(0, "same", 1.0)
    beside = discover({"kind": "direct_lingam"}, data).details["beyond_class"]
    assert beside == alone


def test_pc_says_when_the_first_of_two_colliders_holds():
    # causal-learn's rules, which are the default, direct b - c as the columns' order has it.
    rng = np.random.default_rng(4)
    a, d, hidden = rng.normal(size=(3, 5000))
    data = pd.DataFrame({"a": a, "b": a + hidden, "c": d + hidden, "d": d})
    data[["b", "c"]] += 0.1 * rng.normal(size=(5000, 2))
    turned = data[list("dcba")]
    for rules, moves in (("causal-learn", True), ("standard", False)):
        one, other = (discover({"kind": "pc", "rules": rules}, each) for each in (data, turned))
        assert one.details["conflicting_edges"] == other.details["conflicting_edges"] == 1
        assert bool((one.marks != other.marks[::-1, ::-1]).any()) == moves
        assert ("column_order" in one.details) == moves
