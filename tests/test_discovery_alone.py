"""A study without model and attention: discovery on the data alone."""

import pandas as pd
import pytest

import causattn
from causattn.base import ConfigError

ALONE = ("experiment=discovery", "corpus.documents=200")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    place = tmp_path_factory.mktemp("alone")
    return causattn.run(*ALONE, f"paths.runs={place}/runs", f"paths.cache={place}/cache")


def test_no_model_and_no_attention_is_made(run):
    assert not {"model", "attention"} & {
        path.name for path in (run.folder.parents[1] / "cache").iterdir()
    }
    assert run.summary["model"] == run.summary["attention"] == {}
    assert run.summary["graph"]["details"]["candidates"] == "none were given"
    assert {"attention_s", "controls_s", "candidates_s"}.isdisjoint(run.summary["timing"])


def test_nothing_stands_in_for_attention(run):
    screens = [
        f"screen.{name}" for name in ("mutual_information", "cmi", "lasso", "max_p", "trees")
    ]
    assert list(run.candidates.columns) == ["source", "target", *screens]
    assert len(run.candidates) == 8 * 7
    assert "candidate_score" not in run.evidence or run.evidence["candidate_score"].isna().all()
    assert "auc" not in run.summary["candidates"]
    assert run.summary["candidates"]["screens"]["mutual_information"]["auc"] > 0.5


def test_a_screen_of_the_values_proposes_without_a_model(tmp_path):
    places = (f"paths.runs={tmp_path}/runs", f"paths.cache={tmp_path}/cache")
    rest = [each for each in ALONE if not each.startswith("candidates=")]
    found = causattn.run(*rest, "candidates=cmi", "candidates.pairs=9", *places)
    assert found.summary["candidates"]["method"] == "cmi, top 9 pairs"
    assert found.summary["candidates"]["screen"] == "cmi"
    assert set(found.summary["candidates"]["screens"]) == {
        "mutual_information",
        "lasso",
        "max_p",
        "trees",
    }
    assert found.graph.edge_count <= 9
    assert (found.folder / "report.html").is_file()


def test_the_report_shows_what_there_is(run):
    assert set(run.figures) == {"graph", "candidates"}
    page = (run.folder / "report.html").read_text()
    assert "candidate pairs" not in page
    assert "SHD to the truth" in page


def test_it_equals_discovery_on_the_same_rows(run):
    from causattn.corpora import load_corpus
    from causattn.discovery import pc

    corpus = load_corpus(run.config["corpus"], run.config["seed"])
    data = pd.DataFrame(corpus.values, columns=list(corpus.variables)).astype(int)
    assert pc(data, test="g_square", alpha=0.01).marks.tolist() == run.graph.marks.tolist()


def test_a_report_is_left_out_on_request(tmp_path):
    run = causattn.run(
        *ALONE, "report=false", f"paths.runs={tmp_path}/runs", f"paths.cache={tmp_path}/cache"
    )
    assert run.figures == {}
    assert not (run.folder / "report.html").exists()


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (["model=none"], "model=none has no attention to read"),
        (["candidates=none"], "belong together"),
        (["attention=none"], "belong together"),
        (["attention=none", "candidates=none"], "set controls="),
        (["experiment=discovery", "+model.steps=3"], "model.steps has no meaning with model=none"),
    ],
)
def test_what_is_left_out_is_not_asked_for(tmp_path, overrides, sentence):
    with pytest.raises(ConfigError, match=sentence):
        causattn.run(*overrides, f"paths.runs={tmp_path}", f"paths.cache={tmp_path}/cache")
    assert not list(tmp_path.iterdir())


def test_a_baseline_made_of_candidates_says_that_there_are_none(tmp_path):
    from causattn.base import CapabilityError

    with pytest.raises(CapabilityError, match="none were given"):
        causattn.run(
            *ALONE,
            "discovery=attention_threshold",
            f"paths.runs={tmp_path}/runs",
            f"paths.cache={tmp_path}/cache",
        )
