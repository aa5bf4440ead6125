import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import causattn
from causattn.base import ArtefactError, ConfigError, DataError, forget_plugins, load_plugins
from causattn.results import OVERALL, Ranking, collect_runs, compare_runs

_spec = importlib.util.spec_from_file_location("comparing", Path(__file__).parent / "comparing.py")
assert _spec is not None
assert _spec.loader is not None
comparing = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(comparing)

PLACE = {"pc": 1, "ges": 0, "empty": 5}


def shd(kind: str, network: str, size: int, seed: int) -> dict:
    base = PLACE[kind] + (10 if network == "alarm" else 0) + (2 if size == 500 else 0)
    return {"graph.shd": float(base + seed)}


@pytest.fixture
def comparison(tmp_path: Path):
    return compare_runs(comparing.table(tmp_path / "runs.parquet", shd))


def test_what_is_compared_and_what_it_is_paired_by_is_found(comparison) -> None:
    assert comparison.about["by"] == ["discovery"]
    assert comparison.about["within"] == ["corpus.network", "corpus.documents"]
    assert list(comparison.contestants["contestant"]) == ["pc", "ges", "empty"]
    assert comparison.contestants["baseline"].tolist() == [False, False, True]
    assert list(comparison.data_sets["data_set"]) == [
        "asia, n = 500",
        "asia, n = 2000",
        "alarm, n = 500",
        "alarm, n = 2000",
    ]
    assert comparison.about["seeds"] == ["0", "1", "2"]
    assert list(comparison.metrics) == ["graph.shd"]


def test_means_are_over_seeds_and_then_over_data_sets(comparison) -> None:
    means = comparison.metrics["graph.shd"].means.set_index(["contestant", "data_set"])
    assert means.loc[("ges", "asia, n = 2000"), "mean"] == 1.0
    assert means.loc[("pc", "alarm, n = 500"), "mean"] == 14.0
    assert means.loc[("ges", OVERALL), "mean"] == pytest.approx((1 + 3 + 11 + 13) / 4)
    row = means.loc[("pc", OVERALL)]
    assert row["low"] < row["mean"] < row["high"]


def test_pairing_takes_the_data_sets_and_seeds_away(comparison) -> None:
    pairs = comparison.metrics["graph.shd"].differences.set_index(["first", "second"])
    row = pairs.loc[("pc", "ges")]
    assert (row["difference"], row["low"], row["high"]) == pytest.approx((1.0, 1.0, 1.0))
    assert (row["better"], row["ties"], row["worse"], row["draws"]) == (0, 0, 12, 12)
    # Two networks of three seeds: the two sizes of each are one difference.
    assert row["flips"] == 6
    assert row["p"] == pytest.approx(2 / 2**6)
    assert row["p_holm"] == pytest.approx(6 / 2**6)


def test_ranks_and_front(comparison) -> None:
    found = comparison.metrics["graph.shd"]
    assert isinstance(found.ranking, Ranking)
    assert found.ranking.mean_ranks.tolist() == [2.0, 1.0, 3.0]
    assert found.ranking.blocks == ("asia", "alarm")
    assert len(found.ranking.data_sets) == 4
    # By hand: 12 / (2 * 3 * 4) * (4 ** 2 + 2 ** 2 + 6 ** 2) - 3 * 2 * 4, two rows and not four.
    assert found.ranking.chi_square == pytest.approx(4.0)
    assert found.front.set_index("contestant")["on_front"].to_dict() == {
        "pc": False,
        "ges": True,
        "empty": False,
    }


def test_a_folder_and_its_collected_table_say_the_same(tmp_path: Path) -> None:
    folder = comparing.folder_of_runs(
        tmp_path / "sweep", lambda kind, *_: {"shd": PLACE[kind]}, networks=("asia", "alarm")
    )
    first = compare_runs(folder)
    second = compare_runs(collect_runs(folder, tmp_path / "runs").csv)
    pd.testing.assert_frame_equal(
        first.metrics["graph.shd"].means, second.metrics["graph.shd"].means
    )
    assert causattn.compare_runs(folder).about["sha256"] == first.about["sha256"]


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
    PLACE["boss"] = 2
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


