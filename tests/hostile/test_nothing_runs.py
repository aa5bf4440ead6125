"""What a configuration, a model's folder or a file asks to be run is not run."""

import json
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tokenizers.models import WordLevel
from transformers import BertForMaskedLM

from causattn.base import ArtefactError, CausattnError, read_arrays, read_yaml
from causattn.cli import main
from causattn.corpora import load_corpus
from causattn.models import load_model
from tests.small_models import SPECIAL, small_bert, whole_words


class Evil:
    """Writes a file where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return os.mkdir, (str(self.mark),)


@pytest.fixture
def mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "ran"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "sound"
    tokenizer = whole_words(
        WordLevel({word: k for k, word in enumerate([*SPECIAL, "a"])}, unk_token="[UNK]")
    )
    BertForMaskedLM(small_bert(tokenizer)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


TARGETS = [
    "corpus._target_=os.mkdir",
    "+corpus._target_=os.mkdir",
    "++discovery._target_=os.mkdir",
    "+_target_=os.mkdir",
    "++model._target_=os.mkdir",
    "++corpus._partial_=true",
    "++hydra.launcher._target_=os.mkdir",
    "corpus.network=${oc.env:HOME}${os.mkdir:ran}",
]


@pytest.mark.parametrize("override", TARGETS)
def test_a_target_in_a_configuration(
    override: str, mark: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["experiment=discovery", "corpus.documents=30", "report=false", "effects=none"]
    try:
        code = main(["run", *given, override])
    except Exception:
        code = 1
    assert not mark.exists()
    if "hydra" not in override:
        assert code == 2
        assert capsys.readouterr().err.count("\n") <= 1


@pytest.mark.parametrize(
    "value",
    [
        "!!python/object/apply:os.mkdir ['ran']",
        "!!python/object/new:os.mkdir ['ran']",
        "!!python/name:os.mkdir",
        "!<tag:yaml.org,2002:python/object/apply:os.mkdir> [ran]",
    ],
)
def test_tags_of_yaml(value: str, mark: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ArtefactError, match="could not determine a constructor"):
        read_yaml(f"a: {value}", "config.yaml")
    folder = mark.parent / "own" / "experiment"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text(f"seed: {value}\n")
    assert main(["run", "-cd", "own", "experiment=mine"]) == 2
    run = mark.parent / "sweep" / "run"
    run.mkdir(parents=True)
    (run / "config.yaml").write_text(f"seed: {value}\n")
    (run / "UNFINISHED").write_text("{}")
    assert main(["collect", "sweep"]) == 0
    assert "1 damaged" in capsys.readouterr().out
    assert not mark.exists()


def test_code_that_comes_with_a_model(sound: Path, mark: Path) -> None:
    for own_type in (True, False):
        folder = mark.parent / f"model{own_type}"
        shutil.copytree(sound, folder)
        (folder / "evil.py").write_text(f"import os\nos.mkdir({str(mark)!r})\nclass Evil: pass\n")
        config = json.loads((folder / "config.json").read_text())
        config["auto_map"] = {"AutoConfig": "evil.Evil", "AutoModelForMaskedLM": "evil.Evil"}
        if own_type:
            config["model_type"] = "evil"
        (folder / "config.json").write_text(json.dumps(config))
        try:
            load_model({"kind": "hf", "path": str(folder)}, None, 0)
        except CausattnError as error:
            assert "code of its own" in str(error)  # noqa: PT017
        assert not mark.exists()


def test_pickled_weights(sound: Path, mark: Path) -> None:
    folder = mark.parent / "model"
    shutil.copytree(sound, folder)
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Evil(mark)))
    with pytest.raises(CausattnError, match="safetensors"):
        load_model({"kind": "hf", "path": str(folder)}, None, 0)
    assert not mark.exists()


def objects(path: Path, mark: Path) -> None:
    np.savez(path, a=np.array([Evil(mark)], dtype=object))


def pickled(path: Path, mark: Path) -> None:
    path.write_bytes(pickle.dumps(Evil(mark)))


@pytest.mark.parametrize("write", [objects, pickled])
def test_pickles_in_arrays(write: Callable[[Path, Path], None], mark: Path) -> None:
    path = mark.parent / "arrays.npz"
    write(path, mark)
    with pytest.raises(ArtefactError, match="cannot be read"):
        read_arrays(path)
    assert not mark.exists()


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json", "a.parquet", "a.csv.gz", "a.txt"])
def test_pickles_under_other_names(name: str, mark: Path) -> None:
    pickled(mark.parent / name, mark)
    with pytest.raises(CausattnError):
        load_corpus({"kind": "file", "path": str(mark.parent / name)}, 0)
    assert not mark.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"hidden_size": 64}, "does not fit the sizes of its weights"),
        ({"vocab_size": 10**13}, "does not fit the sizes of its weights"),
        ({"num_hidden_layers": 3000}, "asks for 3,000 layers, and its folder holds"),
        ({"hidden_size": "x"}, "configuration of model .* cannot be read"),
        ({"hidden_act": "evil"}, "weights of model .* cannot be read"),
    ],
)
def test_a_configuration_that_does_not_fit_its_weights(
    changes: dict[str, object], said: str, sound: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(sound, folder)
    config = json.loads((folder / "config.json").read_text()) | changes
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(CausattnError, match=said):
        load_model({"kind": "hf", "path": str(folder)}, None, 0)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json"])
def test_a_model_of_braces(name: str, sound: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(sound, folder)
    (folder / name).write_text('{"a":' * 100_000)
    with pytest.raises(CausattnError, match=name):
        load_model({"kind": "hf", "path": str(folder)}, None, 0)
