"""Single texts looked at: the page holds what the model says, its words, attention and the swap."""

import json
import re

import numpy as np
import pytest
import torch
from transformers import (
    BertForMaskedLM,
    BertForSequenceClassification,
    BertModel,
    GPT2LMHeadModel,
)

from causattn.attribution import LabelTarget, explain
from causattn.base import ConfigError, DataError
from causattn.effects import counterfactual_attention
from causattn.models import LanguageModel, wrap_model
from causattn.report import LookChoices, Swap, look_at, look_page
from tests.small_models import END, byte_pairs, small_bert, small_gpt2, word_pieces

ENGLISH = "the goodness of the good food"
CHINESE = "这部电影很精彩，但演员表现差"
TEXTS = [ENGLISH, CHINESE, "the bad food was cold", "这部电影很差，演员表现好"]
KINDS = {
    "classifier": BertForSequenceClassification,
    "masked": BertForMaskedLM,
    "encoder": BertModel,
}
CHEAP = LookChoices(explainers=("occlusion", "attention"))


def model_of(task: str) -> LanguageModel:
    torch.manual_seed(3)
    if task == "causal":
        pairs = byte_pairs(TEXTS, unk_token=END)
        return wrap_model(GPT2LMHeadModel(small_gpt2(pairs)), pairs)
    pieces = word_pieces(TEXTS, 200)
    return wrap_model(KINDS[task](small_bert(pieces)), pieces)


def data_of(page) -> dict:
    found = re.search(r'id="data">(.*?)</script>', page.html, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def with_swap(before: str, after: str, **more) -> LookChoices:
    return LookChoices(explainers=("occlusion",), swap=Swap(before, after), **more)


@pytest.mark.parametrize("text", [ENGLISH, CHINESE])
@pytest.mark.parametrize("task", ["classifier", "masked", "encoder", "causal"])
def test_every_kind_of_model_has_answers_words_and_attention(task, text):
    model = model_of(task)
    (looked,) = look_at(model, [text], CHEAP)
    (shown,) = data_of(look_page(model, [looked]))["texts"]
    assert shown["reason"] is None
    assert len(shown["answers"]["values"]) == 1
    for words in shown["explained"]:
        (side,) = words["sides"]
        assert "".join(piece for piece, *_ in side["pieces"]) == text
        assert any(score for _, score, _ in side["pieces"])
    assert [each["title"] for each in shown["documents"]] == ["Attention"]
    assert shown["documents"][0]["vectors"] is not None


def test_a_swap_is_that_of_the_counterfactual():
    """The general way gives for classifiers what `counterfactual_attention` gives."""
    model = model_of("classifier")
    (looked,) = look_at(model, [CHINESE], with_swap("差", "好"))
    assert looked.texts == (CHINESE, CHINESE.replace("差", "好"))
    expected = counterfactual_attention(model, *looked.texts)
    found = looked.swapped
    assert found is not None
    assert found.tokens_after == expected.tokens_after
    for name in ("aligned", "swapped", "output_before", "output_after", "difference"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), atol=1e-6)


def test_both_sides_of_a_swap_are_explained_for_the_same_class():
    model = model_of("classifier")
    (looked,) = look_at(model, [ENGLISH], with_swap("food", "cold"))
    assert looked.answers is not None
    first = int(looked.answers.values[0].argmax())
    before, after = looked.words[0].sides
    assert before.target == after.target
    alone = explain(model, looked.texts[1], "occlusion", target=LabelTarget(first))
    np.testing.assert_allclose(after.score, alone.score, atol=1e-6)


def test_an_encoder_says_how_far_the_swap_moved_the_text():
    model = model_of("encoder")
    (looked,) = look_at(model, [ENGLISH], with_swap("food", "cold"))
    assert looked.answers is not None
    before, after = looked.answers.values[:, 0]
    assert before == pytest.approx(1)
    assert after < 0.9999


def test_a_masked_model_is_asked_for_the_same_word_on_both_sides():
    model = model_of("masked")
    (looked,) = look_at(model, [ENGLISH], with_swap("good", "bad", hide="food"))
    before, after = looked.words[0].sides
    assert before.target == after.target
    for side, text in zip((before, after), looked.texts, strict=True):
        hidden = [text[a:b] for (a, b), s in zip(side.offsets, side.score, strict=True) if s == 0]
        assert "food".startswith(hidden[1])  # behind [CLS]
    with pytest.raises(ConfigError, match="hidden and swapped"):
        look_at(model, [ENGLISH], with_swap("good", "bad", hide="good"))


def test_a_mask_in_the_text_is_read_as_its_likeliest_word():
    model = model_of("masked")
    (looked,) = look_at(model, ["the [MASK] food"], CHEAP)
    assert looked.answers is not None
    assert looked.texts == (f"the {looked.answers.labels[0]} food",)


def test_whole_words_are_swapped_before_parts_of_others():
    assert Swap("good", "bad").done(ENGLISH) == "the goodness of the bad food"
    assert Swap("GOOD", "bad").done(ENGLISH) == "the goodness of the bad food"
    assert Swap("差", "好").done(CHINESE).endswith("表现好")
    assert Swap.parse("差:好") == Swap("差", "好")
    with pytest.raises(ConfigError, match="write swap=good:bad"):
        Swap.parse("good")


def test_a_word_may_be_missing_in_some_texts_but_not_in_all():
    model = model_of("classifier")
    choices = with_swap("cold", "good")
    found = look_at(model, TEXTS[:3], choices)
    assert [each.swapped is not None for each in found] == [False, False, True]
    assert "no cold to swap" in str(found[0].reason)
    assert "no cold to swap" in data_of(look_page(model, found))["texts"][0]["reason"]
    with pytest.raises(DataError, match="no cold to swap"):
        look_at(model, TEXTS[:2], choices)


def test_what_an_explainer_cannot_do_is_said_on_the_page():
    model = model_of("classifier")
    (looked,) = look_at(model, [ENGLISH], LookChoices(explainers=("cell_contribution",)))
    assert "takes apart the cells of an LSTM" in str(looked.words[0].reason)
    with pytest.raises(ConfigError, match="occlusion"):
        LookChoices(explainers=("oclusion",))


def test_vectors_yield_where_texts_are_many(monkeypatch):
    model = model_of("classifier")
    looked = look_at(model, TEXTS[:2], CHEAP)
    monkeypatch.setattr("causattn.report.look.page.PAGE_BYTES", 100)
    for shown in data_of(look_page(model, looked))["texts"]:
        assert shown["documents"][0]["vectors"] is None
        assert "no room left" in shown["documents"][0]["vectors_reason"]


def test_text_of_others_stays_text():
    model = model_of("classifier")
    text = "<script>alert(1)</script> the food \u202e"
    page = look_page(model, look_at(model, [text], CHEAP), command=text)
    assert page.html.count("<script>alert") == 0
    assert "\u202e" not in page.html
