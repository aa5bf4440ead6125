"""What a comparison makes of jobs and values that are missing, alike or there twice, and says."""

from pathlib import Path

import numpy as np
import pandas as pd

from causattn.results import OVERALL, Ranking, compare_runs
from tests.results import comparing
from tests.results.comparing import PLACE, shd


def test_who_timed_out_ranks_last_and_has_no_overall_mean(tmp_path: Path) -> None:
    def late(kind: str, network: str, size: int, seed: int) -> dict:
        if kind == "ges" and network == "alarm":
            return {"reason": "ges was ended after 60 s (timeout_s); give it more time."}
        return shd(kind, network, size, seed)

    comparison = compare_runs(comparing.table(tmp_path / "runs.parquet", late))
    found = comparison.metrics["graph.shd"]
    assert isinstance(found.ranking, Ranking)
    assert found.ranking.mean_ranks.tolist() == [1.5, 2.0, 2.5]
    assert any("2 cells" in note and "ranked last" in note for note in found.notes)
    overall = found.means[found.means["data_set"] == OVERALL]
    assert list(overall["contestant"]) == ["pc", "empty"]
    assert "ges" not in set(found.front["contestant"])
    pairs = found.differences.set_index(["first", "second"])
    assert pairs.loc[("pc", "ges"), "left_out"] == "alarm, n = 500; alarm, n = 2000"
    assert pairs.loc[("pc", "empty"), "left_out"] == ""
    assert any(
        "ges has no overall mean of SHD: incomplete on alarm, n = 500, alarm, n = 2000" in note
        for note in found.notes
    )
    assert comparison.contestants["timed out"].tolist() == [0, 6, 0]
    (failure,) = comparison.failures.to_dict("records")
    assert (failure["outcome"], failure["jobs"]) == ("timed out", 6)
    late_runs = comparison.runtimes[comparison.runtimes["timed_out"] > 0]
    assert late_runs["limit"].tolist() == [60.0, 60.0]
    assert late_runs["seconds"].isna().all()


def test_a_draw_that_nobody_could_use_is_left_out_and_named(tmp_path: Path) -> None:
    def constant(kind: str, network: str, size: int, seed: int) -> dict:
        if network == "asia" and size == 500 and seed == 1:
            return {"reason": "Feature tub has the same value in every document."}
        return shd(kind, network, size, seed)

    comparison = compare_runs(comparing.table(tmp_path / "runs.parquet", constant))
    found = comparison.metrics["graph.shd"]
    assert isinstance(found.ranking, Ranking)
    assert found.ranking.mean_ranks.tolist() == [2.0, 1.0, 3.0]
    assert any("asia, n = 500, seed 1" in note and "tub" in note for note in comparison.notes)
    means = found.means.set_index(["contestant", "data_set"])
    assert means.loc[("ges", "asia, n = 500"), ["seeds", "of"]].tolist() == [2, 2]
    assert ("ges", OVERALL) in means.index


def test_one_seed_one_data_set_and_two_contestants_are_sentences(tmp_path: Path) -> None:
    path = comparing.table(
        tmp_path / "runs.parquet", shd, ("pc", "ges"), networks=("asia",), sizes=(500,), seeds=(0,)
    )
    comparison = compare_runs(path)
    found = comparison.metrics["graph.shd"]
    assert isinstance(found.ranking, str)
    assert "one seed a data set" in comparison.notes[0]
    assert found.means["low"].isna().all()
    assert any("cannot give a p below 1" in note for note in found.notes)
    assert any("no baseline" in note for note in comparison.notes)
    assert comparison.about["within"] == []


def test_all_ties_are_said(tmp_path: Path) -> None:
    path = comparing.table(tmp_path / "runs.parquet", lambda *_: {"graph.shd": 3.0})
    found = compare_runs(path, metrics=["shd"]).metrics["graph.shd"]
    assert found.ranking == "all contestants tie on all data sets"
    assert "all contestants tie by SHD" in found.notes
    assert (found.differences["p"] == 1).all()


def test_a_metric_that_is_the_same_for_all_is_left_out(tmp_path: Path) -> None:
    def both(*choice) -> dict:
        return {**shd(*choice), "graph.adjacency_f1": 0.5}

    comparison = compare_runs(comparing.table(tmp_path / "runs.parquet", both))
    assert list(comparison.metrics) == ["graph.shd"]
    assert "adjacency F1 is the same for all contestants and is left out" in comparison.notes


def test_a_metric_that_one_does_not_have(tmp_path: Path) -> None:
    def partly(kind: str, *rest) -> dict:
        return {"graph.shd": np.nan} if kind == "empty" else shd(kind, *rest)

    kinds = ("pc", "ges", "boss", "empty")
    found = compare_runs(comparing.table(tmp_path / "runs.parquet", partly, kinds))
    notes = found.metrics["graph.shd"].notes
    assert "without any SHD and so not ranked by it: empty" in notes
    ranking = found.metrics["graph.shd"].ranking
    assert isinstance(ranking, Ranking)
    assert "empty" not in ranking.contestants


def test_missing_jobs_are_counted(tmp_path: Path) -> None:
    path = comparing.table(tmp_path / "runs.parquet", shd)
    frame = pd.read_parquet(path)
    frame[frame["folder"] != "pc-asia-500-0"].to_parquet(path)
    comparison = compare_runs(path)
    assert "draws without a job: pc (1)" in comparison.notes
    notes = comparison.metrics["graph.shd"].notes
    assert any("no ranks by SHD on asia, n = 500" in note for note in notes)
    ranking = comparison.metrics["graph.shd"].ranking
    assert isinstance(ranking, Ranking)
    assert ranking.left_out == ("asia, n = 500",)
    assert ranking.blocks == ("asia", "alarm")


