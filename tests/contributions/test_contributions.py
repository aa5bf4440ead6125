"""A measure, an explainer and a selector of one file each: inside the package, and from outside."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import causattn
from causattn.attention import MEASURES, attention_result_settings, summarise_attention
from causattn.attribution import EXPLAINERS, attribution_result_settings, summarise_attribution
from causattn.base import ConfigError, forget_plugins, load_plugins
from causattn.candidates import SELECTORS, select_candidates
from causattn.corpora import load_corpus
from causattn.features import build_features
from causattn.models import load_model

HERE = Path(__file__).parent
FILES = {  # where each would stand in the package
    "squared": "attention/measures",
    "number": "attribution/explainers",
    "mutual_best": "candidates",
}
CORPUS = {"kind": "bayesnet", "network": "asia", "documents": 600}
MODEL = {"kind": "tiny_mlm", "width": 16, "feed_forward": 16, "steps": 2}
ATTENTION = {"query": "masked", "measures": ["raw", "squared"], "shard_documents": 200}


@pytest.fixture
def plugins():
    """Load files as plugins, and take them out again."""
    yield lambda *paths: load_plugins([str(path) for path in paths])
    forget_plugins()


@pytest.fixture(scope="module")
def asia():
    corpus = load_corpus(CORPUS, 0)
    model = load_model(MODEL, corpus, 0)
    return model, corpus, build_features({"kind": "slots"}, corpus, model, 0)


def results(model, corpus, features) -> dict[str, object]:
    """What the three contributions give."""
    attention = summarise_attention(ATTENTION, model, corpus, features, 0)
    explained = summarise_attribution(
        {"kind": "number", "power": 2.0, "unit": "output", "documents": 100},
        model,
        corpus,
        features,
        0,
    )
    chosen = {"kind": "mutual_best", "aggregate": "squared", "neighbours": 2}
    edges = select_candidates(chosen, attention, features)
    return {
        "squared": attention.measures["squared"].sum.tolist(),
        "number": explained.moments.sum.tolist(),
        "allowed": edges.allowed.tolist(),
        "method": edges.method,
    }


def test_inside_and_from_files(asia, plugins, tmp_path):
    plugins(*(HERE / f"{name}.py" for name in FILES))
    outside = results(*asia)
    assert np.any(outside["allowed"])
    assert outside["method"] == "squared attention (masked), each among the other's 2 strongest"

    # The package with three more files and nothing else changed.
    for path in Path(causattn.__file__).parent.rglob("*.py"):
        linked = tmp_path / "causattn" / path.relative_to(Path(causattn.__file__).parent)
        linked.parent.mkdir(parents=True, exist_ok=True)
        linked.symlink_to(path)
    for name, folder in FILES.items():
        (tmp_path / "causattn" / folder / f"{name}.py").symlink_to(HERE / f"{name}.py")
    program = (
        "import json, runpy, sys, torch; torch.set_num_threads(1);"
        f"test = runpy.run_path({str(Path(__file__))!r});"
        "corpus = test['load_corpus'](test['CORPUS'], 0);"
        "model = test['load_model'](test['MODEL'], corpus, 0);"
        "features = test['build_features']({'kind': 'slots'}, corpus, model, 0);"
        "assert test['MEASURES'].entry('squared').native;"
        "print(json.dumps(test['results'](model, corpus, features)))"
    )
    forget_plugins()
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "OMP_NUM_THREADS": "1"}
    said = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
    )
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout.splitlines()[-1]) == json.loads(json.dumps(outside))


def test_the_measure_is_the_square_of_each_document_s_weights(asia, plugins):
    """In asia's documents each feature is one token, so that a square is that of one weight."""
    plugins(HERE / "squared.py")
    model, corpus, features = asia
    found = summarise_attention(ATTENTION, model, corpus, features, 0)
    np.testing.assert_allclose(
        found.measures["squared"].sum, found.measures["raw"].sum_of_squares, rtol=1e-5
    )


@pytest.mark.parametrize(
    "settings",
    [
        {"workers": 2},
        pytest.param({"engine": "ray", "workers": 2}, marks=pytest.mark.slow),
    ],
)
def test_a_measure_from_a_file_in_other_processes(settings, asia, plugins):
    plugins(HERE / "squared.py")
    here = summarise_attention(ATTENTION, *asia, 0)
    there = summarise_attention({**ATTENTION, **settings}, *asia, 0)
    for name, moments in here.measures.items():
        np.testing.assert_array_equal(moments.sum, there.measures[name].sum)


def test_the_file_enters_the_key(plugins, tmp_path):
    for name, (said, settings) in {
        "squared": (attention_result_settings, {"measures": ["raw", "squared"]}),
        "number": (attribution_result_settings, {"kind": "number"}),
    }.items():
        copy = tmp_path / f"{name}.py"
        copy.write_text((HERE / f"{name}.py").read_text())
        plugins(copy)
        before = said(settings)
        assert before != settings
        copy.write_text(copy.read_text() + "\n")
        assert said(settings) != before
    native = {"measures": ["raw", "mean"], "workers": 3}
    assert attention_result_settings(native) == {"measures": ["raw", "mean"]}
    assert attribution_result_settings({"kind": "lime"}) == {"kind": "lime"}


def test_what_is_there_names_its_source(plugins):
    plugins(*(HERE / f"{name}.py" for name in FILES))
    for registry, name in (
        (MEASURES, "squared"),
        (EXPLAINERS, "number"),
        (SELECTORS, "mutual_best"),
    ):
        assert registry.entry(name).source == str(HERE / f"{name}.py")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "from causattn.attention import Measure\n"
            "class M(Measure):\n    name = 'm'\nMEASURE = M\n",
            "The measure m of .* lacks visit; see causattn.attention.Measure",
        ),
        ("class M:\n    name = 'raw'\nMEASURE = M\n", "has the name of causattn's own"),
    ],
)
def test_what_does_not_meet_the_contract(text, sentence, asia, plugins, tmp_path):
    (tmp_path / "mine.py").write_text(text)
    plugins(tmp_path / "mine.py")
    name = "m" if "'m'" in text else "raw"
    with pytest.raises(ConfigError, match=sentence):
        summarise_attention({"measures": [name]}, *asia, 0)


def test_a_measure_that_adds_more_than_it_keeps(asia, plugins, tmp_path):
    text = (HERE / "squared.py").read_text().replace("per_head = True", "per_head = False")
    (tmp_path / "mine.py").write_text(text)
    plugins(tmp_path / "mine.py")
    with pytest.raises(causattn.base.ModelError, match="set per_head=True"):
        summarise_attention({"measures": ["squared"]}, *asia, 0)
