"""What a model says of texts, held against its own output."""

import numpy as np
import pytest
import torch
from transformers import BertForMaskedLM, BertForSequenceClassification, GPT2LMHeadModel

from causattn.base import CapabilityError, DataError
from causattn.models import LanguageModel, model_answers
from tests.small_models import END, byte_pairs, small_bert, small_gpt2, word_pieces

TEXTS = ["the food was great", "the service was slow and the food was cold"]


def logits(model: LanguageModel, ids: list[int]) -> np.ndarray:
    with torch.no_grad():
        found = model.network(input_ids=torch.tensor([ids])).logits[0].double()
    return found.softmax(-1).numpy()


@pytest.fixture(scope="module")
def masked() -> LanguageModel:
    torch.manual_seed(1)
    tokenizer = word_pieces(TEXTS)
    return LanguageModel("m", BertForMaskedLM(small_bert(tokenizer)).eval(), tokenizer, "masked")


def test_a_classifier_has_all_its_classes():
    torch.manual_seed(1)
    tokenizer = word_pieces(TEXTS)
    network = BertForSequenceClassification(small_bert(tokenizer, num_labels=3)).eval()
    network.config.id2label = {0: "bad", 1: "middling", 2: "good"}
    model = LanguageModel("m", network, tokenizer, "classifier")
    found = model_answers(model, TEXTS)
    assert (found.question, found.labels) == ("class", ("bad", "middling", "good"))
    for text, row in zip(TEXTS, found.values, strict=True):
        np.testing.assert_allclose(row, logits(model, tokenizer(text)["input_ids"]), atol=1e-6)


def test_the_next_token_is_read_at_the_last_one_of_each_text():
    torch.manual_seed(1)
    tokenizer = byte_pairs(TEXTS, unk_token=END)
    network = GPT2LMHeadModel(small_gpt2(tokenizer)).eval()
    model = LanguageModel("m", network, tokenizer, "causal")
    found = model_answers(model, TEXTS, most=5)
    assert found.values.shape == (2, 5)
    for text, row in zip(TEXTS, found.values, strict=True):
        last = logits(model, tokenizer(text)["input_ids"])[-1]
        np.testing.assert_allclose(row, last[list(found.tokens)], atol=1e-6)
    best = [int(logits(model, tokenizer(text)["input_ids"])[-1].argmax()) for text in TEXTS]
    assert set(best) <= set(found.tokens)


def test_a_hidden_word_is_hidden(masked):
    start = TEXTS[0].index("great")
    found = model_answers(masked, TEXTS[:1], spans=[(start, start + 5)])
    ids = masked.tokenizer(TEXTS[0])["input_ids"]
    place = masked.tokenizer(TEXTS[0]).char_to_token(start)
    pieces = len(masked.tokenizer(TEXTS[0][start:], add_special_tokens=False)["input_ids"])
    ids[place : place + pieces] = [masked.tokenizer.mask_token_id] * pieces
    expected = logits(masked, ids)[place]
    np.testing.assert_allclose(found.values[0], expected[list(found.tokens)], atol=1e-6)
    assert found.values[0, 0] == pytest.approx(expected.max())


def test_what_cannot_be_asked(masked):
    with pytest.raises(CapabilityError, match="choose a word to hide"):
        model_answers(masked, TEXTS)
    with pytest.raises(DataError, match="hide another word"):
        model_answers(masked, TEXTS[:1], spans=[(3, 4)])