def test_an_empty_graph_is_not_the_most_precise(tmp_path: Path) -> None:
    def precision(kind: str, *rest) -> dict:
        value = {"pc": 0.5, "ges": 0.75, "boss": 0.9, "empty": np.nan}[kind]
        # One graph of boss is empty as well, and the whole cell is last.
        value = np.nan if (kind, *rest) == ("boss", "asia", 500, 0) else value
        return {"graph.adjacency_precision": value}

    path = comparing.table(tmp_path / "runs.parquet", precision, ("pc", "ges", "boss"))
    found = compare_runs(path, metrics=["adjacency_precision"]).metrics
    (found,) = found.values()
    assert isinstance(found.ranking, Ranking)
    ranks = dict(zip(found.ranking.contestants, found.ranking.mean_ranks, strict=True))
    # asia: 3 and 1 for boss, 1 and 2 for ges, 2 and 3 for pc; alarm: 1, 2, 3.
    assert ranks == {"pc": 3.0, "ges": 1.5, "boss": 1.5}
    assert "1 cell with an undefined adjacency precision is ranked last by adjacency precision" in (
        found.notes
    )
    everyone = comparing.table(tmp_path / "all.parquet", precision, ("pc", "ges", "empty"))
    (found,) = compare_runs(everyone, metrics=["adjacency_precision"]).metrics.values()
    assert "without any adjacency precision and so not ranked by it: empty" in found.notes


def test_a_truth_that_leaves_f1_undefined_ranks_nobody_and_is_named(tmp_path: Path) -> None:
    def f1(kind: str, network: str, size: int, seed: int) -> dict:
        if network == "asia" and size == 500:  # a truth without arrowheads
            return {"graph.arrowhead_f1": 0.0 if kind == "pc" else np.nan}
        return {"graph.arrowhead_f1": PLACE[kind] / 9 + seed / 99}

    path = comparing.table(tmp_path / "runs.parquet", f1)
    (found,) = compare_runs(path, metrics=["arrowhead_f1"]).metrics.values()
    assert isinstance(found.ranking, Ranking)
    assert found.ranking.left_out == ("asia, n = 500",)
    assert any("no ranks by arrowhead F1 on asia, n = 500" in note for note in found.notes)

    def nobody(kind: str, network: str, size: int, seed: int) -> dict:
        empty = network == "asia" and seed == 1
        return {"graph.arrowhead_f1": np.nan if empty else PLACE[kind] / 9}

    path = comparing.table(tmp_path / "runs.parquet", nobody)
    (found,) = compare_runs(path, metrics=["arrowhead_f1"]).metrics.values()
    assert isinstance(found.ranking, Ranking)
    assert found.ranking.left_out == ()
    for size in (500, 2000):
        assert (
            f"arrowhead F1 is defined for no contestant on asia, n = {size} (seed 1): left out"
        ) in found.notes


def test_the_same_job_twice_counts_once(tmp_path: Path) -> None:
    path = comparing.table(tmp_path / "runs.parquet", shd)
    frame = pd.read_parquet(path)
    failed = frame.assign(status="failed", reason="no", folder=frame["folder"] + "again")
    pd.concat([failed, frame]).to_parquet(path)
    comparison = compare_runs(path)
    assert len(comparison.jobs) == len(frame)
    assert (comparison.jobs["status"] == "finished").all()
    assert any("36 jobs had the same choices" in note for note in comparison.notes)


def test_seconds_of_older_runs_are_found(tmp_path: Path) -> None:
    path = comparing.table(tmp_path / "runs.parquet", shd)
    older = pd.read_parquet(path).rename(columns={"search.seconds": "graph.details.seconds"})
    older.to_parquet(path)
    assert (compare_runs(path).runtimes["seconds"] == 0.1).all()


def test_a_group_that_older_runs_lack_is_no_difference(tmp_path):
    """And how a page shows a run is none at all."""

    def result(kind, network, size, seed):
        told = {"graph.shd": float(seed)}
        newer = {"config.attribution.kind": "attention", "config.page.documents": 3.0}
        return told | (newer if kind == "pc" else {})

    path = comparing.table(tmp_path / "runs.parquet", result)
    found = compare_runs(path)
    assert list(found.contestants["contestant"]) == ["pc", "ges", "empty"]
    assert any("24 jobs of an older version had no attribution to choose" in n for n in found.notes)

    def several(kind, network, size, seed):
        kinds = {"pc": "attention", "ges": "occlusion"}
        newer = {"config.attribution.kind": kinds[kind]} if kind in kinds else {}
        return {"graph.shd": float(seed)} | newer

    path = comparing.table(tmp_path / "several.parquet", several)
    assert not any("older" in note for note in compare_runs(path).notes)

    def busy(kind, network, size, seed):
        newer = {"config.attribution.kind": "occlusion", "config.attribution.unit": "share"}
        return {"graph.shd": float(seed)} | (newer if kind == "pc" else {})

    path = comparing.table(tmp_path / "busy.parquet", busy)
    assert not any("older" in note for note in compare_runs(path).notes)
