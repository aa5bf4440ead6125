"""Collecting: which pairs get rows, what their columns hold, bad input as rows with a reason."""

from pathlib import Path

import numpy as np
import pytest

from causattn.base import ConfigError, DataError, generator
from causattn.candidates import CandidateEdges
from causattn.corpora import Corpus
from causattn.effects import (
    ESTIMATORS,
    REFUTERS,
    Design,
    EvidenceTable,
    LinearEffects,
    collect_evidence,
    refute,
)
from causattn.features import FeatureTable
from causattn.graphs import CausalGraph

NAMES = ("cause", "source", "target", "noise")
YES_NO = (("no", "yes"),) * 4
FAST = {"kind": "dowhy", "draws": 20, "interventions": "none"}


@pytest.fixture(scope="module")
def table(make_table) -> FeatureTable:
    """Return cause -> source -> target <- cause, and noise, all of two values."""
    rng = np.random.default_rng(0)
    cause = rng.integers(0, 2, 2000)
    source = rng.random(2000) < 0.2 + 0.6 * cause
    target = rng.random(2000) < 0.1 + 0.3 * source + 0.4 * cause
    noise = rng.integers(0, 2, 2000)
    return make_table(YES_NO, cause=cause, source=source, target=target, noise=noise)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus("made", ["."] * 2000, truth=graph_of((0, 1), (1, 2), (0, 2)))


def graph_of(*edges: tuple[int, int], names: tuple[str, ...] = NAMES, **about) -> CausalGraph:
    matrix = np.zeros((len(names), len(names)), dtype=int)
    for i, j in edges:
        matrix[i, j] = 1
    return CausalGraph.from_adjacency(matrix, names, direction="from row to column", **about)


def collect(graph: CausalGraph, table: FeatureTable, corpus: Corpus, **settings) -> EvidenceTable:
    return collect_evidence({**FAST, **settings}, graph, table, None, None, corpus, 0, given=True)


def test_a_right_graph_that_was_given_is_consistent_edge_by_edge(table, corpus) -> None:
    evidence = collect(graph_of((0, 1), (1, 2), (0, 2)), table, corpus)
    edges = evidence.edges()
    assert list(edges["verdict"]) == ["consistent"] * 3
    row = evidence.row("source", "target")
    assert row["data_adjustment"] == ["cause"]
    assert row["data_low"] < 0.3 < row["data_high"]
    assert (row["data_from"], row["data_to"]) == ("no", "yes")
    assert row["data_outcome"] == "P(target = yes)"
    assert row["data_n"] == 2000
    assert row["truth_directed"] == 1
    back = evidence.row("target", "source")
    assert back["verdict"] == "absent"
    assert back["discovery_edge"] == "<--"
    assert back["truth_directed"] == 0
    assert evidence.summary()["consistent"] == {"edges": 3, "true": 3}
    assert row["data_family"] == 3
    assert row["data_joint_low"] < row["data_low"]
    assert row["data_high"] < row["data_joint_high"]


def test_a_planted_wrong_edge_is_refuted(make_table, corpus) -> None:
    rng = np.random.default_rng(1)
    columns = dict(zip(NAMES, rng.integers(0, 2, (4, 100_000)), strict=True))
    table = make_table(YES_NO, **columns)
    evidence = collect(graph_of((3, 2)), table, corpus, negligible=0.02)
    row = evidence.row("noise", "target")
    assert row["verdict"] == "refuted"
    assert row["placebo_outcome"] == "failed"


def test_pairs_are_the_allowed_the_found_and_the_true(table, corpus) -> None:
    allowed = np.zeros((4, 4), dtype=bool)
    allowed[0, 3] = allowed[3, 0] = True
    score = np.arange(16.0).reshape(4, 4)
    by_lime = {"screen": "lime"}
    candidates = CandidateEdges(NAMES, score, np.full((4, 4), 0.5), allowed, "by hand", by_lime)
    graph = graph_of((1, 2), separating_sets={(0, 3): [(1, 2)]})
    evidence = collect_evidence(FAST, graph, table, candidates, None, corpus, 0, given=True)
    found = set(zip(evidence.frame["source"], evidence.frame["target"], strict=True))
    both = {("cause", "noise"), ("source", "target"), ("cause", "source"), ("cause", "target")}
    assert found == both | {(b, a) for a, b in both}
    row = evidence.row("cause", "noise")
    assert row["candidate_allowed"]
    assert row["candidate_screen"] == "lime"
    assert row["candidate_score"] == 3
    assert row["candidate_strength"] == 12
    assert row["candidate_p"] == 0.5
    assert row["discovery_separating_set"] == ["source", "target"]
    assert "independent given source, target" in row["verdict_reason"]
    missed = evidence.row("cause", "source")
    assert not missed["candidate_allowed"]
    assert missed["verdict"] == "absent"


