"""GES against causal-learn called directly."""

import numpy as np
import pytest
from causallearn.search.ScoreBased.GES import ges as reference_ges

from causattn.base import CapabilityError, ConfigError
from causattn.discovery import Knowledge, discover, ges
from causattn.discovery.libraries.causal_learn_graphs import from_causal_learn
from causattn.graphs import compare_graphs


@pytest.mark.parametrize("seed", range(3))
def test_gaussian_ges_is_causal_learns(graph_of, gaussian, seed):
    truth = graph_of("a>c b>c c>d d>e b>f f>e", "abcdef")
    data = gaussian(truth, 500, seed)
    ours = ges(data, penalty=1.0, engine="causal-learn")
    theirs = reference_ges(data.to_numpy(), lambda_value=1.0, node_names=list(data.columns))
    assert np.array_equal(
        ours.marks, from_causal_learn(theirs["G"], ours.names, kind="cpdag").marks
    )
    assert ours.score == pytest.approx(theirs["score"])
    assert "penalty 1 log n" in ours.algorithm


@pytest.mark.parametrize("seed", range(3))
def test_both_engines_have_one_score_and_ours_is_never_lower(graph_of, gaussian, seed):
    data = gaussian(graph_of("a>c b>c c>d d>e b>f f>e", "abcdef"), 300, seed)
    ours, theirs = ges(data), ges(data, engine="causal-learn")
    assert ours.score >= theirs.score - 1e-6
    plain = ges(data, turning=False)
    assert plain.score == pytest.approx(theirs.score)
    assert np.array_equal(plain.marks, theirs.marks)


def test_both_engines_have_one_bdeu(network):
    data, _ = network("asia", 1000)
    theirs = ges(data, engine="causal-learn")
    ours = ges(data, turning=False)
    assert ours.algorithm.replace("causattn", "causal-learn") == theirs.algorithm
    assert ours.score == pytest.approx(theirs.score)
    assert ges(data).score >= theirs.score - 1e-6


def test_restricted_to_the_skeleton_computes_fewer_scores(network, candidates_of):
    data, truth = network("asia", 2000)
    free = ges(data)
    bound = ges(data, candidates=candidates_of(truth.names, truth.skeleton()))
    assert bound.tests < free.tests
    assert compare_graphs(bound, truth)["shd"] <= compare_graphs(free, truth)["shd"]
    strict = ges(data, candidates=candidates_of(truth.names, truth.skeleton()), adaptive="none")
    assert not (strict.skeleton() & ~truth.skeleton()).any()


def test_knowledge_is_honoured(graph_of, gaussian):
    truth = graph_of("a>b b>c", "abc")
    data = gaussian(truth, 1000, 0)
    known = Knowledge(required=(("c", "b"),))
    assert tuple(next(e for e in ges(data, knowledge=known).edges() if "c" in e)) == (
        "c",
        "b",
        "-->",
    )
    ordered = ges(data, knowledge=Knowledge(order=("a", "b", "c")))
    assert np.array_equal(ordered.marks, truth.marks)
    apart = ges(data, knowledge=Knowledge(forbidden=(("a", "b"), ("b", "a"))))
    assert not apart.skeleton()[0, 1]
    with pytest.raises(CapabilityError, match="takes no background knowledge"):
        discover({"kind": "ges", "engine": "causal-learn"}, data, knowledge=known)


def test_knowledge_can_stand_in_the_settings(graph_of, gaussian):
    data = gaussian(graph_of("a>b b>c", "abc"), 1000, 0)
    graph = discover({"kind": "ges", "knowledge": {"tiers": [["a"], ["b"], ["c"]]}}, data)
    assert {tuple(e) for e in graph.edges()} == {("a", "b", "-->"), ("b", "c", "-->")}


def test_a_prior_finds_what_few_rows_cannot_show(graph_of, gaussian, candidates_of):
    truth = graph_of("a>b b>c c>d d>e", "abcde")
    candidates = candidates_of(truth.names, truth.skeleton())
    plain, weighed = 0.0, 0.0
    for seed in range(10):
        data = gaussian(truth, 12, seed)
        graph = ges(data, candidates=candidates, use_candidates="weigh")
        plain += compare_graphs(ges(data), truth)["adjacency_f1"]
        weighed += compare_graphs(graph, truth)["adjacency_f1"]
    assert weighed > plain + 0.5


def test_causal_learns_bdeu_has_its_own_priors(network):
    data, _ = network("asia", 500)
    with pytest.raises(CapabilityError, match="equivalent_sample_size=1 and structure_prior=1"):
        ges(data, engine="causal-learn", equivalent_sample_size=10)


def test_bdeu_is_chosen_for_discrete_data(network):
    data, truth = network("asia", 2000)
    graph = ges(data, engine="causal-learn")
    assert "bdeu" in graph.algorithm
    assert compare_graphs(graph, truth)["adjacency_f1"] > 0.8


def test_a_stronger_penalty_leaves_fewer_edges(graph_of, gaussian):
    data = gaussian(graph_of("a>c b>c c>d d>e b>f f>e", "abcdef"), 100, 0)
    assert ges(data, penalty=20).edge_count < ges(data, penalty=0.1).edge_count


@pytest.mark.parametrize("most", [1, 2])
def test_most_parents_are_kept_in_the_forward_phase(graph_of, gaussian, most):
    data = gaussian(graph_of("a>e b>e c>e d>e", "abcde"), 2000, 0)
    graph = ges(data, max_parents=most, engine="causal-learn")
    assert graph.edge_count < 10


def test_unrestricted_says_so(network, candidates_of):
    data, truth = network("asia", 500)
    candidates = candidates_of(truth.names, truth.skeleton())
    graph = discover({"kind": "ges", "engine": "causal-learn"}, data, candidates)
    assert graph.details["candidates"].startswith("not used: ges")
    with pytest.raises(CapabilityError, match="cannot restrict by candidates"):
        ges(data, candidates=candidates, engine="causal-learn")
    with pytest.raises(CapabilityError, match="candidates=ignore"):
        discover(
            {"kind": "ges", "engine": "causal-learn", "candidates": "restrict"}, data, candidates
        )


def test_what_does_not_fit_is_a_sentence(graph_of, gaussian):
    data = gaussian(graph_of("X>Y Y>Z", "XYZ"), 100, 0)
    with pytest.raises(CapabilityError, match="bdeu is for discrete data"):
        ges(data, score="bdeu")
    with pytest.raises(ConfigError, match="above 0"):
        ges(data, penalty=0)
