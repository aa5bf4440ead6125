"""A table of one's own: a row an observation, a column a variable, and perhaps the true graph."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from causattn.base import ConfigError, DataError, generator, listed
from causattn.corpora.columns import variable_from_cells
from causattn.corpora.contract import CorpusSource
from causattn.corpora.corpus import Corpus
from causattn.corpora.file import column_kinds
from causattn.corpora.load import path_checksum
from causattn.corpora.records import Records, check_there, read_records
from causattn.corpora.tabular import tabular_corpus
from causattn.corpora.truth_file import read_truth


@dataclass(frozen=True)
class TableSettings:
    """Which table, and its true graph.

    Goes with experiment=table, which asks for no text and no model.

    Parameters
    ----------
    path
        A ``.csv``, ``.tsv``, ``.txt``, ``.json``, ``.jsonl`` or ``.parquet`` file, perhaps
        compressed.
    truth
        The true graph, None where it is not known: a ``.csv`` file with columns source and target,
        or with a square of 0 and 1 from row to column; ``.gml``, ``.graphml``, ``.bif``; or the
        graph.json of a run.
    documents
        Most rows to take, drawn with the run's seed; None for all.
    columns
        Columns to take (none named: all but one that numbers the rows), judged by their values to
        be discrete or continuous.
    discrete, continuous
        Columns to take as variables of that kind.
    encoding
        Of text files, unless a byte order mark says another.
    delimiter
        Between the cells of a CSV file; None is the sign that cuts its first lines.
    decimal
        The sign before decimals, ``"."`` or ``","``; None is the one that a column is written in.
    """

    path: str
    truth: str | None = None
    documents: int | None = None
    columns: list[str] = field(default_factory=list)
    discrete: list[str] = field(default_factory=list)
    continuous: list[str] = field(default_factory=list)
    encoding: str = "utf-8"
    delimiter: str | None = None
    decimal: Literal[".", ","] | None = None

    def __post_init__(self) -> None:
        if self.documents is not None and self.documents < 2:
            raise ConfigError(f"corpus.documents={self.documents} is too few; ask for at least 2.")


class OwnTable(CorpusSource):
    """A table of your own, with its true graph where that is known; no text is needed."""

    name = "table"
    settings = TableSettings

    def files(self, settings: TableSettings) -> list[Path]:
        """Return the table, and the graph's file where there is one."""
        return [Path(path).expanduser() for path in (settings.path, settings.truth) if path]

    def check(self, settings: TableSettings) -> None:
        """Raise where there is no such table."""
        check_there(Path(settings.path).expanduser())

    def load(self, settings: TableSettings, seed: int) -> Corpus:
        """Read the table.

        Raises
        ------
        DataError
            Where a file is missing, cannot be read, or the graph is over other variables.
        """
        path = Path(settings.path).expanduser()
        records = read_records(path, settings.encoding, settings.delimiter, table=True)
        records = replace(named_columns(records), decimal=settings.decimal)
        kinds = column_kinds(settings.columns, settings.discrete, settings.continuous)
        numbers = []
        if not settings.columns:
            numbers = [name for name in records.columns if name not in kinds]
            numbers = [name for name in numbers if _number_the_rows(records.columns[name])]
            taken = [name for name in records.columns if name not in numbers]
            kinds = {**dict.fromkeys(taken, "auto"), **kinds}
        rows = list(range(len(records)))
        if settings.documents is not None and settings.documents < len(rows):
            rng = generator(seed, "corpora", "table", "rows")
            rows = sorted(rng.permutation(len(rows))[: settings.documents].tolist())
        records.check_columns(dict.fromkeys(kinds, "corpus.columns"))
        found = [
            variable_from_cells(records, name, "corpus.columns", kind, rows)
            for name, kind in kinds.items()
        ]
        corpus = tabular_corpus(
            Path(path.name.removesuffix(".gz")).stem,
            list(kinds),
            np.stack([numbers for numbers, _ in found], axis=1),
            [names for _, names in found],
            truth=None,
            about={
                "kind": "table",
                "sha256": path_checksum(path),
                **asdict(settings),
                **({"row_numbers": numbers} if numbers else {}),
            },
        )
        if settings.truth is None:
            return corpus
        truth = read_truth(Path(settings.truth).expanduser())
        unknown = [name for name in kinds if name not in truth.names]
        if unknown:
            raise DataError(
                f"The graph {settings.truth} has no {', '.join(unknown[:5])}, which the table has; "
                f"name the columns that it has (corpus.columns=[{','.join(truth.names[:5])}...])."
            )
        return replace(corpus, truth=truth)


def _number_the_rows(cells: Sequence[Any]) -> bool:
    """Return whether cells count from 0 or 1, one a row: a name of the row, no variable."""
    first = str(cells[0])
    return first in ("0", "1") and all(str(c) == str(k) for k, c in enumerate(cells, int(first)))


def named_columns(records: Records) -> Records:
    """Return a table's rows without a first column that has no name and counts them.

    Raises
    ------
    DataError
        Where there are no rows, another column has no name, or numbers stand where names should.
    """
    columns = dict(records.columns)
    if len(records) < 2:
        raise DataError(
            f"{records.source} has {len(records)} row{'s' * (not len(records))} below its names of "
            "columns; a table needs at least 2."
        )
    unnamed = [name for name in columns if not name.strip()]
    for name in unnamed:
        if not _number_the_rows(columns.pop(name)):
            raise DataError(
                f"{records.source}, column {list(records.columns).index(name) + 1} has no name; "
                "write one above it, or leave the column out."
            )
    numbers = [name for name in columns if re.fullmatch(r"-?\d+[.,]\d+|-\d+", name.strip())]
    if numbers and len(numbers) == len(columns):
        raise DataError(
            f"{records.source} has numbers ({listed(numbers)}) where the names of its columns "
            "should be; write a line of names above them."
        )
    return replace(records, columns=columns)


CORPUS = OwnTable()