def test_results_do_not_depend_on_what_else_is_collected(table, corpus) -> None:
    """Draws belong to an edge by its names: other edges, more draws or fewer change none."""
    graph, blank = graph_of((0, 1), (1, 2), (0, 2)), Corpus("x", ["."] * 2000)
    by_parents = {"adjustment": "parents"}
    whole = collect(graph, table, corpus, **by_parents).row("source", "target")
    more = collect(
        graph_of((0, 1), (1, 2), (0, 2), (3, 2)), table, blank, **by_parents, refuters=["placebo"]
    ).row("source", "target")
    assert whole["placebo_p"] == more["placebo_p"]
    assert whole["placebo_mean"] == more["placebo_mean"]
    assert more["random_common_cause_outcome"] == "Not asked for."
    effect = LinearEffects(Design(table)).estimate(1, 2, (0,))
    assert not isinstance(effect, str)
    rng = generator(0, "effects", "source", "target", "placebo")
    assert whole["placebo_p"] == refute(effect, "placebo", 20, rng, 0.05).p


def test_engines_agree(table, corpus) -> None:
    graph = graph_of((0, 1), (1, 2), (0, 2))
    dowhy, ours = (
        collect(graph, table, corpus, estimator="linear", engine=e)
        for e in ("dowhy", "closed_form")
    )
    np.testing.assert_allclose(dowhy.frame["data_estimate"], ours.frame["data_estimate"], atol=1e-6)
    assert dowhy.edges()["data_reason"].isna().all()
    assert dowhy.edges()["data_method"].str.endswith("DoWhy").all()


@pytest.mark.parametrize("estimator", [one for one in ESTIMATORS if one != "cross_fitted"])
def test_every_estimator_fills_the_same_columns(table, corpus, estimator) -> None:
    graph = graph_of((0, 1), (1, 2), (0, 2))
    asked = list(REFUTERS)
    evidence = collect(graph, table, corpus, estimator=estimator, refuters=asked)
    row = evidence.row("source", "target")
    assert row["dummy_outcome_outcome"] == row["bootstrap_outcome"] == "passed"
    assert row["data_low"] < 0.3 < row["data_high"]
    assert row["placebo_outcome"] == "passed"
    assert row["data_subset_outcome"] == "passed"
    assert 0.3 < row["data_subset_scatter"] < 2
    if estimator == "propensity_stratification":
        # A true finding: a random column blurs the strata, and confounding comes back.
        assert row["random_common_cause_outcome"] == "failed"
        assert row["verdict"] == "disputed"
    else:
        assert row["random_common_cause_outcome"] == "passed"
        assert row["verdict"] == "consistent"


def test_other_estimators_refuse_what_they_do_not_take(make_table) -> None:
    rng = np.random.default_rng(0)
    source = rng.normal(size=300)
    table = make_table(source=source, target=source + rng.normal(size=300))
    graph, corpus = graph_of((0, 1), names=("source", "target")), Corpus("x", ["."] * 300)
    row = collect(graph, table, corpus, estimator="doubly_robust").row("source", "target")
    assert "choose estimator=linear" in row["data_reason"]
    assert np.isnan(row["data_estimate"])
    assert row["placebo_outcome"] is None


def test_none_estimates_nothing(table, corpus) -> None:
    graph = graph_of((0, 1))
    evidence = collect_evidence({"kind": "none"}, graph, table, None, None, corpus, 0, given=True)
    assert evidence.frame["data_estimate"].isna().all()
    assert evidence.row("cause", "source")["verdict"] == "drawn"
    assert "Not asked for" in evidence.row("cause", "source")["data_reason"]


