"""Small models with random weights and real tokenizers, built here: no hub."""

import pytest
import torch
from transformers import (
    BertForMaskedLM,
    BertForSequenceClassification,
    GPT2ForSequenceClassification,
    GPT2LMHeadModel,
    PreTrainedTokenizerFast,
)

from causattn.models import LanguageModel
from tests.small_models import byte_pairs, small_bert, small_gpt2, word_pieces

TEXTS = [
    "The food was great, the service unbelievably slow.",
    "Noise!  two  spaces,\ttabs\nand lines ",
    "菜很好吃，但是服务很慢。",
    "crème brûlée, naïve cafe\u0301 and the 👩‍👩‍👧 emoji 🎉🎉",
    "a",
    " leading space and short",
]


def bert_tokenizer() -> PreTrainedTokenizerFast:
    return word_pieces(TEXTS)


def bert(head: type = BertForMaskedLM, **settings: object) -> LanguageModel:
    tokenizer = bert_tokenizer()
    torch.manual_seed(0)
    task = "masked" if head is BertForMaskedLM else "classifier"
    network = head(small_bert(tokenizer, **settings)).eval()
    return LanguageModel("bert", network, tokenizer, task)


def gpt2(head: type = GPT2LMHeadModel, **settings: object) -> LanguageModel:
    tokenizer = byte_pairs(TEXTS, padding_side="left")
    torch.manual_seed(0)
    task = "causal" if head is GPT2LMHeadModel else "classifier"
    network = head(small_gpt2(tokenizer, **settings)).eval()
    return LanguageModel("gpt2", network, tokenizer, task)


@pytest.fixture(params=["bert", "gpt2"])
def model(request: pytest.FixtureRequest) -> LanguageModel:
    return bert() if request.param == "bert" else gpt2()


@pytest.fixture(params=["bert", "gpt2"])
def classifier(request: pytest.FixtureRequest) -> LanguageModel:
    if request.param == "bert":
        return bert(BertForSequenceClassification, num_labels=3)
    return gpt2(GPT2ForSequenceClassification, num_labels=3, pad_token_id=0)


@pytest.fixture
def texts() -> list[str]:
    return list(TEXTS)
