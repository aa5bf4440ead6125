"""The experiment on weighing, in small: it runs by the study's own path and its figures add up."""

import importlib.util
import json
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "experiments" / "weighing" / "run.py"


@pytest.fixture(scope="module")
def weighing():
    spec = importlib.util.spec_from_file_location("weighing_run", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def written(weighing, tmp_path_factory):
    place = tmp_path_factory.mktemp("weighing")
    weighing.main(
        [
            "--quick",
            "--folder",
            str(place),
            f"paths.runs={place}/runs",
            f"paths.cache={place}/cache",
            "attention.documents=200",
        ]
    )
    return place


def test_every_contender_is_measured_at_every_size_and_seed(weighing, written):
    lines = json.loads((written / "weighing.json").read_text())["lines"]
    measured = {(x["evidence"], x["rows"], x["seed"], x["contender"]) for x in lines}
    assert len(measured) == len(lines)
    for seed in (0, 1):
        for rows in (300, 600):
            for contender in weighing.contenders_alone([6, 8]):
                assert (weighing.NO_EVIDENCE, rows, seed, contender) in measured
            for contender in weighing.contenders_beside([6, 8]):
                assert (weighing.PRETRAINED, rows, seed, contender) in measured
                assert ((weighing.SAME, rows, seed, contender) in measured) == (rows == 300)


def test_the_page_holds_the_mean_of_the_lines(weighing, written):
    stored = json.loads((written / "weighing.json").read_text())
    page = (written / "weighing.md").read_text()
    chosen = [
        x["shd"]
        for x in stored["lines"]
        if x["evidence"] == weighing.NO_EVIDENCE
        and x["rows"] == 300
        and x["contender"] == "PC, alpha .01, plain"
    ]
    expected = f"{sum(chosen) / 2:.1f} [{min(chosen):.1f}, {max(chosen):.1f}]"
    (row,) = [
        line
        for line in page.splitlines()
        if line.startswith("| none | PC, alpha .01, plain |")
        and page.index(line) < page.index("## 600 rows")
    ]
    assert expected in row


def test_rows_are_the_documents_of_the_fair_study_and_no_documents_of_the_pretrained(weighing):
    from causattn.corpora import load_corpus

    frame, _ = weighing.sampled("asia", 300, 0)
    more, _ = weighing.sampled("asia", 600, 0)
    assert more.iloc[:300].equals(frame)
    pretrained = load_corpus({"kind": "bayesnet", "network": "asia", "documents": 300}, 0)
    assert (pretrained.values != frame.to_numpy()).any()
    fair = load_corpus({"kind": "bayesnet", "network": "asia", "documents": 300}, 100)
    assert (fair.values == frame.to_numpy()).all()
