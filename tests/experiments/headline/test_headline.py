"""The headline's experiment, in small: every kind of job lands on the page."""

import pytest

from causattn.reproduction import find_experiment
from experiments.headline.measure import standard
from experiments.headline.page import page as written


@pytest.fixture(scope="module")
def small(in_small):
    return in_small("headline", "seeds=1")


def test_rows_hold_every_screen_and_search(small):
    rows, _ = small
    screens = [row for row in rows if row["kind"] == "screen"]
    expected = {"mean", "max", "rollout", "norm", "gradient"}
    expected |= {"untrained", "permuted", "mutual_information"}
    for job in {row["job"] for row in screens}:
        own = [row for row in screens if row["job"] == job]
        with_flow = {"flow"} if own[0]["flow_documents"] else set()
        for target in ("skeleton", "moral"):
            there = {row["screen"] for row in own if row["target"] == target}
            assert there == expected | with_flow
        assert all(0 <= row["auc"] <= 1 for row in own)
    assert any(row["screen"] == "flow" for row in screens)
    for kind in ("restrict", "weigh", "weigh fairly"):
        there = {(row["algorithm"], row["screen"]) for row in rows if row["kind"] == kind}
        names = ("plain", "attention", "mutual information", "lasso", "cmi")
        assert there == {(algorithm, name) for algorithm in ("PC", "GES") for name in names}


def test_restriction_tests_less(small):
    rows, _ = small
    tests = {
        row["screen"]: row["tests"]
        for row in rows
        if row["kind"] == "restrict" and row["algorithm"] == "PC"
    }
    assert tests["attention"] <= tests["plain"]


def test_every_part_is_on_the_page(small):
    for title in (
        "Ranking the true adjacencies",
        "Single words and sentences",
        "Documents",
        "Restriction to the strongest pairs (2.5 for each variable)",
        "Weighing by attention, fair",
    ):
        assert f"\n## {title}\n" in small[1]


def test_jobs_begin_with_every_network():
    experiment = find_experiment("headline")
    settings = experiment.settings()
    jobs = [job.given for job in experiment.jobs(settings)]
    assert len(jobs) == 355
    networks = list(settings.steps)
    assert [job.network for job in jobs[: len(networks)]] == networks
    assert {job.seed for job in jobs} == set(range(5))


def test_means_over_seeds_and_what_was_left_out(tmp_path):
    """By hand: two seeds' AUC .7 and .9 have Student's half-width 12.706 * .1."""
    experiment = find_experiment("headline")
    settings = experiment.settings(given={"varied": ["asia"]})

    def row(kind, seed, **figures):
        about = {"kind": kind, "rows": 0, **standard(settings, "asia", seed)}
        return {
            **about,
            "average_precision": 0.5,
            "loss_held_out": 2,
            "loss_marginal": 3,
            **figures,
        }

    rows = [
        row("screen", seed, target=target, screen=screen, auc=auc)
        for seed, auc in enumerate((0.7, 0.9))
        for target in ("skeleton", "moral")
        for screen in ("mean", "mutual_information", "rollout", "untrained")
    ]
    search = {"algorithm": "PC", "screen": "plain", "tests": 4, "seconds": 0.1, "f1": 1.0, "shd": 2}
    rows += [row("restrict", 0, **{**search, "rows": 300})]
    rows += [row("weigh", 1, rows=200, left_out="tub the same in all rows")]

    class Around:
        folder = tmp_path

    Around.settings = settings
    found = written(rows, Around)
    table = found.tables["Ranking the true adjacencies"].set_index("screen")
    assert table.loc["attention, mean", "asia (2 seeds)"] == "0.800 ±1.271 / 0.500 ±0.000"
    assert table.loc["flow", "asia (2 seeds)"] == "-"
    (line,) = found.tables["Restriction to the strongest pairs (2.5 for each variable)"].to_dict(
        "records"
    )
    assert (line["rows"], line["F1"], line["SHD"], line["seeds"]) == (300, "1.000", "2.0", "1 seed")
    assert found.remarks[1] == (
        "Not measured: weigh, asia, 200 rows, seed 1: tub the same in all rows."
    )
