from pathlib import Path

import numpy as np
import pytest
import torch

from causattn.base import ArtefactError
from causattn.corpora import load_corpus
from causattn.models import (
    LanguageModel,
    encode_texts,
    load_model,
    read_model,
    take,
    untrained_copy,
    write_model,
)
from tests.models.conftest import TEXTS


def logits(model: LanguageModel, texts: list[str]) -> torch.Tensor:
    encoding = encode_texts(model, texts)
    with torch.no_grad():
        return model.network(**take(encoding, np.arange(len(texts))).inputs).logits


def same_tokens(first: LanguageModel, second: LanguageModel, texts: list[str]) -> bool:
    one, two = encode_texts(first, texts), encode_texts(second, texts)
    return all(
        (getattr(one, name) == getattr(two, name)).all()
        for name in ("ids", "bounds", "start", "end", "special", "pooled")
    )


def test_a_model_reads_back_equal(model: LanguageModel, tmp_path: Path) -> None:
    write_model(model, tmp_path / "model")
    back = read_model(tmp_path / "model")
    assert (back.name, back.task, back.long_text) == (model.name, model.task, model.long_text)
    assert same_tokens(model, back, TEXTS)
    assert torch.equal(logits(model, TEXTS), logits(back, TEXTS))
    assert not back.network.training
    assert back.longest_input == model.longest_input


def test_a_classifier_reads_back_equal(classifier: LanguageModel, tmp_path: Path) -> None:
    write_model(classifier, tmp_path / "model")
    assert torch.equal(logits(classifier, TEXTS), logits(read_model(tmp_path / "model"), TEXTS))


def test_a_trained_model_reads_back_as_artefact_and_as_hugging_face_folder(tmp_path: Path) -> None:
    corpus = load_corpus({"kind": "bayesnet", "network": "asia", "documents": 50}, 0)
    model = load_model({"kind": "tiny_mlm", "width": 16, "steps": 2}, corpus, 0)
    write_model(model, tmp_path / "model")
    back = read_model(tmp_path / "model")
    assert back.about == model.about
    through_hf = load_model({"kind": "hf", "path": str(tmp_path / "model")}, corpus, 0)
    assert through_hf.task == "masked"
    for other in (back, through_hf):
        assert same_tokens(model, other, list(corpus.texts))
        assert torch.equal(logits(model, corpus.texts[:5]), logits(other, corpus.texts[:5]))


def test_a_damaged_model_is_named(model: LanguageModel, tmp_path: Path) -> None:
    write_model(model, tmp_path / "model")
    weights = tmp_path / "model" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x00")
    with pytest.raises(ArtefactError, match=r"model\.safetensors is missing or damaged"):
        read_model(tmp_path / "model")


def test_the_untrained_copy_shares_shape_but_no_weight(model: LanguageModel) -> None:
    fresh = untrained_copy(model, 3)
    assert fresh.tokenizer is model.tokenizer
    assert fresh.task == model.task
    assert not fresh.network.training
    theirs = dict(fresh.network.named_parameters())
    for name, weight in model.network.named_parameters():
        assert theirs[name].shape == weight.shape
        if weight.dim() > 1:
            assert not torch.equal(theirs[name], weight)
    again = untrained_copy(model, 3)
    assert torch.equal(logits(fresh, TEXTS), logits(again, TEXTS))
    assert not torch.equal(logits(fresh, TEXTS), logits(untrained_copy(model, 4), TEXTS))