def test_undirected_edges_get_a_reason(table, corpus) -> None:
    evidence = collect(graph_of((0, 1), (1, 0), (1, 2), (2, 1)), table, corpus)
    row = evidence.row("cause", "source")
    assert row["discovery_edge"] == "---"
    assert np.isnan(row["data_estimate"])
    assert "direction open" in row["verdict_reason"]


def test_an_unidentified_total_effect_gives_way_to_the_direct_one(table, corpus) -> None:
    # cause --- source, both into target: the class disagrees on what they do in all.
    graph = graph_of((0, 1), (1, 0), (1, 2), (0, 2), kind="cpdag")
    evidence = collect(graph, table, corpus)
    row = evidence.row("cause", "target")
    assert "not identified" in row["data_reason"]
    assert row["data_effect"] == "direct"
    assert row["data_adjustment"] == row["direct_adjustment"] == ["source"]
    assert row["data_low"] < 0.4 < row["data_high"]
    assert row["placebo_outcome"] == "passed"
    assert row["verdict"] == "consistent"
    # In all, the cause does 0.4 and 0.6 of the source's 0.3 (if it is the source's cause), or 0.4.
    assert row["data_possible_minimum"] == pytest.approx(row["direct_estimate"], abs=1e-9)
    assert row["data_possible_maximum"] == pytest.approx(0.4 + 0.6 * 0.3, abs=0.05)
    between = evidence.row("cause", "source")
    assert between["data_possible_minimum"] == 0
    assert between["data_possible_maximum"] == pytest.approx(0.6, abs=0.05)
    assert between["verdict"] == "open"


def test_a_feature_that_acts_on_the_outcome_by_way_of_others_has_a_total_effect(
    classifier, slot_corpus, slot_table
) -> None:
    """colour -> size -> liked: no edge colour -> liked, an effect all the same."""
    graph = graph_of((0, 1), (1, 3), names=slot_table.names)
    settings = {**FAST, "minimum_count": 2}
    evidence = collect_evidence(settings, graph, slot_table, None, None, slot_corpus, 0, given=True)
    row = evidence.row("colour", "liked")
    assert row["discovery_edge"] is None
    assert row["data_effect"] == "total"
    assert row["data_adjustment"] == []
    assert "no edge colour --> liked" in row["direct_reason"]
    assert row["verdict"] == "absent"  # The graph was free to join them.
    effect = LinearEffects(Design(slot_table, 2)).estimate(0, 3, ())
    assert not isinstance(effect, str)
    assert row["data_estimate"] == pytest.approx(effect.estimate)
    other = evidence.row("shape", "liked")
    assert "no causal path" in other["data_reason"]
    assert np.isnan(other["data_estimate"])


def test_an_effect_that_passes_through_another_parent_is_no_edge(make_table) -> None:
    """A total effect alone would support the extra edge of a chain; the direct effect does not."""
    rng = np.random.default_rng(0)
    first = rng.normal(size=50_000)
    middle = first + rng.normal(size=50_000)
    last = middle + rng.normal(size=50_000)
    names = ("first", "middle", "last")
    table = make_table(first=first, middle=middle, last=last)
    graph = graph_of((0, 1), (1, 2), (0, 2), names=names)
    evidence = collect(graph, table, Corpus("x", ["."] * 50_000), negligible=0.02)
    row = evidence.row("first", "last")
    assert row["data_low"] > 0.9
    assert row["direct_low"] < 0 < row["direct_high"]
    assert row["verdict"] == "refuted"
    assert "no direct effect" in row["verdict_reason"]
    assert evidence.row("middle", "last")["verdict"] == "consistent"


def test_positivity_and_sample_size_get_a_reason(make_table, corpus) -> None:
    rng = np.random.default_rng(0)
    cause = rng.integers(0, 2, 30)
    names = ("cause", "copy", "target", *(f"x{k}" for k in range(30)))
    table = make_table(
        (("no", "yes"), ("no", "yes"), *(None,) * 31),
        cause=cause,
        copy=cause,
        target=cause + rng.normal(size=30),
        **{name: rng.normal(size=30) for name in names[3:]},
    )
    other = Corpus("small", ["."] * 30)
    determined = graph_of((0, 1), (1, 2), (0, 2), names=names)
    row = collect(determined, table, other, adjustment="parents").row("copy", "target")
    assert "positivity" in row["data_reason"]
    many = graph_of((1, 2), *((k, 1) for k in range(3, 33)), names=names)
    row = collect(many, table, other, adjustment="parents").row("copy", "target")
    assert "as large as the sample" in row["data_reason"]
    assert row["verdict"] == "drawn"


