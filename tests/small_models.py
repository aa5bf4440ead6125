"""Real tokenizers learned from a few texts, and shapes of tiny networks: built here, no hub."""

from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import BPE, Model, WordLevel, WordPiece
from tokenizers.trainers import BpeTrainer, WordPieceTrainer
from transformers import (
    AutoModelForCausalLM,
    BertConfig,
    Gemma3TextConfig,
    GPT2Config,
    LlamaConfig,
    ModernBertConfig,
    ModernBertForMaskedLM,
    PreTrainedTokenizerFast,
    Qwen3Config,
)

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
END = "<|endoftext|>"


def word_pieces(texts: Sequence[str], vocabulary: int = 90, longest: int = 64):
    """BERT's kind of tokenizer: word pieces between [CLS] and [SEP]."""
    core = Tokenizer(WordPiece(unk_token="[UNK]"))
    core.normalizer = normalizers.BertNormalizer()
    core.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = WordPieceTrainer(vocab_size=vocabulary, special_tokens=SPECIAL, show_progress=False)
    core.train_from_iterator(texts, trainer)
    return _marked(core, model_max_length=longest)


def whole_words(model: Model):
    """A tokenizer of what stands between white space, between [CLS] and [SEP]."""
    core = Tokenizer(model)
    core.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return _marked(core)


def byte_pairs(texts: Sequence[str], **settings: str):
    """GPT-2's kind of tokenizer: pairs of bytes, and no marks around a text."""
    core = Tokenizer(BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    core.post_processor = processors.ByteLevel(trim_offsets=False)
    trainer = BpeTrainer(
        vocab_size=300,
        special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    core.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=core, bos_token=END, eos_token=END, **settings)


def prompt_decoder(place: Path, texts: Sequence[str], family: str = "llama", seed: int = 5) -> Path:
    """A random decoder with every word of some texts as a token, digits apart; its folder."""
    split = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Digits(individual_digits=True)]
    )
    words = {word for text in texts for word, _ in split.pre_tokenize_str(text)}
    core = Tokenizer(WordLevel({w: k for k, w in enumerate(["[UNK]", *sorted(words)])}, "[UNK]"))
    core.pre_tokenizer = split
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=core, unk_token="[UNK]")
    tokenizer.save_pretrained(place)
    small_decoder(family, len(tokenizer), seed).save_pretrained(place)
    return place


def small_bert(tokenizer: PreTrainedTokenizerFast, **settings: object) -> BertConfig:
    """The shape of a tiny BERT over a tokenizer."""
    shape: dict[str, object] = {
        "hidden_size": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 32,
        "max_position_embeddings": 64,
    }
    return BertConfig(vocab_size=len(tokenizer), **{**shape, **settings})


def small_gpt2(tokenizer: PreTrainedTokenizerFast, **settings: object) -> GPT2Config:
    """The shape of a tiny GPT-2 over a tokenizer."""
    shape: dict[str, object] = {"n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 128}
    return GPT2Config(vocab_size=len(tokenizer), **{**shape, **settings})


def _marked(core: Tokenizer, **settings: object) -> PreTrainedTokenizerFast:
    core.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    names = ("pad", "unk", "cls", "sep", "mask")
    marks = {f"{name}_token": mark for name, mark in zip(names, SPECIAL, strict=True)}
    return PreTrainedTokenizerFast(tokenizer_object=core, **marks, **settings)


def small_modernbert(vocabulary: int, seed: int = 0, layers: int = 2) -> ModernBertForMaskedLM:
    """A tiny encoder that norms what it reads, with random weights; every other layer is local."""
    config = ModernBertConfig(
        vocab_size=vocabulary,
        hidden_size=24,
        intermediate_size=20,
        num_hidden_layers=layers,
        num_attention_heads=4,
        max_position_embeddings=64,
        local_attention=6,
        global_attn_every_n_layers=2,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
        cls_token_id=1,
        sep_token_id=2,
    )
    torch.manual_seed(seed)
    network = ModernBertForMaskedLM(config).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.dim() == 2:
                parameter.normal_(0, 0.25)
    return network


DECODERS = ("llama", "qwen3", "gemma3", "gpt2")
"""Grouped queries and gated layers; norms of queries and keys; windows and norms on both sides."""


def small_decoder(family: str, vocabulary: int, seed: int = 0, layers: int = 2):
    """A tiny decoder of a family with random weights, large enough that everything shows."""
    shape = {
        "vocab_size": vocabulary,
        "hidden_size": 24,
        "intermediate_size": 20,
        "num_hidden_layers": layers,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 6,
        "max_position_embeddings": 64,
        "initializer_range": 0.25,
        "tie_word_embeddings": family == "gemma3",
        "pad_token_id": 0,
        "bos_token_id": None,
        "eos_token_id": None,
    }
    if family == "gpt2":
        config = GPT2Config(
            vocab_size=vocabulary,
            n_embd=24,
            n_layer=layers,
            n_head=4,
            n_positions=64,
            initializer_range=0.25,
            pad_token_id=0,
            bos_token_id=None,
            eos_token_id=None,
        )
    else:
        make = {"llama": LlamaConfig, "qwen3": Qwen3Config, "gemma3": Gemma3TextConfig}[family]
        more = {}
        if family == "gemma3":
            kinds = ["sliding_attention", "full_attention"] * layers
            more = {"layer_types": kinds[:layers], "sliding_window": 4}
            more["query_pre_attn_scalar"] = 6
        config = make(**shape, **more)
    torch.manual_seed(seed)
    network = AutoModelForCausalLM.from_config(config).eval()
    for name, weight in network.named_parameters():
        if "norm" in name or name.split(".")[-2].startswith("ln_"):
            torch.nn.init.normal_(weight, 1.0 if "gemma" not in family else 0.0, 0.2)
        elif name.endswith("bias"):
            torch.nn.init.normal_(weight, 0.0, 0.2)
    return network
