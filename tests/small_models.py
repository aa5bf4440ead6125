"""Real tokenizers learned from a few texts, and shapes of tiny networks: built here, no hub."""

from collections.abc import Sequence

from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import BPE, Model, WordPiece
from tokenizers.trainers import BpeTrainer, WordPieceTrainer
from transformers import BertConfig, GPT2Config, PreTrainedTokenizerFast

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