def test_levels_that_are_asked_for_are_contrasted(make_table) -> None:
    rng = np.random.default_rng(0)
    source = rng.integers(0, 3, 500)
    table = make_table((tuple("abc"), None), source=source, target=source * 1.0)
    table.values[:, 1] += rng.normal(size=500)
    graph = graph_of((0, 1), names=("source", "target"))
    corpus = Corpus("x", ["."] * 500)
    row = collect(graph, table, corpus, levels=["c", "b"]).row("source", "target")
    assert (row["data_from"], row["data_to"], row["data_contrasts"]) == ("c", "b", 1)
    assert row["data_estimate"] == pytest.approx(-1, abs=0.3)


def test_interventions_fill_the_models_columns(
    masked_model, slot_corpus, slot_table, tmp_path: Path
) -> None:
    names = slot_table.names
    graph = graph_of((0, 1), (1, 3), names=names)
    settings = {"kind": "dowhy", "draws": 20, "documents": 20, "minimum_count": 2}
    evidence = collect_evidence(
        settings, graph, slot_table, None, masked_model, slot_corpus, 0, given=True
    )
    row = evidence.row("colour", "size")
    assert row["conditional_n"] == 20
    assert row["conditional_low"] <= row["conditional_estimate"] <= row["conditional_high"]
    assert row["conditional_outcome"] == row["data_outcome"]
    assert row["conditional_kind"] == f"rewrite {row['data_from']} to {row['data_to']}"
    assert np.isnan(row["model_estimate"])
    assert "no intervention" in row["model_reason"]
    assert row["model_verdict"] is None
    assert "gives no liked" in evidence.row("size", "liked")["model_reason"]
    assert row["tau_from"] is None
    chosen = {**settings, "attention_levels": True}
    tau = collect_evidence(chosen, graph, slot_table, None, masked_model, slot_corpus, 0).row(
        "colour", "size"
    )
    assert tau["tau_from"] != tau["tau_to"]
    assert tau["tau_low"] <= tau["tau_estimate"] <= tau["tau_high"]
    evidence.write(tmp_path / "evidence.parquet")
    assert len(EvidenceTable.read(tmp_path / "evidence.parquet")) == len(evidence)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"kind": "dowsy"}, "did you mean dowhy"),
        ({"draw": 5}, "did you mean draws"),
        ({"draws": 10}, "cannot give a p of effects.alpha=0.05"),
        ({"confidence": 1.5}, "effects.confidence=1.5 must lie between"),
        ({"levels": ["a"]}, "must name two values"),
        ({"refuters": ["luck"]}, "luck"),
        ({"documents": 1}, "effects.documents=1 is too few"),
        ({"negligible": -1.0}, "must not be negative"),
    ],
)
def test_wrong_settings_are_sentences(table, corpus, settings, says) -> None:
    with pytest.raises(ConfigError, match=says):
        collect_evidence({**FAST, **settings}, graph_of(), table, None, None, corpus, 0, given=True)


def test_a_repetition_that_failed_is_named_beside_the_other(table, corpus) -> None:
    """effects.split=cross: one half draws another graph, the search on the other half fails."""
    graph, calls = graph_of((0, 2), (1, 2)), []

    def search(some: FeatureTable) -> CausalGraph:
        calls.append(len(some.values))
        if len(calls) == 2:
            raise DataError("Too few rows.")
        return graph_of((0, 2), (3, 2))

    settings = {**FAST, "split": "cross", "bootstraps": 0}
    evidence = collect_evidence(settings, graph, table, None, None, corpus, 0, search=search)
    assert calls == [1000, 1000]
    assert evidence.row("cause", "target")["data_rows"] == "unseen"
    reason = evidence.row("source", "target")["data_reason"]
    assert "do not draw this arrow" in reason
    assert "failed: Too few rows." in reason
