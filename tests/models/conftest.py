"""Small models with random weights and real tokenizers, built here: no hub."""

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
    PreTrainedTokenizerFast,
)

from causattn.models import LanguageModel

TEXTS = [
    "The food was great, the service unbelievably slow.",
    "Noise!  two  spaces,\ttabs\nand lines ",
    "菜很好吃，但是服务很慢。",
    "crème brûlée, naïve cafe\u0301 and the 👩‍👩‍👧 emoji 🎉🎉",
    "a",
    " leading space and short",
]


def bert_tokenizer() -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(
        TEXTS, WordPieceTrainer(vocab_size=90, special_tokens=special, show_progress=False)
    )
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


def gpt2_tokenizer() -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.train_from_iterator(
        TEXTS,
        BpeTrainer(
            vocab_size=300,
            special_tokens=["<|endoftext|>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<|endoftext|>",
        eos_token="<|endoftext|>",
        padding_side="left",
    )


def bert(head: type = BertForMaskedLM, **settings: object) -> LanguageModel:
    tokenizer = bert_tokenizer()
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        **settings,
    )
    task = "masked" if head is BertForMaskedLM else "classifier"
    return LanguageModel("bert", head(config).eval(), tokenizer, task)


def gpt2(head: type = GPT2LMHeadModel, **settings: object) -> LanguageModel:
    tokenizer = gpt2_tokenizer()
    torch.manual_seed(0)
    config = GPT2Config(
        vocab_size=len(tokenizer), n_embd=16, n_layer=2, n_head=2, n_positions=128, **settings
    )
    task = "causal" if head is GPT2LMHeadModel else "classifier"
    return LanguageModel("gpt2", head(config).eval(), tokenizer, task)


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
