"""What a sceptic would try: worlds where a careless verdict is wrong, each with the right one."""

import numpy as np
import pandas as pd
import pytest

from causattn.corpora import Corpus
from causattn.discovery import discover
from causattn.effects import Independent, collect_evidence
from causattn.graphs import CausalGraph

ANSWERS = ("no", "yes")
MORE_THAN_DRAWN = ("consistent", "robust", "supported")
FAST = {"kind": "dowhy", "interventions": "none", "draws": 20, "bootstraps": 10}
PC = {"kind": "pc", "alpha": 0.01}


@pytest.fixture
def judged(make_table):
    """From columns of codes to the evidence on what a search draws in them, by pair."""

    def judged(columns, settings=PC, categories=None, independent=(), knowledge=None, **effects):
        names = tuple(columns)
        table = make_table(categories or (ANSWERS,) * len(names), **columns)
        corpus = Corpus("x", ["."] * len(table.documents))

        def search(some):
            if callable(settings):
                return settings(some)
            return discover(settings, some, knowledge=knowledge)

        evidence = collect_evidence(
            {**FAST, **effects},
            search(table),
            table,
            None,
            None,
            corpus,
            0,
            search=search,
            independent=independent,
        )
        return evidence.frame.set_index(["source", "target"])

    return judged


def flip(rng: np.random.Generator, chance: np.ndarray) -> np.ndarray:
    return (rng.random(len(chance)) < chance).astype(int)


def recovery(seed: int, rows: int = 5000) -> dict[str, np.ndarray]:
    """Treatment and recovery share a hidden cause, and neither acts on the other."""
    rng = np.random.default_rng(seed)
    gene, recovered = flip(rng, np.full(rows, 0.4)), flip(rng, np.full(rows, 0.45))
    chance = np.array([[0.225, 0.558333], [0.475, 0.808333]])[gene, recovered]
    return {"gene": gene, "treatment": flip(rng, chance), "recovery": recovered}


@pytest.mark.parametrize("seed", range(3))
def test_a_hidden_common_cause_is_not_ruled_out_by_a_collider(judged, seed) -> None:
    evidence = judged(recovery(seed))
    row = evidence.loc["recovery", "treatment"]
    assert row["discovery_edge"] == "-->"
    assert row["verdict"] in ("drawn", "consistent", "disputed")
    assert row["robust_fci"] == "o->"
    assert not evidence["verdict"].isin(["robust", "supported"]).any()


def test_a_third_variable_upstream_rules_it_out(judged) -> None:
    """The same collider with an effect of its own: that arrow no hidden cause explains."""
    columns = recovery(0, 8000)
    rng = np.random.default_rng(9)
    # What the target's other causes explain says how strong a hidden cause might be.
    income = flip(rng, np.full(8000, 0.5))
    cost = flip(rng, np.array([[0.1, 0.3], [0.6, 0.85]])[columns["treatment"], income])
    evidence = judged({**columns, "income": income, "cost": cost})
    row = evidence.loc["treatment", "cost"]
    assert row["robust_fci"] == "-->"
    assert row["verdict"] == "robust"
    assert evidence.loc["recovery", "treatment"]["verdict"] != "robust"


def test_cancelling_paths(judged) -> None:
    """dose -> repair -> damage cancels dose -> damage: the search must get it wrong."""
    rng = np.random.default_rng(0)
    dose = flip(rng, np.full(5000, 0.5))
    repair = flip(rng, np.array([0.2, 0.8])[dose])
    damage = flip(rng, np.array([[0.55, 0.05], [0.85, 0.35]])[dose, repair])
    evidence = judged({"dose": dose, "repair": repair, "damage": damage})
    assert evidence.loc["damage", "repair"]["discovery_directed"]
    assert evidence.loc["damage", "repair"]["verdict"] not in ("robust", "supported")
    # An arrow that was not drawn is not refuted by that.
    assert not evidence["verdict"].eq("refuted").any()


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    "kind",
    [
        "exact",
        pytest.param("hill_climbing", marks=pytest.mark.slow),
        pytest.param("mmhc", marks=pytest.mark.slow),
    ],
)
def test_two_variables_give_no_direction(judged, kind, turned) -> None:
    rng = np.random.default_rng(0)
    if kind == "exact":
        rain = rng.normal(size=3000)
        columns = {"rain": rain, "wet": rain + rng.normal(size=3000)}
    else:
        rain = flip(rng, np.full(3000, 0.3))
        columns = {"rain": rain, "wet": flip(rng, np.array([0.2, 0.8])[rain])}
    names = list(columns)[::-1] if turned else list(columns)
    categories = (None if kind == "exact" else ANSWERS,) * 2
    evidence = judged({name: columns[name] for name in names}, {"kind": kind}, categories)
    assert list(evidence["verdict"]) == ["open", "open"]
    assert set(evidence["discovery_edge"]) in ({"-->", "<--"}, {"---"})


