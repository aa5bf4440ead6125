"""The table's contract: columns, round trip through Parquet, errors that say what is wrong."""

import math
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from causattn.base import ArtefactError, DataError
from causattn.effects import EARLIER, EvidenceTable, evidence_columns

ROW = {
    "source": "smoke",
    "target": "lung <b>\n肺",
    "candidate_allowed": True,
    "candidate_score": 0.25,
    "discovery_directed": True,
    "data_adjustment": ["a", "b, c"],
    "discovery_separating_set": None,
    "data_n": 20_000,
    "truth_directed": 1.0,
    "verdict": "supported",
}


def table() -> EvidenceTable:
    other = {"source": "lung <b>\n肺", "target": "smoke", "data_adjustment": [], "verdict": None}
    return EvidenceTable.from_rows([ROW, other], {"seed": 3})


def test_columns_are_described_and_different() -> None:
    names = [column.name for column in evidence_columns()]
    assert len(set(names)) == len(names)
    assert all(len(column.meaning) > 10 for column in evidence_columns())


def test_what_is_left_out_is_unknown() -> None:
    row = table().row("smoke", "lung <b>\n肺")
    assert math.isnan(row["data_estimate"])
    assert row["data_reason"] is None
    assert row["data_n"] == 20_000
    assert not table().frame["discovery_directed"].iloc[1]
    assert pd.isna(table().frame["data_n"].iloc[1])


def test_round_trip_keeps_everything(tmp_path: Path) -> None:
    path = tmp_path / "evidence.parquet"
    table().write(path)
    again = EvidenceTable.read(path)
    pd.testing.assert_frame_equal(again.frame, table().frame)
    assert again.about == {"seed": 3}
    assert [child.name for child in tmp_path.iterdir()] == ["evidence.parquet"]


def test_the_run_keeps_meanings_types_and_how_the_table_was_made(tmp_path: Path) -> None:
    path = tmp_path / "evidence.parquet"
    table().write(path)
    schema = pq.read_schema(path)
    assert schema.field("verdict").metadata[b"meaning"]
    assert schema.metadata[b"causattn.kind"] == b"evidence"
    # A plain reader gets counts as counts, missing ones among them.
    frame = pd.read_parquet(path)
    assert frame["data_n"].dtype == "Int64"
    assert pd.isna(frame["data_n"].iloc[1])


def test_tables_from_before_candidates_had_a_column_of_their_own_are_read(tmp_path: Path) -> None:
    path = tmp_path / "evidence.parquet"
    table().write(path)
    now = pq.read_table(path).drop_columns(["candidate_screen"])
    earlier = {new: old for old, new in EARLIER.items()}
    old = now.rename_columns([earlier.get(name, name) for name in now.column_names])
    metadata = {**(now.schema.metadata or {}), b"causattn.schema": b"2"}
    pq.write_table(old.replace_schema_metadata(metadata), path)
    assert "attention_score" in pq.read_schema(path).names
    again = EvidenceTable.read(path)
    words = [name for name in again.frame if "verdict" in name]
    pd.testing.assert_frame_equal(
        again.frame.drop(columns=words), table().frame.drop(columns=words)
    )
    # "supported" meant less then: by the rule of today it was drawn.
    assert list(again.frame["verdict"]) == ["drawn", "absent"]


def test_what_a_hidden_slot_said_was_once_called_an_effect_on_the_model(tmp_path: Path) -> None:
    path = tmp_path / "evidence.parquet"
    table().write(path)
    now = pq.read_table(path)
    gone = [name for name in now.column_names if name.startswith("conditional_")]
    old = now.drop_columns(gone)
    for name, value in (("model_estimate", 0.4), ("model_low", 0.3), ("model_high", 0.5)):
        place = old.column_names.index(name)
        old = old.set_column(place, name, pa.array([value, None], pa.float64()))
    reads = pa.array(["masked slot", "output"], pa.string())
    old = old.set_column(old.column_names.index("model_reads"), "model_reads", reads)
    metadata = {**(now.schema.metadata or {}), b"causattn.schema": b"3"}
    pq.write_table(old.replace_schema_metadata(metadata), path)
    first = EvidenceTable.read(path).frame.iloc[0]
    assert first["conditional_estimate"] == 0.4
    assert math.isnan(first["model_estimate"])
    assert first["model_verdict"] is None


def test_empty_table_has_its_columns(tmp_path: Path) -> None:
    empty = EvidenceTable.from_rows([])
    empty.write(tmp_path / "e.parquet")
    assert len(EvidenceTable.read(tmp_path / "e.parquet")) == 0
    assert empty.summary()["edges"] == 0


def test_summary_counts_verdicts_of_the_graphs_edges() -> None:
    summary = table().summary()
    assert summary["rows"] == 2
    assert summary["edges"] == 1
    assert summary["supported"] == {"edges": 1, "true": 1}
    assert summary["refuted"] == {"edges": 0, "true": 0}
    assert summary["open"] == summary["used"] == 0


def test_mistakes_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="unknown keys"):
        EvidenceTable.from_rows([{"sauce": "x"}])
    with pytest.raises(DataError, match="twice"):
        EvidenceTable.from_rows([ROW, ROW])
    with pytest.raises(DataError, match="no pair a -> b"):
        table().row("a", "b")
    with pytest.raises(DataError, match="other columns"):
        EvidenceTable(pd.DataFrame({"source": ["a"]}))
    with pytest.raises(ArtefactError, match="no evidence table"):
        EvidenceTable.read(tmp_path / "none.parquet")
    (tmp_path / "text.parquet").write_text("not Parquet")
    with pytest.raises(ArtefactError, match="no readable Parquet file"):
        EvidenceTable.read(tmp_path / "text.parquet")
    pd.DataFrame({"x": [1]}).to_parquet(tmp_path / "other.parquet")
    with pytest.raises(ArtefactError, match="schema"):
        EvidenceTable.read(tmp_path / "other.parquet")
