"""PC against causal-learn called directly, and restriction that keeps orientations right."""

import numpy as np
import pandas as pd
import pytest
from causallearn.search.ConstraintBased.PC import pc as reference_pc

from causattn.base import CapabilityError, ConfigError, DataError
from causattn.discovery import Knowledge, discover, pc
from causattn.discovery.libraries.causal_learn_graphs import from_causal_learn
from causattn.graphs import compare_graphs

ENGINES = ["causattn", "causal-learn"]


def all_pairs_but(names, *excluded):
    allowed = ~np.eye(len(names), dtype=bool)
    for x, y in excluded:
        i, j = names.index(x), names.index(y)
        allowed[i, j] = allowed[j, i] = False
    return allowed


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("seed", range(4))
def test_gaussian_pc_is_causal_learns(graph_of, gaussian, engine, seed):
    truth = graph_of("a>c b>c c>d d>e b>f f>e", "abcdef")
    data = gaussian(truth, 400, seed)
    ours = pc(data, test="fisher_z", alpha=0.05, engine=engine)
    theirs = reference_pc(
        data.to_numpy(), 0.05, "fisherz", show_progress=False, node_names=list(data.columns)
    )
    assert np.array_equal(ours.marks, from_causal_learn(theirs.G, ours.names, kind="cpdag").marks)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("test", "theirs"), [("chi_square", "chisq"), ("g_square", "gsq")])
def test_discrete_pc_is_causal_learns(network, engine, test, theirs):
    data, _ = network("asia", 2000)
    ours = pc(data, test=test, alpha=0.01, engine=engine)
    codes = np.column_stack([pd.factorize(data[c], sort=True)[0] for c in data.columns])
    reference = reference_pc(
        codes, 0.01, theirs, show_progress=False, node_names=list(data.columns)
    )
    expected = from_causal_learn(reference.G, ours.names, kind="cpdag")
    assert np.array_equal(ours.marks, expected.marks)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_excluded_pair_makes_no_false_collider(graph_of, gaussian, candidates_of, engine):
    # On X -> Y -> Z the pair X-Z is no candidate: forbidding it without a separating set of its
    # own would turn Y into a collider.
    truth = graph_of("X>Y Y>Z", "XYZ")
    data = gaussian(truth, 1000, 0)
    candidates = candidates_of(truth.names, all_pairs_but(truth.names, "XZ"))
    graph = pc(data, candidates=candidates, engine=engine)
    assert [edge.symbol for edge in graph.edges()] == ["---", "---"]
    assert graph.separating_sets[0, 2] == [(1,)]


@pytest.mark.parametrize("engine", ENGINES)
def test_an_excluded_pair_keeps_a_true_collider(graph_of, gaussian, candidates_of, engine):
    truth = graph_of("X>Y Z>Y", "XYZ")
    data = gaussian(truth, 1000, 0)
    candidates = candidates_of(truth.names, all_pairs_but(truth.names, "XZ"))
    graph = pc(data, candidates=candidates, engine=engine)
    assert {tuple(edge) for edge in graph.edges()} == {("X", "Y", "-->"), ("Z", "Y", "-->")}


@pytest.mark.parametrize("engine", ENGINES)
def test_restriction_to_the_true_skeleton_costs_nothing_and_saves_tests(
    graph_of, gaussian, candidates_of, engine
):
    truth = graph_of("a>c b>c c>d d>e b>f f>e", "abcdef")
    data = gaussian(truth, 3000, 1)
    free = pc(data, engine=engine)
    bound = pc(data, candidates=candidates_of(truth.names, truth.skeleton()), engine=engine)
    assert compare_graphs(bound, truth)["shd"] <= compare_graphs(free, truth)["shd"]
    assert bound.tests < free.tests
    assert sum(bound.tests_by_order) == bound.tests


