import numpy as np
import pytest

from causattn.base import ModelError
from causattn.models import encode_texts, hiding_tokens, single_tokens
from tests.models.conftest import TEXTS, bert, gpt2


def test_single_tokens_are_those_inside_a_document() -> None:
    model = gpt2()
    words = ["food", "service", "the", "was", "unbelievably"]
    text = "The food was great, the service unbelievably slow."
    encoding = encode_texts(model, [text])
    inside = {}
    for word in words:
        start = text.index(f" {word}") + 1
        rows = (encoding.start < start + len(word)) & (encoding.end > start)
        inside[word] = encoding.ids[rows]
    found = single_tokens(model, words)
    for word, token in zip(words, found, strict=True):
        assert token == (inside[word][0] if len(inside[word]) == 1 else -1)
    assert (found >= 0).any()
    assert (found < 0).any()


def test_unknown_words_are_no_token() -> None:
    model = bert()
    assert single_tokens(model, ["☃", "a"])[0] == -1


def test_an_own_hiding_word_goes_before_the_mask_token() -> None:
    model = bert()
    own = model.tokenizer.convert_tokens_to_ids("the")
    found = hiding_tokens(model, ["the", None, "unknown☃word"])
    assert found.tolist() == [own, model.tokenizer.mask_token_id, model.tokenizer.mask_token_id]


def test_a_model_without_a_mask_token_says_so() -> None:
    with pytest.raises(ModelError, match=r"no mask token.*attention=observed"):
        hiding_tokens(gpt2(), [None])


def test_replaced_tokens_stand_where_asked_and_the_original_stays() -> None:
    model = bert()
    encoding = encode_texts(model, TEXTS)
    before = encoding.ids.copy()
    changed = encoding.replaced(np.array([0, 3]), np.array([2, 1]), np.array([7, 8]))
    assert changed.ids[encoding.bounds[0] + 2] == 7
    assert changed.ids[encoding.bounds[3] + 1] == 8
    assert (changed.ids != before).sum() <= 2
    assert (encoding.ids == before).all()
