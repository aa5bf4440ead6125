"""Corpora of kind ``file``: CSV, TSV, JSON Lines, Parquet, lines of text, or a folder of texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Literal

from causattn.base import ConfigError
from causattn.corpora.columns import ColumnKind, corpus_from_records
from causattn.corpora.contract import CorpusSource
from causattn.corpora.corpus import Corpus
from causattn.corpora.load import path_checksum
from causattn.corpora.records import check_there, read_records


@dataclass(frozen=True)
class FileSettings:
    """Which file, and what its columns are.

    Parameters
    ----------
    path
        A ``.csv``, ``.tsv``, ``.json``, ``.jsonl``, ``.ndjson`` or ``.parquet`` file, a ``.txt``
        file with a document a line (column text), each perhaps compressed (``.csv.gz``), or a
        folder whose ``.txt`` files are the documents (columns text, file and folder). What lies
        inside another JSON object is a column such as meta.author.
    text
        The column of the documents.
    label
        The column of the outcome, None for none (in a folder of files ``folder`` is a useful one).
    columns
        Columns to take as variables, judged by their values to be discrete or continuous.
    discrete, continuous
        Columns to take as variables of that kind.
    label_kind
        Is the label a class (``"discrete"``) or a number (``"continuous"``)? ``"auto"`` judges by
        its values.
    encoding
        Of text files, unless a byte order mark says another.
    delimiter
        Between the cells of a CSV file; None is the sign that cuts its first lines (comma,
        semicolon, tab, bar or, between numbers, blanks), in ``.tsv`` a tab.
    decimal
        The sign before decimals, ``"."`` or ``","``; None is the one that a column is written in.
    missing
        A row without text is an ``"error"``, or dropped and counted (``"drop"``).
    """

    path: str
    text: str = "text"
    label: str | None = None
    columns: list[str] = field(default_factory=list)
    discrete: list[str] = field(default_factory=list)
    continuous: list[str] = field(default_factory=list)
    label_kind: ColumnKind = "auto"
    encoding: str = "utf-8"
    delimiter: str | None = None
    decimal: Literal[".", ","] | None = None
    missing: Literal["error", "drop"] = "error"


class TextFile(CorpusSource):
    """Your own texts: a table, or a folder of text files."""

    name = "file"
    settings = FileSettings
    columns_beside_texts = True
    pattern = "*.txt"

    def files(self, settings: FileSettings) -> list[Path]:
        """Return the file or folder."""
        return [Path(settings.path).expanduser()]

    def check(self, settings: FileSettings) -> None:
        """Raise where there is no such file or folder."""
        check_there(Path(settings.path).expanduser())

    def load(self, settings: FileSettings, seed: int) -> Corpus:
        """Read a corpus from a file or folder; nothing in it is drawn.

        Raises
        ------
        DataError
            Where the file is missing, cannot be read, or holds too little.
        """
        path = Path(settings.path).expanduser()
        records = read_records(path, settings.encoding, settings.delimiter)
        records = replace(records, decimal=settings.decimal)
        return corpus_from_records(
            records,
            name=Path(path.name.removesuffix(".gz")).stem or path.resolve().name,
            text=settings.text,
            label=settings.label,
            columns=column_kinds(settings.columns, settings.discrete, settings.continuous),
            label_kind=settings.label_kind,
            drop_missing=settings.missing == "drop",
            about={"kind": "file", "sha256": path_checksum(path, self.pattern), **asdict(settings)},
        )


def column_kinds(
    columns: Sequence[str], discrete: Sequence[str], continuous: Sequence[str]
) -> dict[str, ColumnKind]:
    """Return the kind of each column that is to be a variable.

    Raises
    ------
    ConfigError
        Where a column is to be discrete and continuous.
    """
    both = sorted(set(discrete) & set(continuous))
    if both:
        raise ConfigError(
            f"Column {both[0]} stands in corpus.discrete and in corpus.continuous; leave it in one."
        )
    kinds: dict[str, ColumnKind] = dict.fromkeys(columns, "auto")
    kinds.update(dict.fromkeys(discrete, "discrete"))
    kinds.update(dict.fromkeys(continuous, "continuous"))
    return kinds


CORPUS = TextFile()
