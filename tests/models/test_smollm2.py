from pathlib import Path

import numpy as np
import pytest
import torch

from causattn.base import ModelError
from causattn.models import encode_texts, load_model, next_logits, packaged
from tests.small_models import END, byte_pairs, small_decoder

TEXTS = ["The capital of France is Paris."] * 4


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Save a tiny Llama where converted models lie."""
    target = tmp_path / packaged.FOLDER
    tokenizer = byte_pairs(TEXTS, pad_token=END)
    small_decoder("llama", len(tokenizer)).half().save_pretrained(target)
    tokenizer.save_pretrained(target)
    return target


def test_it_reads_what_was_converted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(packaged.ENVIRONMENT, str(folder.parent))
    model = load_model({"kind": "smollm2"}, None, 0)
    assert (model.name, model.task, model.network.dtype) == ("smollm2", "causal", torch.float32)
    assert model.about["weights"] == packaged.FOLDER
    assert len(model.about["sha256"]) == 64
    own = load_model({"kind": "smollm2", "path": str(folder)}, None, 0)
    assert torch.equal(own.network.lm_head.weight, model.network.lm_head.weight)
    # Done before, fetching does nothing.
    assert packaged.fetch() == folder


def test_without_weights_a_sentence_says_where_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(packaged.ENVIRONMENT, str(tmp_path))
    monkeypatch.setattr("causattn.models.smollm2.HUB", "nobody/nothing-of-this-name")
    with pytest.raises(ModelError, match=r"run make models, or set model\.path"):
        load_model({"kind": "smollm2"}, None, 0)
    with pytest.raises(ModelError, match=r"no model folder|cannot be read"):
        load_model({"kind": "smollm2", "path": str(tmp_path / "none")}, None, 0)


def test_a_changed_package_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def other(place: Path) -> Path:
        (place / "other.whl").write_bytes(b"other")
        return place / "other.whl"

    monkeypatch.setattr(packaged, "_downloaded", other)
    monkeypatch.setattr(packaged, "find_spec", lambda name: True)
    with pytest.raises(ModelError, match=r"other\.whl has sha256"):
        packaged.fetch(tmp_path / "new")
    monkeypatch.setattr(packaged, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"gguf and accelerate; .*causattn\[smollm2\]"):
        packaged.fetch(tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.slow
def test_the_real_one_knows_a_capital() -> None:
    if packaged.converted_folder() is None:
        pytest.skip("SmolLM2 is not here; make models fetches it")
    model = load_model({"kind": "smollm2"}, None, 0)
    encoding = encode_texts(model, ["The capital of France is Paris"] * 2)
    rows = encoding.bounds[1:] - 1
    (_, logits), *_ = list(next_logits(model, encoding, rows))
    best = logits.softmax(-1).max(-1)
    assert [model.tokenizer.decode(k) for k in best.indices] == [" Paris", " Paris"]
    np.testing.assert_allclose(best.values, 0.773, atol=0.001)
