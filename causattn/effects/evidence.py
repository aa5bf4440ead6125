"""`EvidenceTable`: all that is known for and against each edge, one row an ordered pair.

The columns are described by `causattn.effects.evidence_columns`. On disk the table is one Parquet
file that carries its schema version and the columns' meanings.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from causattn.base import ArtefactError, DataError, Shown, check_parquet
from causattn.effects.columns import EARLIER, EMPTY, Column, ColumnType, evidence_columns
from causattn.effects.verdict import DOCUMENT_VERDICTS, MODEL_VERDICTS, VerdictRule, judge

SCHEMA = 4
_READABLE = ("2", "3", str(SCHEMA))
_ARROW: dict[ColumnType, pa.DataType] = {
    "text": pa.string(),
    "list": pa.list_(pa.string()),
    "number": pa.float64(),
    "count": pa.int64(),
    "flag": pa.bool_(),
    "maybe": pa.float64(),
}
_PANDAS = {"number": "float64", "count": "Int64", "flag": "bool", "maybe": "float64"}


@dataclass(frozen=True, repr=False)
class EvidenceTable(Shown):
    """Evidence for each ordered pair of features.

    Parameters
    ----------
    frame
        One row an ordered pair, with exactly the columns of `evidence_columns` and `extra`.
    about
        How it was made (settings, seed), JSON-like.
    extra
        Further columns, of a plugin that is not loaded.

    Raises
    ------
    DataError
        Where columns are missing or unknown, or a pair stands twice.
    """

    frame: pd.DataFrame
    about: Mapping[str, Any] = field(default_factory=dict)
    extra: tuple[Column, ...] = ()

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if list(self.frame.columns) != names:
            odd = sorted(set(self.frame.columns) ^ set(names)) or "in another order"
            raise DataError(f"An evidence table got other columns than its own: {odd}.")
        if self.frame.duplicated(["source", "target"]).any():
            raise DataError("An evidence table holds a pair twice; give one row an ordered pair.")

    @property
    def columns(self) -> tuple[Column, ...]:
        """Its columns."""
        return (*evidence_columns(), *self.extra)

    @classmethod
    def from_rows(
        cls,
        rows: Iterable[Mapping[str, Any]],
        about: Mapping[str, Any] | None = None,
        extra: tuple[Column, ...] = (),
    ) -> EvidenceTable:
        """Build the table from rows that may leave out what is not known.

        Raises
        ------
        DataError
            For a key that is no column.
        """
        rows = list(rows)
        wanted = (*evidence_columns(), *extra)
        if odd := {key for row in rows for key in row} - {column.name for column in wanted}:
            raise DataError(
                f"An evidence row has unknown keys {sorted(odd)}; see evidence_columns()."
            )
        columns = {}
        for column in wanted:
            values = [row.get(column.name, EMPTY[column.type]) for row in rows]
            columns[column.name] = pd.Series(values, dtype=_PANDAS.get(column.type, "object"))
        return cls(pd.DataFrame(columns), dict(about or {}), extra)

    def __len__(self) -> int:
        return len(self.frame)

    def row(self, source: str, target: str) -> pd.Series:
        """Return the row of one ordered pair.

        Raises
        ------
        DataError
            Where the table has no such pair.
        """
        found = self.frame[(self.frame["source"] == source) & (self.frame["target"] == target)]
        if found.empty:
            raise DataError(
                f"The evidence table has no pair {source} -> {target}; it holds pairs that were "
                "candidates, are in the graph or are in the truth."
            )
        return found.iloc[0]

    def edges(self) -> pd.DataFrame:
        """Return the rows whose arrow the graph claims: directed in its whole class."""
        return self.frame[self.frame["discovery_directed"]]

    def summary(self) -> dict[str, Any]:
        """Return counts of rows and verdicts, JSON-like, with their truth where that is known.

        ``edges`` are the rows whose arrow the graph claims, ``open`` the pairs without direction.
        Where the truth is known, ``true`` says how many arrows it directs the same way.
        """
        frame = self.frame
        known = bool(frame["truth_directed"].notna().any())
        verdicts: dict[str, Any] = {}
        for verdict in DOCUMENT_VERDICTS[:-2]:
            rows = frame[frame["verdict"] == verdict]
            verdicts[verdict] = {"edges": len(rows)}
            if known:
                verdicts[verdict]["true"] = int((rows["truth_directed"] == 1).sum())
        undecided = frame[frame["verdict"] == "open"]
        failed = {
            name: int((frame[f"{name}_outcome"] == "failed").sum()) for name in refuters_in(frame)
        }
        return {
            "rows": len(frame),
            "edges": len(self.edges()),
            **verdicts,
            "open": len({frozenset(pair) for pair in undecided[["source", "target"]].to_numpy()}),
            **{word: int((frame["model_verdict"] == word).sum()) for word in MODEL_VERDICTS},
            "refuters_failed": failed,
            "data_effects": int(frame["data_estimate"].notna().sum()),
            "model_effects": int(frame["model_estimate"].notna().sum()),
            "conditionals": int(frame["conditional_estimate"].notna().sum()),
        }

    def to_frame(self) -> pd.DataFrame:
        """Return source, target, verdicts and effects of each pair, the graph's edges first."""
        shown = ["source", "target", "verdict", "data_estimate", "model_verdict", "model_estimate"]
        order = (~self.frame["discovery_directed"]).sort_values(kind="stable").index
        return self.frame.loc[order, shown]

    def write(self, path: Path) -> None:
        """Write one Parquet file by rename."""
        # With pandas' own note, a reader that knows nothing of us gets the same column types.
        plain = pa.Schema.from_pandas(self.frame, preserve_index=False).metadata or {}
        schema = pa.schema(
            [
                pa.field(column.name, _ARROW[column.type], metadata={"meaning": column.meaning})
                for column in self.columns
            ],
            metadata={
                **plain,
                "causattn.kind": "evidence",
                "causattn.schema": str(SCHEMA),
                "causattn.about": json.dumps(dict(self.about), ensure_ascii=False),
            },
        )
        arrays = [
            pa.array(self.frame[field.name], type=field.type, from_pandas=field.type != pa.bool_())
            if not pa.types.is_floating(field.type)
            else pa.array(self.frame[field.name].to_numpy(), type=field.type)
            for field in schema
        ]
        temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
        try:
            pq.write_table(pa.Table.from_arrays(arrays, schema=schema), temporary)
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)

    @classmethod
    def read(cls, path: Path) -> EvidenceTable:
        """Read what `write` wrote, also before columns got the names that they have now.

        Rows of earlier schemas are judged by the rule of today, since its words meant something
        else then.

        Raises
        ------
        ArtefactError
            Where the file is missing, damaged or of another schema.
        """
        try:
            check_parquet(path)
            table = pq.read_table(path)
        except FileNotFoundError:
            raise ArtefactError(f"There is no evidence table {path}; run the study.") from None
        except (pa.ArrowInvalid, OSError) as error:
            raise ArtefactError(f"{path} is no Parquet file ({error}); run the study.") from None
        stored = {
            key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()
        }
        if stored.get("causattn.kind") != "evidence" or stored["causattn.schema"] not in _READABLE:
            raise ArtefactError(f"{path} is no evidence table of schema {SCHEMA}; run the study.")
        names = [EARLIER.get(name, name) for name in table.column_names]
        known = {column.name for column in evidence_columns()}
        extra = tuple(
            Column(name, _type_of(field), (field.metadata or {}).get(b"meaning", b"").decode())
            for name, field in zip(names, table.schema, strict=True)
            if name not in known
        )
        rows = table.rename_columns(names).to_pylist()
        every = (*evidence_columns(), *extra)
        for row in rows:
            for column in every:
                if column.type in ("number", "maybe") and row.get(column.name) is None:
                    row[column.name] = float("nan")
        about = json.loads(stored["causattn.about"])
        if stored["causattn.schema"] != str(SCHEMA):
            rows = [_judged_again(row, about) for row in rows]
        return cls.from_rows(rows, about, extra)


def refuters_in(frame: pd.DataFrame) -> list[str]:
    """Return the refuters that have columns in an evidence table, in their order."""
    ends = [str(name).removesuffix("_p") for name in frame.columns if str(name).endswith("_p")]
    return [name for name in ends if f"{name}_outcome" in frame.columns]


def _judged_again(row: dict[str, Any], about: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of an earlier schema in the columns and words of this one."""
    row = dict(row)
    if row.get("model_reads") == "masked slot":
        row["model_reads"] = None
        for column in evidence_columns():
            if column.name.startswith("conditional_"):
                row[column.name] = row.pop(column.name.replace("conditional", "model", 1), None)
    negligible = about.get("settings", {}).get("negligible", VerdictRule.negligible)
    return row | judge(row, VerdictRule(negligible)).columns()


def _type_of(field: pa.Field) -> ColumnType:
    """Return the type of a stored column that nobody describes."""
    for type_, arrow in _ARROW.items():
        if field.type == arrow:
            return type_
    return "text"