@pytest.mark.parametrize("engine", ENGINES)
def test_only_candidates_can_be_adjacent(network, candidates_of, engine):
    data, truth = network("asia", 2000)
    rng = np.random.default_rng(0)
    upper = np.triu(rng.random((8, 8)) < 0.4, 1)
    allowed = upper | upper.T
    graph = pc(data, candidates=candidates_of(truth.names, allowed), engine=engine)
    assert not (graph.skeleton() & ~allowed).any()


@pytest.mark.parametrize("engine", ENGINES)
def test_an_inseparable_excluded_pair_makes_no_collider(graph_of, gaussian, candidates_of, engine):
    # The true edge X -> Z is excluded: nothing separates X and Z, so Y must not become a collider.
    truth = graph_of("X>Y Y>Z X>Z", "XYZ")
    data = gaussian(truth, 3000, 3)
    candidates = candidates_of(truth.names, all_pairs_but(truth.names, "XZ"))
    graph = pc(data, candidates=candidates, engine=engine)
    assert not graph.directed().any()


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_alarm_restricted_stays_within_three(network, candidates_of, engine):
    data, truth = network("alarm", 10_000)
    # 43 of the 46 edges and neighbours of neighbours, as attention finds them.
    edges = np.argwhere(np.triu(truth.skeleton()))
    rng = np.random.default_rng(0)
    rng.shuffle(edges)
    near = (truth.skeleton().astype(int) @ truth.skeleton().astype(int)) > 0
    others = np.argwhere(np.triu(near & ~truth.skeleton(), 1))
    rng.shuffle(others)
    allowed = np.zeros((truth.size, truth.size), dtype=bool)
    for i, j in np.concatenate([edges[:43], others[:49]]):
        allowed[i, j] = allowed[j, i] = True
    free = pc(data, test="g_square", engine=engine)
    bound = pc(data, test="g_square", candidates=candidates_of(truth.names, allowed), engine=engine)
    distance = [compare_graphs(graph, truth)["shd"] for graph in (free, bound)]
    assert distance[1] <= distance[0] + 3
    assert bound.tests < free.tests / 3


@pytest.mark.parametrize("engine", ENGINES)
def test_largest_order_is_kept(network, engine):
    data, _ = network("asia", 1000)
    assert len(pc(data, max_order=1, engine=engine).tests_by_order) <= 2


@pytest.mark.parametrize("engine", ENGINES)
def test_knowledge_is_honoured_and_saves_tests(graph_of, gaussian, engine):
    truth = graph_of("a>c b>c c>d d>e b>f f>e", "abcdef")
    data = gaussian(truth, 1000, 0)
    free = pc(data, engine=engine)
    ordered = pc(data, knowledge=Knowledge(order=tuple("abcdfe")), engine=engine)
    assert np.array_equal(ordered.marks, truth.marks)
    known = Knowledge(required=(("a", "c"),), forbidden=(("a", "f"), ("f", "a")))
    bound = pc(data, knowledge=known, engine=engine)
    assert ("a", "c", "-->") in {tuple(edge) for edge in bound.edges()}
    assert bound.tests < free.tests


@pytest.mark.parametrize("engine", ENGINES)
def test_sets_from_paths_are_no_more_tests_and_auto_where_candidates_restrict(
    graph_of, gaussian, candidates_of, engine
):
    truth = graph_of("a>c b>c c>d d>e b>f f>e d>g g>h", "abcdefgh")
    data = gaussian(truth, 2000, 0)
    candidates = candidates_of(truth.names, truth.skeleton())
    tests = {
        drawn: pc(data, candidates=candidates, engine=engine, conditioning=drawn).tests
        for drawn in ("auto", "paths", "neighbours")
    }
    assert tests["auto"] == tests["paths"] < tests["neighbours"]
    assert pc(data, engine=engine).tests == pc(data, engine=engine, conditioning="neighbours").tests


def test_an_order_saves_tests_under_the_textbooks_rules(graph_of, gaussian):
    truth = graph_of("a>c b>c c>d d>e b>f f>e", "abcdef")
    data = gaussian(truth, 1000, 0)
    free = pc(data, rules="standard")
    ordered = pc(data, rules="standard", knowledge=Knowledge(order=tuple("abcdfe")))
    assert ordered.tests < free.tests


