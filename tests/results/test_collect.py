import errno
import json
from pathlib import Path
from typing import NoReturn

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from causattn.base import ArtefactError, DataError, write_json
from causattn.results import collect, collect_runs, run_in_folder


def make(folder: Path, seed: int, penalty: object, shd: object) -> None:
    def work(target: Path) -> None:
        write_json(
            target / "summary.json",
            {"graph": {"shd": shd, "orders": [1, 2]}, "versions": {"python": "3.11"}},
        )

    config = {"seed": seed, "discovery": {"kind": "ges", "penalty": penalty, "limit": None}}
    run_in_folder(folder, config, work, resume=True)


@pytest.fixture
def sweep(tmp_path: Path) -> Path:
    make(tmp_path / "sweep" / "aa", 0, 1, 3)
    make(tmp_path / "sweep" / "bb", 1, 0.5, None)

    def fail(folder: Path) -> None:
        raise DataError("There is no file; give one.")

    with pytest.raises(DataError):
        run_in_folder(tmp_path / "sweep" / "cc", {"seed": 2}, fail, resume=True)
    with pytest.raises(KeyboardInterrupt):
        run_in_folder(tmp_path / "sweep" / "dd", {"seed": 3}, _interrupt, resume=True)
    line = {"folder": "ee", "status": "failed", "reason": "path has no value", "overrides": ["a=1"]}
    (tmp_path / "sweep" / "jobs.jsonl").write_text(json.dumps(line) + '\n{"folder": "f')
    return tmp_path / "sweep"


def test_one_row_a_job_whatever_became_of_it(sweep: Path) -> None:
    collected = collect_runs(sweep, sweep / "runs")
    assert collected.counts == {"finished": 2, "failed": 2, "unfinished": 1}
    table = pd.read_parquet(collected.parquet)
    assert table["folder"].tolist() == ["aa", "bb", "cc", "dd", "ee"]
    assert table["status"].tolist() == ["finished", "finished", "failed", "unfinished", "failed"]
    assert table["reason"][2] == "There is no file; give one."
    assert table["config.seed"].tolist()[:4] == [0, 1, 2, 3]
    assert table["config.discovery.penalty"].tolist()[:2] == [1.0, 0.5]
    assert table["graph.shd"][0] == 3
    assert np.isnan(table["graph.shd"][1])
    assert table["graph.orders"][0] == "[1, 2]"
    assert table["config.discovery.limit"].isna().all()
    assert table["overrides"][4] == "a=1"


def test_csv_says_the_same(sweep: Path) -> None:
    collected = collect_runs(sweep, sweep / "runs")
    table, text = pd.read_parquet(collected.parquet), pd.read_csv(collected.csv)
    assert list(table.columns) == list(text.columns)
    assert table["folder"].tolist() == text["folder"].tolist()
    assert table["graph.shd"].fillna(-1).tolist() == text["graph.shd"].fillna(-1).tolist()


def test_mixed_types_become_text(tmp_path: Path) -> None:
    make(tmp_path / "a", 0, "auto", 3)
    make(tmp_path / "b", 1, 0.5, 3)
    table = pd.read_parquet(collect_runs(tmp_path, tmp_path / "runs").parquet)
    assert table["config.discovery.penalty"].tolist() == ["auto", "0.5"]


def test_a_damaged_run_is_a_row_that_says_so(sweep: Path) -> None:
    (sweep / "aa" / "summary.json").write_text("{")
    table = pd.read_parquet(collect_runs(sweep, sweep / "runs").parquet)
    assert table["status"][0] == "damaged"
    assert "summary.json" in table["reason"][0]


def test_collecting_twice_gives_the_same_bytes(sweep: Path) -> None:
    first = collect_runs(sweep, sweep / "runs").csv.read_bytes()
    assert collect_runs(sweep, sweep / "runs").csv.read_bytes() == first


@pytest.mark.parametrize(
    "written",
    [
        "# by hand\nseed: 4\ndiscovery:\n  kind: ges\n  penalty: 2\n  limit: null\n",
        "{seed: 4, discovery: {kind: ges, penalty: 2, limit: null}}\n",
        "seed: 4\ndiscovery: &one\n  kind: ges\n  penalty: 2\n  limit: null\nother: *one\n",
        "---\nseed: 4\n\ndiscovery:\n  kind: ges\n  # a note\n  penalty: 2\n  limit: ~\n",
    ],
)
def test_a_configuration_may_be_written_by_hand(tmp_path: Path, written: str) -> None:
    make(tmp_path / "a", 4, 2, 3)
    (tmp_path / "a" / "config.yaml").write_text(written)
    table = pd.read_parquet(collect_runs(tmp_path, tmp_path / "runs").parquet)
    assert table["status"].tolist() == ["finished"]
    found = table[["config.seed", "config.discovery.kind", "config.discovery.penalty"]]
    assert found.to_numpy().tolist() == [[4, "ges", 2]]
    if "other" in written:
        assert table["config.other.penalty"].tolist() == [2]


def test_more_runs_than_a_part_and_a_row_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(11):
        make(tmp_path / f"{seed:02d}", seed, 1, seed)
    whole = pd.read_parquet(collect_runs(tmp_path, tmp_path / "runs").parquet)
    monkeypatch.setattr(collect, "_PART", 2)
    monkeypatch.setattr(collect, "_PARTS", 2)
    collected = collect_runs(tmp_path, tmp_path / "runs")
    assert pq.ParquetFile(collected.parquet).num_row_groups == 3
    pd.testing.assert_frame_equal(pd.read_parquet(collected.parquet), whole)
    assert whole["config.seed"].tolist() == list(range(11))


def test_a_job_that_failed_at_first_and_was_done_later_is_one_row(sweep: Path) -> None:
    with (sweep / "jobs.jsonl").open("w") as log:
        for name, status in (("aa", "failed"), ("gg", "failed"), ("gg", "finished")):
            print(json.dumps({"folder": name, "status": status, "reason": "once"}), file=log)
    table = pd.read_parquet(collect_runs(sweep, sweep / "runs").parquet)
    assert table["folder"].tolist() == ["aa", "bb", "cc", "dd"]
    assert table["status"][0] == "finished"


def test_no_folder_and_no_runs(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="There is no folder"):
        collect_runs(tmp_path / "nowhere", tmp_path / "runs")
    with pytest.raises(ArtefactError, match="holds no runs"):
        collect_runs(tmp_path, tmp_path / "runs")
    assert not list(tmp_path.iterdir())


def test_a_sweep_that_cannot_be_written_into(
    sweep: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read-only disk refuses to delete what is not there, too."""

    def refused(path: Path, *_: object, **__: object) -> NoReturn:
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refused)
        patch.setattr(Path, "open", refused)
        with pytest.raises(ArtefactError, match=r"cannot be written .*choose another place"):
            collect_runs(sweep, sweep / "runs")
    assert collect_runs(sweep, tmp_path / "elsewhere").counts["finished"] == 2


def _interrupt(folder: Path) -> None:
    raise KeyboardInterrupt
