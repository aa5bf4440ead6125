"""Hugging Face data sets from a local folder; the hub is never asked."""

import pytest

from causattn.base import ConfigError, DataError
from causattn.corpora import corpus_checksum, load_corpus

datasets = pytest.importorskip("datasets", reason="the extra causattn[datasets] is not installed")


@pytest.fixture
def saved(tmp_path):
    features = datasets.Features(
        {
            "text": datasets.Value("string"),
            "label": datasets.ClassLabel(names=["bad", "good"]),
            "length": datasets.Value("float32"),
        }
    )
    rows = {"text": ["坏", "fine", "great"], "label": [0, 1, -1], "length": [1.5, 4.0, 5.0]}
    train = datasets.Dataset.from_dict(rows, features=features)
    datasets.DatasetDict({"train": train, "test": train.select([0, 1])}).save_to_disk(
        tmp_path / "d"
    )
    return tmp_path / "d"


def _load(path, **settings):
    return load_corpus({"kind": "datasets", "path": str(path), **settings}, 0)


def test_a_saved_data_set(saved):
    corpus = _load(saved, label="label", columns=["length"])
    assert corpus.texts == ["坏", "fine", "great"]
    assert corpus.outcome_classes == ("bad", "good")
    assert corpus.outcome[:2].tolist() == [0, 1]
    assert corpus.outcome[2] != corpus.outcome[2]  # withheld
    assert corpus.categories == (None,)
    assert len(_load(saved, split="test")) == 2


def test_checksum_follows_the_content(saved):
    settings = {"kind": "datasets", "path": str(saved)}
    before = corpus_checksum(settings)
    (saved / "train" / "more.arrow").write_bytes(b"x")
    assert corpus_checksum(settings) != before
    assert corpus_checksum({"kind": "datasets", "path": "somebody/reviews"}) is None


def test_bad_data_sets_are_told(saved, tmp_path):
    with pytest.raises(ConfigError, match=r"corpus.split=tests is not known; did you mean test\?"):
        _load(saved, split="tests")
    with pytest.raises(DataError, match="cannot be loaded"):
        _load(tmp_path / "nowhere")
    with pytest.raises(DataError, match="has no column review"):
        _load(saved, text="review")


def test_the_hub_is_asked_once(monkeypatch):
    asked = []

    class Session:
        def get(self, url, **_):
            asked.append(url)
            raise ConnectionError("no network")

    monkeypatch.setattr("huggingface_hub.utils.get_session", Session)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", False)
    with pytest.raises(DataError, match=r"Data set nobody/nothing cannot be loaded .*OfflineMode"):
        _load("nobody/nothing")
    assert asked == ["https://huggingface.co/api/datasets/nobody/nothing"]
    assert not datasets.config.HF_HUB_OFFLINE