@pytest.mark.parametrize("engine", ENGINES)
def test_weighing_finds_what_few_rows_cannot_show(graph_of, gaussian, candidates_of, engine):
    truth = graph_of("a>b b>c c>d d>e e>f f>g g>h", "abcdefgh")
    candidates = candidates_of(truth.names, truth.skeleton())
    plain, weighed = 0, 0
    for seed in range(10):
        data = gaussian(truth, 12, seed)
        free = pc(data, alpha=0.05, engine=engine)
        graph = pc(data, alpha=0.05, candidates=candidates, use_candidates="weigh", engine=engine)
        plain += int((free.skeleton() & truth.skeleton()).sum()) // 2
        weighed += int((graph.skeleton() & truth.skeleton()).sum()) // 2
    # Of the 70 true edges.
    assert weighed > plain + 7


def test_engines_agree_when_restricted_and_weighed(network, candidates_of):
    data, truth = network("asia", 1500)
    candidates = candidates_of(truth.names, truth.skeleton())
    for use in ("restrict", "weigh"):
        graphs = [
            pc(data, candidates=candidates, use_candidates=use, engine=engine) for engine in ENGINES
        ]
        assert np.array_equal(graphs[0].marks, graphs[1].marks)
        assert graphs[0].tests == graphs[1].tests


def test_discretised_continuous_data_take_discrete_tests(graph_of, gaussian):
    truth = graph_of("X>Y Y>Z", "XYZ")
    data = gaussian(truth, 3000, 0)
    graph = pc(data, discretise=3)
    assert "g_square" in graph.algorithm
    assert compare_graphs(graph, truth)["adjacency_recall"] == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_fewer_rows_than_variables_still_gives_a_graph(engine):
    data = np.random.default_rng(0).normal(size=(8, 12))
    graph = pc(data, engine=engine)
    assert len(graph.tests_by_order) <= 8


def test_what_does_not_fit_is_a_sentence(graph_of, gaussian, network):
    discrete, _ = network("asia", 200)
    continuous = gaussian(graph_of("X>Y Y>Z", "XYZ"), 100, 0)
    with pytest.raises(CapabilityError, match="fisher_z is for continuous data and the data are d"):
        pc(discrete, test="fisher_z")
    with pytest.raises(CapabilityError, match="set discretise=4"):
        pc(continuous, test="g_square")
    mixed = continuous.assign(kind=["x", "y"] * 50)
    with pytest.raises(CapabilityError, match=r"mixed \(discrete: kind; continuous: X, Y, Z\)"):
        pc(mixed, test="fisher_z")
    with pytest.raises(ConfigError, match=r"alpha=1\.5"):
        pc(continuous, alpha=1.5)
    with pytest.raises(DataError, match="missing"):
        pc(continuous.where(continuous < 1))


def test_candidates_over_other_variables_are_a_sentence(graph_of, gaussian, candidates_of):
    data = gaussian(graph_of("X>Y Y>Z", "XYZ"), 100, 0)
    candidates = candidates_of(("X", "Y"), ~np.eye(2, dtype=bool))
    with pytest.raises(DataError, match="know nothing of Z"):
        pc(data, candidates=candidates)


def test_candidates_are_matched_by_name(graph_of, gaussian, candidates_of):
    truth = graph_of("X>Y Y>Z", "XYZ")
    data = gaussian(truth, 1000, 0)
    # Over Z, X, Y the excluded pair X-Z stands in rows 0 and 1.
    allowed = np.array([[0, 0, 1], [0, 0, 1], [1, 1, 0]], dtype=bool)
    graph = discover({"kind": "pc"}, data, candidates_of(("Z", "X", "Y"), allowed))
    assert not graph.skeleton()[0, 2]
    assert graph.edge_count == 2
    assert graph.details["candidates"].startswith("restricted to 2 of 3 pairs")
