"""Words of any script, at the offsets claimed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causattn.corpora import find_words


def _found(text, **settings):
    found = find_words([text], **settings)
    return [found.vocabulary[word] for word in found.word]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The food, wasn't good!", ["the", "food", "wasn't", "good"]),
        ("over-powered x_1 3.5", ["over", "powered", "x_1", "3", "5"]),
        ("ÉTÉ e\u0301te\u0301", ["été", "été"]),  # composed and decomposed
        ("服务员很好", ["服务", "务员", "员很", "很好"]),
        ("好", ["好"]),
        ("我用iPhone手机。不错", ["我用", "iphone", "手机", "不错"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),  # vowel signs are part of the word
        ("плохой сервис", ["плохой", "сервис"]),
        ("مطعم جيد", ["مطعم", "جيد"]),
        ("", []),
        ("?! ...", []),
    ],
)
def test_words(text, words):
    assert _found(text) == words


def test_single_characters_and_case():
    assert _found("很好吃", unspaced="characters") == ["很", "好", "吃"]
    assert _found("Good good", lowercase=False) == ["Good", "good"]


@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
def test_offsets_are_the_words(texts):
    found = find_words(texts, lowercase=False, unspaced="characters")
    last = (-1, 0)
    for document, word, start, end in zip(
        found.document, found.word, found.start, found.end, strict=True
    ):
        import unicodedata

        written = texts[document][start:end]
        assert unicodedata.normalize("NFC", written) == found.vocabulary[word]
        assert (document, start) >= last  # sorted, without overlaps
        last = (document, end)


def test_counts():
    found = find_words(["a b a", "b", "c a"])
    index = {word: k for k, word in enumerate(found.vocabulary)}
    assert found.document_frequency()[[index["a"], index["b"], index["c"]]].tolist() == [2, 2, 1]
    rows = np.array([True, True, False])
    assert found.document_frequency(rows)[[index["a"], index["b"], index["c"]]].tolist() == [
        1,
        2,
        0,
    ]
    assert found.presence([index["c"], index["a"]]).tolist() == [
        [False, True],
        [False, False],
        [True, True],
    ]
    assert found.incidence().toarray()[:, index["a"]].tolist() == [1, 0, 1]
