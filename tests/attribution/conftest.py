"""Tiny models whose outputs really depend on their tokens, and one that is linear by hand."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from transformers import (
    BertForMaskedLM,
    BertForSequenceClassification,
    BertModel,
    GPT2ForSequenceClassification,
    GPT2LMHeadModel,
    PretrainedConfig,
    PreTrainedModel,
)
from transformers.modeling_outputs import SequenceClassifierOutput

from causattn.models import LanguageModel
from tests.small_models import END, byte_pairs, small_bert, small_gpt2, word_pieces

TEXTS = [
    "the food was great, the service slow",
    "菜很好吃 but slow",
    "great food",
    "crème brûlée, naïve café 🎉",
    "slow service and great noise",
]


class LinearConfig(PretrainedConfig):
    model_type = "bert"


class LinearNetwork(PreTrainedModel):
    """Logits are the sum over tokens of a linear map of their embeddings."""

    config_class = LinearConfig

    def __init__(self, config: LinearConfig) -> None:
        super().__init__(config)
        self.embedding = torch.nn.Embedding(config.vocab_size, 4)
        self.map = torch.nn.Linear(4, config.num_labels, bias=False)
        self.post_init()

    def get_input_embeddings(self) -> torch.nn.Embedding:
        return self.embedding

    def forward(self, input_ids, attention_mask):
        logits = (self.map(self.embedding(input_ids)) * attention_mask[..., None]).sum(1)
        return SequenceClassifierOutput(logits=logits)


def _spread(network: PreTrainedModel, seed: int = 0) -> PreTrainedModel:
    """Weights large enough that every token makes a difference."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.dim() == 2:
                parameter.normal_(0, 0.4, generator=generator)
    return network.eval()


def make_model(name: str) -> LanguageModel:
    if name == "linear":
        tokenizer = word_pieces(TEXTS)
        config = LinearConfig(
            vocab_size=len(tokenizer), num_labels=3, pad_token_id=0, max_position_embeddings=64
        )
        return LanguageModel(name, _spread(LinearNetwork(config)), tokenizer, "classifier")
    if name == "classifier":
        tokenizer = word_pieces(TEXTS)
        network = _spread(BertForSequenceClassification(small_bert(tokenizer, num_labels=3)))
        return LanguageModel(name, network, tokenizer, "classifier")
    if name == "masked":
        tokenizer = word_pieces(TEXTS)
        return LanguageModel(
            name, _spread(BertForMaskedLM(small_bert(tokenizer))), tokenizer, "masked"
        )
    if name == "encoder":
        tokenizer = word_pieces(TEXTS)
        return LanguageModel(name, _spread(BertModel(small_bert(tokenizer))), tokenizer, "encoder")
    tokenizer = byte_pairs(TEXTS, unk_token=END)
    ends = {"bos_token_id": 0, "eos_token_id": 0}
    if name == "causal":
        network = _spread(GPT2LMHeadModel(small_gpt2(tokenizer, **ends)))
        return LanguageModel(name, network, tokenizer, "causal")
    shape = small_gpt2(tokenizer, num_labels=3, pad_token_id=0, **ends)
    network = _spread(GPT2ForSequenceClassification(shape))
    return LanguageModel(name, network, tokenizer, "classifier")


@pytest.fixture(scope="session")
def models() -> Callable[[str], LanguageModel]:
    """Models by name: linear, classifier, masked, encoder, causal, causal_classifier."""
    known: dict[str, LanguageModel] = {}

    def find(name: str) -> LanguageModel:
        if name not in known:
            known[name] = make_model(name)
        return replace(known[name])

    return find


@pytest.fixture
def texts() -> list[str]:
    return list(TEXTS)
