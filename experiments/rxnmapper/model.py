"""RXNMapper's ALBERT out of its package's wheel."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import torch
from tokenizers import Regex, Tokenizer, pre_tokenizers, processors
from tokenizers.models import WordLevel
from transformers import AlbertConfig, AlbertForMaskedLM, PreTrainedTokenizerFast

from causattn.models import LanguageModel

from .smiles import PATTERN

INSIDE = "rxnmapper/models/transformers/albert_heads_8_uspto_all_1310k"
TESTS = ("tests/test_mapper.py", "tests/test_batched_mapper.py")
_OLD = {"architectures", "model_type", "output_past", "output_attentions", "pruned_heads"}
_SPECIAL = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}


def packaged_model(wheel: Path) -> LanguageModel:
    """Return the model of rxnmapper's wheel, a masked language model of tokens of reactions.

    Parameters
    ----------
    wheel
        rxnmapper-0.4.3-py3-none-any.whl.
    """
    with zipfile.ZipFile(wheel) as archive:
        known = json.loads(archive.read(f"{INSIDE}/config.json"))
        words = archive.read(f"{INSIDE}/vocab.txt").decode().splitlines()
        stored = io.BytesIO(archive.read(f"{INSIDE}/pytorch_model.bin"))
    config = AlbertConfig(**{key: value for key, value in known.items() if key not in _OLD})
    network = AlbertForMaskedLM(config).eval()
    weights = torch.load(stored, map_location="cpu", weights_only=True)
    absent, spare = network.load_state_dict(weights, strict=False)
    # The map to the vocabulary is the embedding's; the pooler is for sentences.
    tied = {name for name in absent if name.startswith("predictions.decoder.")}
    left = [name for name in spare if "pooler" not in name and "position_ids" not in name]
    if set(absent) - tied or left:
        raise ValueError(f"Weights are missing or left over: {absent}, {left}.")
    network.tie_weights()
    return LanguageModel("RXNMapper", network, _tokenizer(words), "masked")


def published_tests(wheel: Path) -> str:
    """Return the source of the package's tests, in which the expected maps stand."""
    with zipfile.ZipFile(wheel) as archive:
        return "\n".join(archive.read(name).decode() for name in TESTS)


def _tokenizer(words: list[str]) -> PreTrainedTokenizerFast:
    ids = {word: number for number, word in enumerate(words)}
    core = Tokenizer(WordLevel(ids, unk_token="[UNK]"))
    core.pre_tokenizer = pre_tokenizers.Split(Regex(PATTERN), behavior="isolated")
    core.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", ids["[CLS]"]), ("[SEP]", ids["[SEP]"])]
    )
    return PreTrainedTokenizerFast(tokenizer_object=core, model_max_length=512, **_SPECIAL)
