"""Who may read whom, from truths, files and shuffles; what is said of graphs that do not fit."""

import numpy as np
import pytest

from causattn.base import ConfigError, DataError
from causattn.corpora import Corpus, load_corpus
from causattn.graphs import CausalGraph
from causattn.models.causal_target import causal_target


@pytest.fixture(scope="module")
def corpus():
    return load_corpus({"kind": "shortcut", "documents": 30}, 0)


def _target(chosen, corpus, seed=0):
    return causal_target(str(chosen), corpus, np.random.default_rng(seed))


def _read(target, name):
    row = target.reads[target.names.index(name)]
    return {other for other, seen in zip(target.names, row, strict=True) if seen} - {name}


def _written(folder, adjacency, names, **about):
    path = folder / "graph.json"
    graph = CausalGraph.from_adjacency(
        np.array(adjacency), names, direction="from row to column", **about
    )
    graph.write(path)
    return path


def test_a_feature_reads_itself_and_its_parents(corpus):
    target = _target("truth", corpus)
    assert target.names == (*corpus.variables, "label")
    assert target.reads.diagonal().all()
    assert _read(target, "label") == {"cause"}
    assert _read(target, "shortcut") == {"label"}
    assert _read(target, "day") == set()
    assert set(target.irrelevant()) == set(corpus.variables) - {"cause"}


def test_both_ends_of_an_edge_without_direction_are_read(corpus, tmp_path):
    # cause -- label, day -> cause; in another order than the corpus's
    names = ["label", "day", "cause"]
    path = _written(tmp_path, [[0, 0, 1], [0, 0, 1], [1, 0, 0]], names)
    target = _target(path, corpus)
    assert target.names == ("cause", "day", "label")
    assert [corpus.variables[k] for k in target.variables] == ["cause", "day"]
    assert _read(target, "label") == {"cause"}
    assert _read(target, "cause") == {"label", "day"}
    assert target.irrelevant() == ()


def test_ancestors_matter_however_far(corpus, tmp_path):
    names = ["day", "weather", "shirt", "cause", "label"]
    chain = np.eye(5, k=1, dtype=int)
    chain[2, 3] = 0
    target = _target(_written(tmp_path, chain, names), corpus)
    assert set(target.irrelevant()) == {"day", "weather", "shirt"}


def test_a_shuffled_graph_leaves_no_variable_in_its_place(corpus):
    for seed in range(20):
        target = _target("shuffled", corpus, seed)
        assert len(_read(target, "label")) == 1
        assert _read(target, "label") != {"cause"}
        assert target.reads.sum() == _target("truth", corpus).reads.sum()


def test_graphs_that_do_not_fit_are_refused(corpus, tmp_path):
    other = _written(tmp_path, [[0, 1], [0, 0]], ["smoke", "label"])
    with pytest.raises(ConfigError, match="over other features than corpus shortcut: smoke"):
        _target(other, corpus)
    without = _written(tmp_path, [[0, 1], [0, 0]], ["cause", "day"])
    with pytest.raises(ConfigError, match=r"leaves out the label \(label\)"):
        _target(without, corpus)
    with pytest.raises(ConfigError, match=r"There is no graph nowhere.json"):
        _target("nowhere.json", corpus)
    (tmp_path / "graph.json").write_text('{"edges": []}')
    with pytest.raises(ConfigError, match=r"is no graph; give the graph.json of a run"):
        _target(tmp_path / "graph.json", corpus)


def test_corpora_without_truth_or_features_are_refused(corpus):
    plain = Corpus("plain", ["a", "b"], outcome=np.array([0.0, 1.0]))
    with pytest.raises(DataError, match="does not say which words carry which feature"):
        _target("truth", plain)
    from dataclasses import replace

    with pytest.raises(ConfigError, match="the true graph of corpus shortcut is not known"):
        _target("truth", replace(corpus, truth=None))