def test_independent_variables(judged) -> None:
    """What chance drew in one half is not there in the other."""
    arrows = {"cross": [], "none": []}
    for seed in range(4):
        values = np.random.default_rng(seed).integers(0, 2, (20, 2000))
        columns = {f"x{k}": column for k, column in enumerate(values)}
        for split, found in arrows.items():
            chancy = {"kind": "pc", "alpha": 0.05}
            evidence = judged(columns, chancy, bootstraps=0, refuters=[], split=split)
            assert not evidence["verdict"].isin(MORE_THAN_DRAWN).any()
            found.append(evidence[evidence["discovery_directed"]])
    seen = pd.concat(arrows["none"])
    assert len(seen) >= 5
    # On the rows of the search, each interval by itself excludes 0 for nearly all of them.
    assert ((seen["data_low"] > 0) | (seen["data_high"] < 0)).mean() > 0.8


def test_the_joint_intervals_hold_over_the_table(judged) -> None:
    """A search that draws everything, whatever the rows: no arrow of chance is consistent."""
    found = []
    for seed in range(8):
        values = np.random.default_rng(100 + seed).integers(0, 2, (12, 800))
        evidence = judged(
            {f"x{k}": column for k, column in enumerate(values)},
            {"kind": "random", "edges": 25},
            bootstraps=0,
            refuters=[],
        )
        found.append(evidence[evidence["discovery_directed"]])
    single = [(rows["data_low"] > 0) | (rows["data_high"] < 0) for rows in found]
    joint = [(rows["data_joint_low"] > 0) | (rows["data_joint_high"] < 0) for rows in found]
    assert sum(map(len, found)) > 80
    assert sum(one.sum() for one in single) > 0
    assert sum(one.any() for one in joint) <= 1
    assert sum(rows["verdict"].isin(MORE_THAN_DRAWN).any() for rows in found) <= 1


def test_xor_is_not_refuted(judged) -> None:
    rng = np.random.default_rng(0)
    left, right = flip(rng, np.full(5000, 0.5)), flip(rng, np.full(5000, 0.5))
    alarm = flip(rng, np.array([0.05, 0.95])[left ^ right])
    evidence = judged({"left": left, "right": right, "alarm": alarm})
    assert not evidence["verdict"].isin(["refuted", "disputed"]).any()
    assert not evidence["verdict"].isin(MORE_THAN_DRAWN).any()


def test_a_deterministic_copy_takes_nobodys_place(judged) -> None:
    """cause -> effect, and a copy of the cause: which of the two acts cannot be known."""
    rng = np.random.default_rng(0)
    cause = flip(rng, np.full(5000, 0.5))
    effect = flip(rng, np.array([0.2, 0.8])[cause])
    evidence = judged({"cause": cause, "copy": cause.copy(), "effect": effect})
    assert not evidence["verdict"].isin(["robust", "supported"]).any()


def test_selection_makes_no_robust_arrow(judged) -> None:
    """Only documents with either of two independent things are there."""
    rng = np.random.default_rng(0)
    a, b = flip(rng, np.full(20_000, 0.4)), flip(rng, np.full(20_000, 0.4))
    kept = (a | b) == 1
    causes = flip(rng, np.full(20_000, 0.5))
    a = np.where(causes == 1, flip(rng, np.full(20_000, 0.8)), a)
    evidence = judged({"a": a[kept], "b": b[kept], "cause": causes[kept]})
    assert not evidence["verdict"].isin(["robust", "supported"]).any()


def test_a_label_before_its_words(judged) -> None:
    """A hidden quality makes words and stars: neither acts on the other."""
    rng = np.random.default_rng(0)
    quality = flip(rng, np.full(5000, 0.5))
    words = {
        name: flip(rng, np.array([low, high])[quality])
        for name, low, high in (("great", 0.1, 0.5), ("broken", 0.4, 0.1), ("love", 0.2, 0.6))
    }
    columns = {**words, "stars": flip(rng, np.array([0.1, 0.9])[quality])}
    free = judged(columns)
    assert not free["verdict"].isin(["robust", "supported"]).any()
    last = judged(columns, knowledge={"tiers": [list(words), ["stars"]]})
    # A known order rules out the way back, and no hidden cause.
    assert set(last.loc["stars"]["verdict"]) == {"refuted"}
    assert not last["verdict"].isin(["robust", "supported"]).any()


def test_a_graph_with_hidden_causes_does_not_abort(judged) -> None:
    evidence = judged(recovery(1), {"kind": "fci"})
    assert set(evidence["verdict"]) <= {"open", "absent"}


def test_arrows_that_an_algorithm_turned_round_are_not_trusted(judged) -> None:
    """PC's collider turned into a fork, which a chain is as good as: no direction is left."""
    columns = recovery(2)
    found = discover(PC, np.column_stack(list(columns.values())))
    assert found.directed().sum() == 2
    turned = CausalGraph(tuple(columns), found.marks.T, kind="cpdag")
    evidence = judged(columns, lambda some: turned)
    assert set(evidence["verdict"]) == {"open"}


def test_evidence_beside_the_search_supports(judged) -> None:
    columns = recovery(0)
    people = Independent("gene", "treatment", "people", "for", "people drew gene -> treatment")
    world = Independent(
        "recovery", "treatment", "intervention", "against", "setting recovery moved nothing"
    )
    evidence = judged(columns, independent=[people, world])
    assert evidence.loc["gene", "treatment"]["verdict"] == "supported"
    assert evidence.loc["recovery", "treatment"]["verdict"] == "refuted"
    assert "moved nothing" in evidence.loc["recovery", "treatment"]["verdict_reason"]
