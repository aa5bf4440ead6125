"""Special tokens inside texts: what stands beside them keeps its own characters."""

import numpy as np
import pytest
import torch
import transformers as hf
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

from causattn.corpora import Mentions
from causattn.models import LanguageModel, carrier_tokens, encode_texts

SPECIAL = ["<s>", "</s>", "<pad>", "<mask>", "<unk>"]
TEXTS = [
    "<mask>B slow",
    "a <mask>B slow",
    "a <mask> B slow",
    "slow<mask>slow",
    "é<mask>ébc 🎉<mask>🎉x",
    "</s>B<pad><pad>slow",
]


def byte_level(prefix: bool, roberta: bool) -> Tokenizer:
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix)
    if roberta:
        core.post_processor = processors.RobertaProcessing(
            ("</s>", 1), ("<s>", 0), trim_offsets=True, add_prefix_space=prefix
        )
    else:
        core.post_processor = processors.Sequence(
            [
                processors.ByteLevel(trim_offsets=True),
                processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)]),
            ]
        )
    letters = pre_tokenizers.ByteLevel.alphabet()
    core.train_from_iterator(
        TEXTS, trainers.BpeTrainer(vocab_size=330, special_tokens=SPECIAL, initial_alphabet=letters)
    )
    return core


def pieces(scheme: str) -> Tokenizer:
    core = Tokenizer(models.BPE(unk_token="<unk>"))
    if scheme == "prepend":
        core.normalizer = normalizers.Sequence(
            [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
        )
    else:
        core.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=scheme)
    core.train_from_iterator(TEXTS, trainers.BpeTrainer(vocab_size=90, special_tokens=SPECIAL))
    return core


def model_of(core: Tokenizer, **marks: str) -> LanguageModel:
    tokenizer = hf.PreTrainedTokenizerFast(
        tokenizer_object=core, mask_token="<mask>", pad_token="<pad>", **marks
    )
    config = hf.BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
    )
    torch.manual_seed(0)
    return LanguageModel("tiny", hf.BertModel(config), tokenizer, "encoder")


KINDS = {
    "roberta": lambda: byte_level(True, True),
    "roberta, no prefix": lambda: byte_level(False, True),
    "byte level": lambda: byte_level(True, False),
    "metaspace, always": lambda: pieces("always"),
    "metaspace, first": lambda: pieces("first"),
    "prepend": lambda: pieces("prepend"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_character_beside_a_special_token_is_covered(kind):
    """The word B of the mask in front of it, as of any other character in front of it."""
    model = model_of(KINDS[kind]())
    stored = model.tokenizer.backend_tokenizer.to_str()
    encoding = encode_texts(model, TEXTS)
    for document, text in enumerate(TEXTS):
        covered = np.zeros(len(text), dtype=bool)
        for token in range(*encoding.bounds[document : document + 2]):
            covered[encoding.start[token] : encoding.end[token]] = True
        assert {text[k] for k in np.flatnonzero(~covered)} <= {" "}
    mentions = Mentions(*(np.array([value]) for value in (0, 0, 6, 7)))
    ids = encoding.ids[carrier_tokens(encoding, mentions).position]
    assert "B" in "".join(model.tokenizer.convert_ids_to_tokens(ids.tolist()))
    assert model.tokenizer.backend_tokenizer.to_str() == stored


def test_a_classification_token_inside_a_text_is_not_the_pooled_one():
    core = byte_level(True, False)
    core.post_processor = processors.TemplateProcessing(
        single="$A <s>", special_tokens=[("<s>", 0)]
    )
    model = model_of(core, cls_token="<s>")
    encoding = encode_texts(model, ["a <s> slow", "slow"])
    np.testing.assert_array_equal(encoding.pooled, encoding.lengths - 1)
