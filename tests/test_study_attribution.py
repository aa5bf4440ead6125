"""Studies in which another explainer than attention proposes the candidates, in small."""

import json

import numpy as np
import pytest

import causattn
from causattn.base import ConfigError
from causattn.cli import compose_config, plain
from causattn.results import SCREEN
from causattn.study import check_settings

SMALL = (
    "experiment=quick",
    "corpus.documents=900",
    "model.steps=30",
    "effects=none",
)
ATTENTION = "attention.documents=60"
DOCUMENTS = "attribution.documents=40"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("attributions")


@pytest.fixture(scope="module")
def run(place):
    def call(*overrides: str, name: str = "runs"):
        return causattn.run(
            *SMALL, *overrides, f"paths.runs={place}/{name}", f"paths.cache={place}/cache", seed=1
        )

    return call


@pytest.fixture(scope="module")
def study(run):
    return run("attribution=occlusion", ATTENTION, DOCUMENTS)


def test_the_summary_says_who_proposed(study):
    summary = json.loads((study.folder / "summary.json").read_text())
    told = summary["attribution"]
    assert told["method"] == "occlusion"
    assert told["documents"] == 40
    assert told["query"] == "masked"
    assert summary["attention"]["documents"] == 60
    assert summary["candidates"]["screen"] == "occlusion"
    assert summary["candidates"]["method"].startswith("mean absolute occlusion (masked)")
    assert set(summary["candidates"]["screens"]) == {
        "cmi",
        "lasso",
        "max_p",
        "mutual_information",
        "trees",
        "attention",
        "untrained",
    }


def test_attention_proposes_what_it_did_and_stands_beside(run, study):
    alone = run(ATTENTION, name="alone")
    assert alone.summary["attribution"] == {}
    assert alone.summary["candidates"]["screen"] == "attention"
    ours, theirs = (each.candidates.set_index(["source", "target"]) for each in (study, alone))
    assert np.allclose(ours[f"{SCREEN}attention"], theirs["strength"])
    assert not np.allclose(ours["strength"], theirs["strength"])
    # Controls are those of what proposes.
    assert not np.allclose(ours[f"{SCREEN}untrained"], theirs[f"{SCREEN}untrained"])


def test_attention_is_summed_over_as_many_documents_as_any_explainer(run):
    found = run("attribution=attention", DOCUMENTS, name="as_many")
    assert found.summary["attention"]["documents"] == 40
    asked = run("attribution=attention", "attention.documents=40", name="as_asked")
    assert "attention" in asked.summary["reused"]


def test_the_evidence_names_the_explainer(run, study):
    rows = study.evidence
    assert not [name for name in rows.columns if name.startswith("attention_")]
    assert set(rows["candidate_screen"]) == {"occlusion"}
    merged = rows.merge(study.candidates, on=["source", "target"])
    assert np.allclose(merged["candidate_score"], merged["score"])
    alone = run(ATTENTION, name="alone_again")
    assert set(alone.evidence["candidate_screen"]) == {"attention"}


def test_the_page_names_the_explainer(study):
    page = (study.folder / "report.html").read_text(encoding="utf-8")
    assert "from occlusion of a language model" in page
    assert '"screen": "occlusion"' in page.replace('"screen":"', '"screen": "')
    assert "Candidates by occlusion" in page
    assert "<h2>Occlusion</h2>" in page  # its picture, beside the section on attention
    assert "<h2>Attention</h2>" in page
    assert (study.folder / "attention" / "corpus.npz").is_file()


def test_the_attribution_is_kept(run, study):
    again = run("attribution=occlusion", ATTENTION, DOCUMENTS, name="again")
    assert {"attribution", "attribution (untrained)"} <= set(again.summary["reused"])
    other = run("attribution=gradient_input", ATTENTION, DOCUMENTS, name="other")
    assert "attribution" not in other.summary["reused"]
    assert "attention" in other.summary["reused"]


def test_without_attention(run):
    found = run("attribution=saliency", DOCUMENTS, "attention=none", name="bare")
    assert found.summary["attention"] == {}
    assert set(found.summary["candidates"]["screens"]) == {
        "cmi",
        "lasso",
        "max_p",
        "mutual_information",
        "trees",
        "untrained",
    }
    assert (found.folder / "report.html").is_file()


def test_against_a_null_of_the_explainer(run):
    found = run(
        "attribution=gradient_input",
        ATTENTION,
        DOCUMENTS,
        "candidates=against_null",
        "candidates.draws=1",
        "candidates.false_discovery_rate=0.5",
        "controls=[]",
        name="null",
    )
    assert np.isfinite(found.candidates["p_value"]).all()
    assert set(found.summary["candidates"]["bias"]) == {"gradient_input", "null"}


NULLS = {
    "trained_on_permuted": (1, 0.5, "a model trained on documents with a share of 0.5"),
    "permuted": (2, 1, "the same model over permuted documents"),
    "untrained": (2, 1, "2 models without training"),
}


@pytest.mark.parametrize("against", NULLS)
def test_attention_against_a_null(against, run):
    draws, share, words = NULLS[against]
    found = run(
        "attribution=attention",
        ATTENTION,
        "candidates=against_null",
        f"candidates.against={against}",
        f"candidates.share={share}",
        f"candidates.draws={draws}",
        "candidates.false_discovery_rate=0.5",
        "controls=[]",
        name=f"against_{against}",
    )
    chance = found.candidates["p_value"]
    assert len(chance) == 8 * 7  # all ordered pairs of asia's variables
    assert ((chance > 0) & (chance <= 1)).all()
    assert chance.nunique() > 1
    told = found.summary["candidates"]
    assert told["screen"] == "attention"
    assert told["method"].startswith("mean")
    assert f"more than {words}" in told["method"]
    assert set(told["bias"]) == {"attention", "null"}


SENTENCES = {
    "candidates": (["attribution=lime", "candidates=none", "controls=[]"], "candidates=top_k"),
    "model": (
        ["attribution=lime", "model=none", "attention=none", "controls=[]"],
        "explains a model",
    ),
    "aggregate": (["attribution=lime", "candidates.aggregate=rollout"], "gives one score"),
    "layers": (["attribution=lime", "candidates.layers=[0]"], "gives one score"),
    "documents": (["attribution.documents=0"], "attribution.documents=0"),
    "documents of nothing": (
        ["attribution.documents=5", "attention=none", "candidates=none", "controls=[]"],
        "reads no documents",
    ),
    "measure": (["+attribution.measure=flow"], "group attention"),
    "samples": (["attribution=lime", "attribution.samples=0"], "above 0"),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_what_does_not_go_together_is_a_sentence(name):
    overrides, words = SENTENCES[name]
    with pytest.raises(ConfigError, match=words):
        check_settings(plain(compose_config(overrides)))


def test_every_option_is_a_study():
    from causattn.cli import config_folder

    for path in (config_folder() / "attribution").glob("*.yaml"):
        check_settings(plain(compose_config([f"attribution={path.stem}"])))


def test_a_configuration_without_the_group_is_attentions():
    config = plain(compose_config([]))
    del config["attribution"]
    check_settings(config)