def test_sizes_of_one_network_are_no_second_data_set(tmp_path: Path) -> None:
    path = comparing.table(tmp_path / "runs.parquet", shd, networks=("asia",), sizes=(500, 1000))
    found = compare_runs(path).metrics["graph.shd"]
    assert found.ranking == (
        "a ranking needs 2 networks or more with all contestants (sizes of one are no second) and "
        "there are 1"
    )


def test_networks_count_alike_whatever_their_sizes(tmp_path: Path) -> None:
    path = comparing.table(tmp_path / "runs.parquet", shd)
    frame = pd.read_parquet(path)
    alarm_500 = (frame["config.corpus.network"] == "alarm") & (frame["features.rows"] == 500)
    frame[~alarm_500].to_parquet(path)
    means = compare_runs(path).metrics["graph.shd"].means.set_index(["contestant", "data_set"])
    assert means.loc[("ges", OVERALL), "mean"] == pytest.approx(((1 + 3) / 2 + 11) / 2)


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


def test_levels_give_a_path(tmp_path: Path) -> None:
    path = comparing.table(tmp_path / "runs.parquet", shd, ("pc",), ("asia",), (500,), (0, 1))
    frames = []
    for alpha, edges, recall in ((0.001, 4, 0.5), (0.05, 6, 0.625), (0.2, 12, 0.75)):
        frames.append(
            pd.read_parquet(path).assign(
                **{
                    "config.discovery.alpha": alpha,
                    "graph.edges": edges,
                    "graph.adjacency_recall": recall,
                    "graph.shd": 10 * alpha,
                }
            )
        )
    pd.concat(frames).to_parquet(path)
    comparison = compare_runs(path)
    assert list(comparison.contestants["contestant"]) == [
        "alpha = 0.001",
        "alpha = 0.05",
        "alpha = 0.2",
    ]
    paths = comparison.paths
    assert paths["value"].tolist() == [0.001, 0.05, 0.2]
    assert paths["true_positive_rate"].tolist() == [0.5, 0.625, 0.75]
    # 28 pairs, 8 true: 20 that are not; 6 edges with recall .625 hold one false pair.
    assert paths["false_positive_rate"].tolist() == pytest.approx([0.0, 1 / 20, 6 / 20])
    assert paths["seeds"].tolist() == [2, 2, 2]


def test_a_key_that_cannot_be_paired_is_an_error(tmp_path: Path) -> None:
    path = comparing.table(tmp_path / "runs.parquet", shd)
    frame = pd.read_parquet(path)
    pc = frame["config.discovery.kind"] == "pc"
    parts = [frame.assign(**{"config.discovery.alpha": np.where(pc, a, np.nan)}) for a in (0.1, 1)]
    pd.concat(parts).to_parquet(path)
    with pytest.raises(ConfigError, match=r"discovery.alpha has no value .* --by discovery.alpha"):
        compare_runs(path, by=["discovery"])
    found = compare_runs(path, by=["discovery"], where={"discovery.alpha": "0.1,null"})
    assert list(found.contestants["contestant"]) == ["pc", "ges", "empty"]
    assert set(compare_runs(path).contestants["contestant"]) == {
        "pc, alpha = 0.1",
        "pc, alpha = 1",
        "ges",
        "empty",
    }


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"by": ["discovry"]}, "did you mean discovery"),
        ({"by": ["seed"]}, "seeds are repetitions"),
        ({"metrics": ["nothing"]}, "No run has the metric nothing; choose of"),
        ({"metrics": ["edges"]}, "Which way is better for graph.edges is not known"),
        ({"metrics": ["shd:up"]}, "shd:lower or shd:higher"),
        ({"where": {"discovery": "zz"}}, "leaves no job; there are empty, ges, pc"),
        ({"where": {"zz": "1"}}, "no job's configuration has that key"),
    ],
)
def test_a_question_that_cannot_be_answered(tmp_path: Path, arguments, sentence: str) -> None:
    path = comparing.table(tmp_path / "runs.parquet", shd)
    with pytest.raises(ConfigError, match=sentence):
        compare_runs(path, **arguments)


