"""A corpus, features, a model and a metric of one file each: inside the package and outside."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import causattn
from causattn.base import ConfigError, forget_plugins, load_plugins
from causattn.corpora import corpus_checksum, load_corpus, permute_corpus
from causattn.features import build_features, feature_result_settings, transfer_features
from causattn.models import known_task, load_model, model_result_settings

HERE = Path(__file__).parent
FILES = {  # where each would stand in the package
    "coins": "corpora",
    "endings": "features",
    "wide_bert": "models",
    "reversed_edges": "graphs",
}
RUN = [
    "corpus=coins",
    "corpus.documents=300",
    "model=wide_bert",
    "features=endings",
    "attention.documents=50",
    "effects=none",
    "report=false",
    "features.endings=[ls,es]",
    "candidates=all",
    "controls=[permuted]",
]


@pytest.fixture
def plugins():
    """Load files as plugins, and take them out again."""
    yield lambda *paths: load_plugins([str(path) for path in paths])
    forget_plugins()


def run(folder: Path, *more: str, path: str | None = None) -> dict[str, object]:
    """Do a study in a process of its own and return its summary."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "CAUSATTN_CACHE": str(folder / "cache")}
    environment["PYTHONPATH"] = path or str(Path(causattn.__file__).parents[1])
    program = "import sys; from causattn.cli import main; sys.exit(main())"
    said = subprocess.run(
        [sys.executable, "-c", program, "run", *RUN, *more, f"hydra.run.dir={folder}/run"],
        capture_output=True,
        text=True,
        env=environment,
        cwd=folder,
    )
    assert said.returncode == 0, said.stderr + said.stdout
    return json.loads((folder / "run" / "summary.json").read_text())


def test_a_run_inside_and_from_files(tmp_path, plugins):
    (tmp_path / "outside").mkdir()
    files = [str(HERE / f"{name}.py") for name in FILES]
    outside = run(tmp_path / "outside", *(word for file in files for word in ("--plugins", file)))
    assert outside["corpus"]["name"] == "coins"
    assert outside["model"]["kind"] == "wide_bert"

    # The package with four more files and nothing else changed.
    root = Path(causattn.__file__).parent
    for path in root.rglob("*"):
        linked = tmp_path / "causattn" / path.relative_to(root)
        if path.is_file() and "__pycache__" not in path.parts:
            linked.parent.mkdir(parents=True, exist_ok=True)
            linked.symlink_to(path)
    (tmp_path / "conf").symlink_to(root.parent / "conf")
    (tmp_path / "hydra_plugins").symlink_to(root.parent / "hydra_plugins")
    for name, folder in FILES.items():
        (tmp_path / "causattn" / folder / f"{name}.py").symlink_to(HERE / f"{name}.py")
    program = f"""
import json
from causattn.corpora import CORPORA, load_corpus
from causattn.features import FEATURE_BUILDERS, build_features
from causattn.graphs import METRICS, CausalGraph, compare_graphs
from causattn.models import MODELS
registries = (CORPORA, FEATURE_BUILDERS, MODELS, METRICS)
native = [registry.entry(name).native for registry, name in zip(registries, {list(FILES)!r})]
corpus = load_corpus({{"kind": "coins", "documents": 300}}, 0)
table = build_features({{"kind": "endings", "endings": ["ls", "es"]}}, corpus)
model = MODELS["wide_bert"].name
one = CausalGraph.from_adjacency([[0, 1], [0, 0]], "ab", direction="from row to column")
metric = compare_graphs(one, one)["reversed_edges"]
print(json.dumps([native, corpus.name, model, metric, table.values.sum(axis=0).tolist()]))
"""
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    said = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    native, name, model, metric, sums = json.loads(said.stdout)
    assert native == [True] * len(FILES)
    assert (name, model, metric) == ("coins", "wide_bert", 0)
    plugins(*(HERE / f"{each}.py" for each in FILES))
    corpus = load_corpus({"kind": "coins", "documents": 300}, 0)
    table = build_features({"kind": "endings", "endings": ["ls", "es"]}, corpus)
    assert sums == table.values.sum(axis=0).tolist()


def test_the_same_features_in_a_permuted_corpus(plugins):
    plugins(*(HERE / f"{name}.py" for name in FILES))
    corpus = load_corpus({"kind": "coins"}, 0)
    table = build_features({"kind": "endings", "endings": ["ls", "es"]}, corpus)
    np.testing.assert_array_equal(table.values[:, 1], corpus.values[:, 2])
    permuted = permute_corpus(corpus, np.random.default_rng(0))
    again = transfer_features(table, permuted)
    assert again.names == table.names
    np.testing.assert_array_equal(again.values[:, 1], permuted.values[:, 2])


def test_a_model_says_its_task_and_what_changes_no_bit(plugins):
    plugins(HERE / "coins.py", HERE / "wide_bert.py")
    settings = {"kind": "wide_bert", "width": 16, "note": "a"}
    assert known_task(settings) == "masked"
    assert "note" not in model_result_settings(settings)
    model = load_model(settings, load_corpus({"kind": "coins"}, 0), 0)
    assert model.about["width"] == 16


def test_the_file_enters_the_key(plugins, tmp_path):
    for name, (said, settings) in {
        "coins": (corpus_checksum, {"kind": "coins"}),
        "endings": (feature_result_settings, {"kind": "endings", "endings": ["s"]}),
        "wide_bert": (model_result_settings, {"kind": "wide_bert"}),
    }.items():
        copy = tmp_path / f"{name}.py"
        copy.write_text((HERE / f"{name}.py").read_text())
        plugins(copy)
        before = said(settings)
        copy.write_text(copy.read_text() + "\n")
        assert said(settings) != before
    assert corpus_checksum({"kind": "bayesnet", "network": "asia"}) is None
    assert model_result_settings({"kind": "tiny_mlm"}) == {"kind": "tiny_mlm"}
    assert feature_result_settings({"kind": "slots"}) == {"kind": "slots"}


def test_a_source_that_lacks_something_is_refused(plugins, tmp_path):
    text = (HERE / "coins.py").read_text().replace("    def load(", "    def read(")
    (tmp_path / "mine.py").write_text(text)
    with pytest.raises(ConfigError, match=r"mine.py cannot be imported .*abstract .*load"):
        plugins(tmp_path / "mine.py")
