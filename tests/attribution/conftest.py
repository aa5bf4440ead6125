"""Tiny models whose outputs really depend on their tokens, and one that is linear by hand."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import BPE, WordPiece
from tokenizers.trainers import BpeTrainer, WordPieceTrainer
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertForSequenceClassification,
    GPT2Config,
    GPT2ForSequenceClassification,
    GPT2LMHeadModel,
    PretrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)
from transformers.modeling_outputs import SequenceClassifierOutput

from causattn.models import LanguageModel

TEXTS = [
    "the food was great, the service slow",
    "菜很好吃 but slow",
    "great food",
    "crème brûlée, naïve café 🎉",
    "slow service and great noise",
]


def word_piece() -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = WordPieceTrainer(vocab_size=90, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator(TEXTS, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_max_length=64,
    )


def byte_pairs() -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    trainer = BpeTrainer(
        vocab_size=300,
        special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<|endoftext|>",
        eos_token="<|endoftext|>",
        unk_token="<|endoftext|>",
    )


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


def _bert(head: type, tokenizer: PreTrainedTokenizerFast, **settings: object) -> PreTrainedModel:
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        **settings,
    )
    return _spread(head(config))


def _gpt2(head: type, tokenizer: PreTrainedTokenizerFast, **settings: object) -> PreTrainedModel:
    config = GPT2Config(
        vocab_size=len(tokenizer),
        n_embd=16,
        n_layer=2,
        n_head=2,
        n_positions=128,
        bos_token_id=0,
        eos_token_id=0,
        **settings,
    )
    return _spread(head(config))


def make_model(name: str) -> LanguageModel:
    if name == "linear":
        tokenizer = word_piece()
        config = LinearConfig(
            vocab_size=len(tokenizer), num_labels=3, pad_token_id=0, max_position_embeddings=64
        )
        return LanguageModel(name, _spread(LinearNetwork(config)), tokenizer, "classifier")
    if name == "classifier":
        tokenizer = word_piece()
        network = _bert(BertForSequenceClassification, tokenizer, num_labels=3)
        return LanguageModel(name, network, tokenizer, "classifier")
    if name == "masked":
        tokenizer = word_piece()
        return LanguageModel(name, _bert(BertForMaskedLM, tokenizer), tokenizer, "masked")
    tokenizer = byte_pairs()
    if name == "causal":
        return LanguageModel(name, _gpt2(GPT2LMHeadModel, tokenizer), tokenizer, "causal")
    network = _gpt2(GPT2ForSequenceClassification, tokenizer, num_labels=3, pad_token_id=0)
    return LanguageModel(name, network, tokenizer, "classifier")


@pytest.fixture(scope="session")
def models() -> Callable[[str], LanguageModel]:
    """Models by name: linear, classifier, masked, causal, causal_classifier."""
    known: dict[str, LanguageModel] = {}

    def find(name: str) -> LanguageModel:
        if name not in known:
            known[name] = make_model(name)
        return replace(known[name])

    return find


@pytest.fixture
def texts() -> list[str]:
    return list(TEXTS)
