"""Offsets point at the text they claim, whatever the names, styles and rewrites."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causattn.base import CapabilityError
from causattn.corpora import Corpus, Slot, render, rewrite
from causattn.corpora.render import safe_words

NAMES = st.lists(st.text(min_size=0, max_size=8), min_size=1, max_size=6)
TEXT = st.text(max_size=6)
SLOTS = st.lists(
    st.builds(Slot, TEXT, st.lists(TEXT, min_size=1, max_size=4).map(tuple), TEXT),
    min_size=1,
    max_size=5,
)


def _corpus(slots, count, rng, order="shuffled"):
    width = len(slots)
    codes = np.stack([rng.integers(len(slot.values), size=count) for slot in slots], axis=1)
    rows = count if order == "shuffled" else 1
    places = rng.permuted(np.tile(np.arange(width), (rows, 1)), axis=1)
    texts, mentions = render(codes, places, slots)
    return Corpus(
        name="drawn",
        texts=texts,
        variables=tuple(f"v{k}" for k in range(width)),
        values=codes.astype(float),
        categories=tuple(tuple(f"c{c}" for c in range(len(slot.values))) for slot in slots),
        mentions=mentions,
        value_texts=tuple(slot.values for slot in slots),
    )


def _mentions_hold(corpus):
    assert len(corpus.mentions) == len(corpus) * len(corpus.variables)
    columns = (getattr(corpus.mentions, name) for name in ("document", "variable", "start", "end"))
    for document, variable, start, end in zip(*columns, strict=True):
        code = int(corpus.values[document, variable])
        assert corpus.texts[document][start:end] == corpus.value_texts[variable][code]


@settings(max_examples=60, deadline=None)
@given(SLOTS, st.integers(2, 6), st.integers(0, 2**32), st.sampled_from(["shuffled", "fixed"]))
def test_every_mention_is_its_values_text(slots, count, seed, order):
    corpus = _corpus(slots, count, np.random.default_rng(seed), order)
    _mentions_hold(corpus)
    for row, text in enumerate(corpus.texts):
        places = corpus.mentions.variable[corpus.mentions.document == row]
        parts = [
            slots[v].before + slots[v].values[int(corpus.values[row, v])] + slots[v].after
            for v in places
        ]
        assert sorted(text) == sorted(" ".join(parts))


@settings(max_examples=60, deadline=None)
@given(SLOTS, st.integers(2, 6), st.integers(0, 2**32))
def test_rewriting_equals_rendering_the_new_values(slots, count, seed):
    rng = np.random.default_rng(seed)
    corpus = _corpus(slots, count, rng)
    values = np.stack([rng.integers(len(slot.values), size=count) for slot in slots], axis=1)
    changed = rewrite(corpus, values.astype(float))
    _mentions_hold(changed)
    places = corpus.mentions.variable.reshape(count, -1)
    # Empty values share their start with a neighbour, so that places are known only without them.
    if all(value for slot in slots for value in slot.values):
        texts, mentions = render(values, places, slots)
        assert changed.texts == texts
        assert np.array_equal(changed.mentions.start, mentions.start)
        assert np.array_equal(changed.mentions.end, mentions.end)


def test_rewriting_one_slot_leaves_the_others():
    slots = [Slot("", ("a=no", "a=maybe"), ""), Slot("", ("b=no", "b=yes"), "")]
    corpus = _corpus(slots, 20, np.random.default_rng(0))
    wanted = np.full((20, 2), np.nan)
    wanted[:, 0] = 1
    changed = rewrite(corpus, wanted)
    assert all("a=maybe" in text for text in changed.texts)
    assert np.array_equal(changed.values[:, 1], corpus.values[:, 1])
    assert [text.replace("a=maybe", "a=no") for text in changed.texts] == [
        text.replace("a=maybe", "a=no") for text in corpus.texts
    ]
    _mentions_hold(changed)


def test_plain_text_cannot_be_rewritten():
    with pytest.raises(CapabilityError, match="no slots"):
        rewrite(Corpus(name="plain", texts=["a", "b"]), np.zeros((2, 0)))


@given(NAMES)
def test_safe_words_are_one_word_each_and_all_different(names):
    words = safe_words(names, ["?"], "=")
    assert len({word.casefold() for word in words} | {"?"}) == len(names) + 1
    for word in words:
        assert word.split() == [word]
        assert "=" not in word


def test_safe_words_keep_what_is_safe():
    assert safe_words(["5-12", "Asy/Patch", "<5"]) == ("5-12", "Asy/Patch", "<5")
    assert safe_words([">=7.5", "x=y"]) == (">=7.5", "x=y")
    assert safe_words(["a b", "a_b", "A=B", "?"], ["?"], "=") == ("a_b", "a_b_2", "A_B_3", "?_2")
