"""What is compared, paired and ranked, and which questions have no answer."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import causattn
from causattn.base import ArtefactError, ConfigError, DataError, forget_plugins, load_plugins
from causattn.results import OVERALL, Ranking, collect_runs, compare_runs
from tests.results import comparing
from tests.results.comparing import PLACE, shd


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


def test_sizes_of_one_network_are_no_second_data_set(tmp_path: Path) -> None:
    path = comparing.table(tmp_path / "runs.parquet", shd, networks=("asia",), sizes=(500, 1000))
    found = compare_runs(path).metrics["graph.shd"]
    assert found.ranking == (
        "ranks take 2 networks or more on which all contestants ran, and there is 1"
    )


def test_networks_count_alike_whatever_their_sizes(tmp_path: Path) -> None:
    path = comparing.table(tmp_path / "runs.parquet", shd)
    frame = pd.read_parquet(path)
    alarm_500 = (frame["config.corpus.network"] == "alarm") & (frame["features.rows"] == 500)
    frame[~alarm_500].to_parquet(path)
    means = compare_runs(path).metrics["graph.shd"].means.set_index(["contestant", "data_set"])
    assert means.loc[("ges", OVERALL), "mean"] == pytest.approx(((1 + 3) / 2 + 11) / 2)


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
        "alpha=0.001",
        "alpha=0.05",
        "alpha=0.2",
    ]
    paths = comparison.paths
    assert paths["value"].tolist() == [0.001, 0.05, 0.2]
    assert paths["true_positive_rate"].tolist() == [0.5, 0.625, 0.75]
    # 28 pairs, 8 true: 20 that are not; 6 edges with recall .625 hold one false pair.
    assert paths["false_positive_rate"].tolist() == pytest.approx([0.0, 1 / 20, 6 / 20])
    assert paths["seeds"].tolist() == [2, 2, 2]


def test_contestants_are_called_what_a_person_varied(tmp_path: Path) -> None:
    path = comparing.table(tmp_path / "runs.parquet", shd, ("pc",))
    frame = pd.read_parquet(path)
    kinds = {"lime": {"kernel_width": 0.25, "samples": 100}, "shap": {"samples": 100}}
    parts = [
        frame.assign(**{f"config.attribution.{k}": v for k, v in {"kind": kind, **own}.items()})
        for kind, own in kinds.items()
    ]
    pd.concat(parts).to_parquet(path)
    names = list(compare_runs(path).contestants["contestant"])
    assert names == ["attribution=lime", "attribution=shap"]


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
        "pc, alpha=0.1",
        "pc, alpha=1",
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


def test_a_comparison_shows_who_leads(comparison) -> None:
    frame = comparison.to_frame()
    assert frame["metric"].unique().tolist() == ["graph.shd"]
    assert len(frame) == len(comparison.contestants)
    first = comparison.summary()["first"]["graph.shd"]
    assert first == comparison.metrics["graph.shd"].leaderboard.iloc[0, 0]
    assert first in comparison._repr_html_()
