"""The null corpus: margins, lengths and places as they were, dependence gone."""

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from causattn.base import DataError, generator
from causattn.corpora import Corpus, find_words, load_corpus, permute_corpus


@pytest.fixture(scope="module")
def asia():
    return load_corpus({"kind": "bayesnet", "network": "asia", "documents": 4000}, 0)


def test_margins_and_places_stay(asia):
    null = permute_corpus(asia, generator(0, "null"))
    assert np.array_equal(np.sort(null.values, axis=0), np.sort(asia.values, axis=0))
    assert np.array_equal(null.mentions.variable, asia.mentions.variable)
    assert np.array_equal(null.mentions.document, asia.mentions.document)
    assert null.truth is None
    assert null.about["permuted"]
    mentions = null.mentions
    for row in range(0, len(mentions), 7):
        document, variable = mentions.document[row], mentions.variable[row]
        told = null.texts[document][mentions.start[row] : mentions.end[row]]
        assert told == null.value_texts[variable][int(null.values[document, variable])]


def test_dependence_is_gone(asia):
    null = permute_corpus(asia, generator(1, "null"))
    names = asia.variables
    for one, two in (("smoke", "bronc"), ("either", "xray"), ("bronc", "dysp")):
        pair = [names.index(one), names.index(two)]
        before, after = (
            chi2_contingency(_table(corpus.values[:, pair])).pvalue for corpus in (asia, null)
        )
        assert before < 1e-6
        assert after > 1e-3


def test_some_variables_alone(asia):
    null = permute_corpus(asia, generator(2, "null"), ["either", "smoke"])
    names = asia.variables
    moved = [names.index("either"), names.index("smoke")]
    kept = [k for k in range(len(names)) if k not in moved]
    assert np.array_equal(null.values[:, kept], asia.values[:, kept])
    assert (null.values[:, moved] != asia.values[:, moved]).any(0).all()
    assert null.about["permuted"] == ["either", "smoke"]
    for one, two, depends in (("bronc", "dysp", True), ("either", "xray", False)):
        pair = [names.index(one), names.index(two)]
        p_value = chi2_contingency(_table(null.values[:, pair])).pvalue
        assert p_value < 1e-6 if depends else p_value > 1e-3
    words = Corpus("plain", ["a b", "c d"])
    with pytest.raises(DataError, match="no slots"):
        permute_corpus(words, generator(0, "null"), ["a"])


def test_same_generator_same_null(asia):
    one = permute_corpus(asia, generator(3, "null"))
    assert one.texts == permute_corpus(asia, generator(3, "null")).texts
    assert one.texts != permute_corpus(asia, generator(4, "null")).texts


def test_unknown_values_stay_where_they_were():
    values = np.array([[0.0, np.nan], [1.0, 1.0], [np.nan, 0.0], [1.0, 0.0]])
    corpus = Corpus(
        name="gaps",
        texts=["a b", "c d", "e f", "g h"],
        variables=("x", "y"),
        values=values,
        categories=(("n", "p"), ("n", "p")),
        outcome=np.array([1.0, np.nan, 3.0, 4.0]),
    )
    null = permute_corpus(corpus, np.random.default_rng(0))
    assert np.array_equal(np.isnan(null.values), np.isnan(values))
    assert np.isnan(null.outcome).tolist() == [False, True, False, False]
    assert sorted(null.outcome[[0, 2, 3]]) == [1, 3, 4]


def _paired_texts(count, rng):
    """Texts in which ``left`` and ``right`` always come together, at any place, of any length."""
    texts = []
    for _ in range(count):
        words = [f"w{k}" for k in rng.integers(30, size=rng.integers(4, 15))]
        if rng.random() < 0.5:
            words[1], words[3] = "left", "right"
        texts.append(", ".join(words).capitalize() + ".")
    return texts


def test_words_of_plain_text():
    texts = _paired_texts(2000, np.random.default_rng(0))
    null = permute_corpus(Corpus(name="plain", texts=texts), np.random.default_rng(1))
    before, after = (
        find_words(some, unspaced="characters", lowercase=False) for some in (texts, null.texts)
    )
    # Document lengths, corpus frequencies and separators are the same.
    assert np.array_equal(np.bincount(before.document), np.bincount(after.document))
    assert _frequencies(before) == _frequencies(after)
    assert [text.count(", ") for text in texts] == [text.count(", ") for text in null.texts]
    # Positions that all documents reach keep their own words.
    for place in range(4):
        assert _at(before, place) == _at(after, place)
    left, right = _presence(after, "left"), _presence(after, "right")
    assert chi2_contingency(_table(np.column_stack([left, right]))).pvalue > 1e-3
    assert np.array_equal(_presence(before, "left"), _presence(before, "right"))


def test_chinese_and_empty_texts():
    texts = ["服务很好", "", "菜不好吃", "...", "很贵"]
    null = permute_corpus(Corpus(name="zh", texts=texts), np.random.default_rng(0))
    assert sorted("".join(null.texts)) == sorted("".join(texts))
    assert [len(text) for text in null.texts] == [len(text) for text in texts]
    assert null.texts[3] == "..."


def test_texts_without_words():
    null = permute_corpus(Corpus(name="dots", texts=["...", "?!"]), np.random.default_rng(0))
    assert null.texts == ["...", "?!"]


def _table(values):
    codes = values.astype(int)
    table = np.zeros((2, 2))
    np.add.at(table, (codes[:, 0], codes[:, 1]), 1)
    return table


def _frequencies(found):
    counts = np.bincount(found.word)
    return dict(sorted(zip(found.vocabulary, counts.tolist(), strict=True)))


def _at(found, place):
    bounds = np.searchsorted(found.document, np.arange(found.count))
    return sorted(found.vocabulary[word] for word in found.word[bounds + place])


def _presence(found, word):
    return found.presence([found.vocabulary.index(word)])[:, 0].astype(int)
