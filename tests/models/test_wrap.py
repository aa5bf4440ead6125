"""Networks of one's own: what they predict is read off their class, and misfits are said."""

import pytest
from transformers import (
    BertForMaskedLM,
    BertForSequenceClassification,
    BertModel,
    GPT2LMHeadModel,
)

from causattn.base import ModelError
from causattn.models import wrap_model
from tests.small_models import END, byte_pairs, small_bert, small_gpt2, word_pieces

TEXTS = ["the food was great", "the service was slow"]
PIECES, PAIRS = word_pieces(TEXTS), byte_pairs(TEXTS, unk_token=END)


@pytest.mark.parametrize(
    ("kind", "config", "tokenizer", "task"),
    [
        (BertForMaskedLM, small_bert, PIECES, "masked"),
        (BertForSequenceClassification, small_bert, PIECES, "classifier"),
        (BertModel, small_bert, PIECES, "encoder"),
        (GPT2LMHeadModel, small_gpt2, PAIRS, "causal"),
    ],
)
def test_what_it_predicts_is_its_class(kind, config, tokenizer, task):
    network = kind(config(tokenizer)).train()
    found = wrap_model(network, tokenizer)
    assert (found.task, found.name) == (task, kind.__name__)
    assert found.network is network
    assert not network.training
    assert network.config.pad_token_id is not None
    assert wrap_model(network, tokenizer, task="encoder", name="mine").task == "encoder"


def test_misfits_are_said():
    network = BertModel(small_bert(PIECES))
    with pytest.raises(ModelError, match=r"give its fast tokenizer"):
        wrap_model(network, None)
    with pytest.raises(ModelError, match="no Hugging Face model"):
        wrap_model("a string", PIECES)
    with pytest.raises(ModelError, match="gives ids up to"):
        wrap_model(network, PAIRS)
