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


def test_every_contender_is_measured_at_every_size(weighing, written):
    lines = json.loads((written / "weighing.json").read_text())["lines"]
    measured = {(x["evidence"], x["rows"], x["seed"], x["contender"]) for x in lines}
    assert len(measured) == len(lines)
    assert (weighing.PRETRAINED, 600, 1, "PC, alpha .05, weighed") in measured
    assert (weighing.NO_EVIDENCE, 600, 1, "PC, alpha .05, plain") in measured
    for rows in (300, 600):
        for contender in weighing.contenders_alone([6, 8]):
            assert (weighing.NO_EVIDENCE, rows, 0, contender) in measured
        for contender in weighing.contenders_beside([6, 8]):
            assert (weighing.PRETRAINED, rows, 0, contender) in measured
            assert ((weighing.SAME, rows, 0, contender) in measured) == (rows == 300)
    page = (written / "weighing.md").read_text()
    assert "## 300 rows" in page
    assert "## 600 rows" in page


def test_the_page_holds_means_and_differences_by_seed(weighing):
    def line(evidence, contender, seed, f1, shd, model=None):
        figures = {"f1": f1, "precision": 1.0, "recall": 0.5, "shd": shd}
        return {
            "evidence": evidence,
            "rows": 50,
            "seed": seed,
            "model": model,
            "contender": contender,
            **figures,
            "tests": 10,
            "seconds": 0.5,
            "algorithm": "",
        }

    lines = [
        line("none", "GES, BIC, plain", 0, 0.5, 20),
        line("none", "GES, BIC, plain", 1, 0.7, 10),
        line("a", "evidence alone, 6 strongest pairs", 0, 0.6, 15),
        line("a", "evidence alone, 6 strongest pairs", 1, 0.4, 15),
        line("a", "evidence alone, 8 strongest pairs", 0, 0.5, 15),
        line("a", "evidence alone, 8 strongest pairs", 1, 0.5, 15),
        line("a", "GES, BIC, weighed", 0, 0.8, 9),
        line("a", "GES, BIC, weighed", 1, 0.6, 12),
    ]
    setting = {"command": "c", "seeds": [0, 1], "rows_seeds": [100, 101], "versions": {"x": "1"}}
    setting["commit"] = "abc"
    page = weighing.page(setting, lines)
    two = [
        line("b", *rest, model=model)
        for model in (0, 1)
        for rest in (
            ("evidence alone, 6 strongest pairs", 0, 0.6, 15),
            ("evidence alone, 8 strongest pairs", 0, 0.5, 15),
            ("GES, BIC, weighed", 0, 0.8 - 0.2 * model, 9 + model),
        )
    ]
    gains = "| 50 | b | GES, BIC, weighed | 0.200 [0.100, 0.300] | 0.100 [0.000, 0.200] |"
    assert f"{gains} 0.200 [0.100, 0.300] | -10.5 [-11.0, -10.0] |" in weighing.page(
        setting, lines + two
    )
    assert "| none | GES, BIC, plain | 0.600 [0.500, 0.700] |" in page
    gains = "| 50 | a | GES, BIC, weighed | 0.100 [-0.100, 0.300] | 0.200 [0.200, 0.200] |"
    assert f"{gains} 0.200 [0.100, 0.300] | -4.5 [-11.0, 2.0] |" in page


def test_rows_are_the_documents_of_the_fair_study_and_no_documents_of_the_pretrained(weighing):
    from weighing_measure import sampled

    from causattn.corpora import load_corpus

    frame, _ = sampled("asia", 300, 0)
    more, _ = sampled("asia", 600, 0)
    assert more.iloc[:300].equals(frame)
    pretrained = load_corpus({"kind": "bayesnet", "network": "asia", "documents": 300}, 0)
    assert (pretrained.values != frame.to_numpy()).any()
    fair = load_corpus({"kind": "bayesnet", "network": "asia", "documents": 300}, 100)
    assert (fair.values == frame.to_numpy()).all()