def test_a_figure_whose_better_side_is_said(tmp_path: Path) -> None:
    def edges(kind: str, *_) -> dict:
        return {"graph.edges": PLACE[kind]}

    path = comparing.table(tmp_path / "runs.parquet", edges)
    found = compare_runs(path, metrics=["edges:higher"]).metrics["graph.edges"]
    assert isinstance(found.ranking, Ranking)
    assert found.ranking.mean_ranks.tolist() == [2.0, 3.0, 1.0]


def test_nothing_to_compare_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="There is no folder"):
        compare_runs(tmp_path / "nowhere")
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ArtefactError, match="no table of runs"):
        compare_runs(tmp_path / "bad.csv")
    path = comparing.table(tmp_path / "a.parquet", lambda *_: {"reason": "no file; give one."})
    with pytest.raises(DataError, match=r"No run in .*\(the first says: no file"):
        compare_runs(path)
    path = comparing.table(tmp_path / "b.parquet", lambda *_: {})
    with pytest.raises(DataError, match="none of the usual metrics"):
        compare_runs(path)


def test_seconds_of_older_runs_are_found(tmp_path: Path) -> None:
    path = comparing.table(tmp_path / "runs.parquet", shd)
    older = pd.read_parquet(path).rename(columns={"search.seconds": "graph.details.seconds"})
    older.to_parquet(path)
    assert (compare_runs(path).runtimes["seconds"] == 0.1).all()


def test_one_data_set_has_its_name(tmp_path: Path) -> None:
    path = comparing.table(tmp_path / "runs.parquet", shd, networks=("asia",), sizes=(500,))
    assert list(compare_runs(path).data_sets["data_set"]) == ["asia"]


def test_mixed_versions_are_known(tmp_path: Path) -> None:
    path = comparing.table(
        tmp_path / "runs.parquet",
        lambda *choice: {**shd(*choice), "versions.causattn": f"0.{choice[3]}"},
    )
    assert compare_runs(path).about["versions"] == {"causattn": ["0.0", "0.1", "0.2"]}


def test_paths_of_this_machine_stay_out_of_the_table(comparison) -> None:
    assert not [column for column in comparison.jobs if "paths" in column]


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


def test_a_metric_from_outside_is_compared(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from causattn.graphs import GraphMetric\n\n\n"
        "class Mine(GraphMetric):\n"
        '    """Mine."""\n\n'
        '    name, title, better = "mine", "my metric", "higher"\n\n'
        "    def value(self, pair):\n"
        "        return 1\n\n\n"
        "METRIC = Mine()\n"
    )

    def result(kind: str, network: str, size: int, seed: int) -> dict:
        found = shd(kind, network, size, seed)
        return found | {"graph.mine": -found["graph.shd"]}

    table = comparing.table(tmp_path / "runs.parquet", result)
    assert list(compare_runs(table).metrics) == ["graph.shd"]
    load_plugins([str(tmp_path / "mine.py")])
    try:
        found = compare_runs(table)
    finally:
        forget_plugins()
    assert list(found.metrics) == ["graph.shd", "graph.mine"]
    mine = found.metrics["graph.mine"]
    assert (mine.metric.title, mine.metric.lower_is_better) == ("my metric", False)
    row = mine.differences.set_index(["first", "second"]).loc[("pc", "ges")]
    assert (row["better"], row["worse"]) == (0, 12)
