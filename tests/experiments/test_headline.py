"""The headline's experiment, in small: every kind of job runs, resumes and lands on the page."""

import importlib.util
import json
import shutil
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "experiments" / "headline"


@pytest.fixture(scope="module")
def headline():
    sys.path.insert(0, str(FOLDER))
    spec = importlib.util.spec_from_file_location("headline_run", FOLDER / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(FOLDER))


@pytest.fixture(scope="module")
def written(headline, tmp_path_factory):
    place = tmp_path_factory.mktemp("headline")
    own = ["--set", f"paths.cache={place}/cache", "attention.documents=40"]
    headline.main(["--short", "--folder", str(place), *own])
    return place


def test_every_job_leaves_its_row_and_is_not_done_again(headline, written, capsys):
    jobs = headline.headline_jobs.short()
    names = {headline.headline_jobs.name(job) for job in jobs}
    assert {path.stem for path in (written / "rows").iterdir()} == names
    assert len(names) == len(jobs)
    capsys.readouterr()
    headline.main(["--short", "--folder", str(written)])
    assert capsys.readouterr().out == ""


def test_rows_hold_every_screen_and_search(written):
    rows = [json.loads(path.read_text()) for path in (written / "rows").iterdir()]
    screens = [row["figures"] for row in rows if row["job"]["kind"] == "screen"]
    expected = {"mean", "max", "rollout", "norm", "gradient"}
    expected |= {"untrained", "permuted", "mutual_information"}
    for figures in screens:
        assert set(figures["skeleton"]) - {"flow"} == expected
        assert 0 <= figures["moral"]["mutual_information"]["auc"] <= 1
    assert sum("flow" in figures["skeleton"] for figures in screens) == 1
    searches = [row["figures"] for row in rows if row["job"]["kind"] != "screen"]
    assert len(searches) == 3
    for figures in searches:
        assert set(figures) == {
            f"{algorithm}, {screen}"
            for algorithm in ("PC", "GES")
            for screen in ("plain", "attention", "mutual information")
        }


def test_restriction_tests_less(written):
    (path,) = (written / "rows").glob("restrict_*")
    figures = json.loads(path.read_text())["figures"]
    assert figures["PC, attention"]["tests"] <= figures["PC, plain"]["tests"]


def test_jobs_have_names_of_their_own_and_begin_with_every_network(headline):
    jobs = headline.headline_jobs.all_jobs()
    names = [headline.headline_jobs.name(job) for job in jobs]
    assert len(set(names)) == len(names)
    networks = list(headline.headline_jobs.STEPS)
    assert [job["network"] for job in jobs[: len(networks)]] == networks
    assert {job["seed"] for job in jobs} == set(range(5))


def test_the_page_shows_means_over_seeds(headline, tmp_path):
    def row(seed, auc):
        figures = {"auc": auc, "average_precision": 0.5}
        screens = dict.fromkeys(headline.headline_page.SCREENS, figures)
        job = headline.headline_jobs.screen("asia", seed)
        losses = {"loss_held_out": 0.2, "loss_marginal": 0.4}
        both = {"skeleton": screens, "moral": screens}
        return {"job": job, "figures": {**both, **losses}, "versions": {"x": "1"}}

    jobs = headline.headline_jobs.all_jobs()
    headline.headline_page.write([row(0, 0.8), row(1, 0.9)], jobs, tmp_path)
    page = (tmp_path / "README.md").read_text()
    assert f"2 of {len(jobs)} jobs are in" in page
    assert "| rollout | 0.850 ±0.635 / 0.500 ±0.000 |" in page
    assert "asia (2 seeds)" in page


def test_the_stored_page_and_picture_are_what_the_rows_give(headline, tmp_path):
    stored = FOLDER.parents[1] / "results" / "headline"
    shutil.copytree(stored / "rows", tmp_path / "rows")
    headline.main(["--minutes", "0", "--only", "no job", "--folder", str(tmp_path)])
    assert (tmp_path / "README.md").read_text() == (stored / "README.md").read_text()
    assert (tmp_path / "headline.png").read_bytes()[:4] == b"\x89PNG"
