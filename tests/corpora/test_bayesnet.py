"""Corpora rendered from networks: what a document says is what its values are."""

import numpy as np
import pytest

from causattn.base import ConfigError
from causattn.corpora import load_corpus


def _load(seed=0, **settings):
    return load_corpus({"kind": "bayesnet", "documents": 200, **settings}, seed)


@pytest.mark.parametrize("style", ["words", "sentences"])
@pytest.mark.parametrize("order", ["fixed", "shuffled", "causal"])
@pytest.mark.parametrize("network", ["asia", "child"])
def test_mentions_are_the_values(network, style, order):
    corpus = _load(network=network, style=style, order=order)
    mentions = corpus.mentions
    assert len(mentions) == 200 * len(corpus.variables)
    for row in range(len(mentions)):
        document, variable = mentions.document[row], mentions.variable[row]
        code = int(corpus.values[document, variable])
        told = corpus.texts[document][mentions.start[row] : mentions.end[row]]
        assert told == corpus.value_texts[variable][code]
        assert corpus.categories[variable][code].replace(" ", "_") in told


def test_words_style():
    corpus = _load(network="asia")
    names = sorted(corpus.variables)
    for text in corpus.texts[:20]:
        assert sorted(word.split("=")[0] for word in text.split(" ")) == names
    assert corpus.mask_texts[0] == f"{corpus.variables[0]}=?"
    written = {word for text in corpus.texts for word in text.split(" ")}
    assert not written & set(corpus.mask_texts)


def test_sentences_style():
    corpus = _load(network="asia", style="sentences")
    assert corpus.mask_texts is None
    assert corpus.texts[0].count(" is ") == 8
    assert corpus.texts[0].endswith(".")


def test_orders():
    fixed, shuffled, causal = (
        _load(network="asia", order=order).mentions.variable.reshape(200, 8)
        for order in ("fixed", "shuffled", "causal")
    )
    assert len(np.unique(fixed, axis=0)) == 1
    assert len(np.unique(shuffled, axis=0)) > 150
    corpus = _load(network="asia", order="causal")
    place = np.argsort(causal[0])
    for source, target in zip(*np.nonzero(corpus.truth.directed()), strict=True):
        assert place[source] < place[target]


def test_order_changes_no_value_and_seed_changes_all():
    one, two = _load(network="asia", order="fixed"), _load(network="asia", order="shuffled")
    assert np.array_equal(one.values, two.values)
    assert one.texts != two.texts
    assert _load(network="asia").texts == _load(network="asia").texts
    assert _load(network="asia").texts != _load(network="asia", seed=1).texts


def test_truth_rides_along():
    corpus = _load(network="alarm")
    assert corpus.truth.names == corpus.variables
    assert corpus.truth.edge_count == 46


def test_odd_names_become_one_word_each(tmp_path):
    path = tmp_path / "odd.bif"
    path.write_text(
        "network unknown {\n}\n"
        "variable Level=High? {\n  type discrete [ 3 ] { ?, a b, a_b };\n}\n"
        "variable Level_High? {\n  type discrete [ 2 ] { 高, <5 };\n}\n"
        "probability ( Level=High? ) {\n  table 0.2, 0.3, 0.5;\n}\n"
        "probability ( Level_High? ) {\n  table 0.5, 0.5;\n}\n",
        encoding="utf-8",
    )
    corpus = _load(network=str(path))
    for text in corpus.texts:
        assert len(text.split()) == 2
    written = [text for texts in corpus.value_texts for text in texts]
    assert len(set(written) | set(corpus.mask_texts)) == len(written) + 2


def test_bad_settings_are_told():
    with pytest.raises(ConfigError, match=r"corpus.network=aisa is not known; did you mean asia"):
        _load(network="aisa")
    with pytest.raises(ConfigError, match="documents=1 should be at least 2"):
        load_corpus({"kind": "bayesnet", "network": "asia", "documents": 1}, 0)
    with pytest.raises(ConfigError, match=r"corpus.style='prose' is not possible"):
        _load(network="asia", style="prose")
    with pytest.raises(ConfigError, match="did you mean documents"):
        load_corpus({"kind": "bayesnet", "network": "asia", "document": 10}, 0)
    with pytest.raises(ConfigError, match=r"corpus.kind=bayesnets is not known; did you mean"):
        load_corpus({"kind": "bayesnets"}, 0)
