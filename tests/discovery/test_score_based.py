"""GES against causal-learn called directly."""

import numpy as np
import pytest
from causallearn.search.ScoreBased.GES import ges as reference_ges

from causattn.base import CapabilityError, ConfigError
from causattn.discovery import discover, ges
from causattn.discovery._causal_learn import from_causal_learn
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
