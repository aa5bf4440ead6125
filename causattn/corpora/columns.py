"""From records to a corpus: which column is the text, the outcome, a variable."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from causattn.base import ConfigError, DataError
from causattn.corpora.corpus import Corpus
from causattn.corpora.records import Records, missing
from causattn.corpora.times import decimal_years

ColumnKind = Literal["auto", "discrete", "continuous"]

_SURROGATE = re.compile("[\ud800-\udfff]")

FEW = 10
"""Whole numbers with at most so many different values are taken as classes."""


def corpus_from_records(
    records: Records,
    *,
    name: str,
    text: str,
    label: str | None,
    columns: Mapping[str, ColumnKind],
    label_kind: ColumnKind,
    drop_missing: bool,
    about: Mapping[str, Any],
) -> Corpus:
    """Return the corpus that the records hold.

    Parameters
    ----------
    records
        What was read.
    name
        The corpus in a word.
    text, label
        The columns of the documents and of the outcome.
    columns
        The columns to take as variables, with their kinds.
    label_kind
        The kind of the label.
    drop_missing
        Whether rows without text are dropped (and counted in `about`) or refused.
    about
        Where it came from.

    Raises
    ------
    ConfigError
        Where one column is asked to be two things.
    DataError
        For a missing column, a row without text, or a cell that does not fit its column.
    """
    _distinct_roles(text, label, columns)
    named = {text: "corpus.text", **({} if label is None else {label: "corpus.label"})}
    records.check_columns({**named, **dict.fromkeys(columns, "corpus.columns")})
    cells = records.column(text, "corpus.text")
    kept = rows_with_text(records, text, cells, drop_missing)
    values, categories = [], []
    for column, kind in columns.items():
        numbers, names = variable_from_cells(records, column, "corpus.columns", kind, kept)
        values.append(numbers)
        categories.append(names)
    outcome, classes = None, None
    if label is not None:
        outcome, classes = variable_from_cells(records, label, "corpus.label", label_kind, kept)
    rest = [column for column in records.columns if column not in {text, label, *columns}]
    metadata: dict[str, list[str | None]] = {"source_place": [records.places[row] for row in kept]}
    for column in rest:
        metadata.setdefault(column, [_as_text(records.columns[column][row]) for row in kept])
    return Corpus(
        name=name,
        texts=[str(cells[row]) for row in kept],
        variables=tuple(columns),
        values=np.stack(values, axis=1) if values else None,
        categories=tuple(categories),
        outcome=outcome,
        outcome_name=label or "outcome",
        outcome_classes=classes,
        metadata=pd.DataFrame(metadata, dtype="string"),
        about={**about, "dropped_documents": len(records) - len(kept)},
    )


def variable_from_cells(
    records: Records, column: str, key: str, kind: ColumnKind, rows: Sequence[int]
) -> tuple[np.ndarray, tuple[str, ...] | None]:
    """Return a column as numbers, and its categories where it is discrete.

    Dates are continuous: years with a fraction. Of kind ``"auto"``, words and truth values are
    discrete, and so are whole numbers with at most `FEW` different values; other numbers are
    continuous.

    Returns
    -------
    float64 [len(rows)], NaN where missing, and the categories in order (numbers by size, words by
    code point) or None.
    """
    cells = records.column(column, key)
    present = [row for row in rows if not missing(cells[row])]
    if not present:
        raise DataError(f"{records.source}, column {column} is empty; leave it out of {key}.")
    numbers = {row: _as_number(cells[row]) for row in present}
    if kind != "discrete" and (None in numbers.values() or records.decimal == ","):
        numbers = _written(records, column, {row: cells[row] for row in present}) or numbers
        present = list(numbers)
    if kind != "discrete" and None in numbers.values():
        years = decimal_years([cells[row] for row in present])
        if years is not None:
            numbers, kind = dict(zip(present, years, strict=True)), "continuous"
    if kind == "continuous":
        for row, number in numbers.items():
            if number is None:
                raise DataError(
                    f"{records.where(row, column)} holds {str(cells[row])!r:.40}, not a number; "
                    f"mend it or make the column discrete ({key})."
                )
    numeric = all(number is not None for number in numbers.values())
    for row, number in numbers.items():
        if numeric and number is not None and math.isinf(number):
            raise DataError(f"{records.where(row, column)} is infinite; give a finite number.")
    distinct = set(numbers.values()) if numeric else {str(cells[row]) for row in present}
    if kind == "auto":
        whole = numeric and all(float(number).is_integer() for number in distinct)  # type: ignore[arg-type]
        kind = "discrete" if not numeric or (whole and len(distinct) <= FEW) else "continuous"
    result = np.full(len(rows), np.nan)
    position = {row: k for k, row in enumerate(rows)}
    if kind == "continuous":
        for row, number in numbers.items():
            result[position[row]] = number
        return result, None
    ordered: list[Any] = sorted(distinct)
    if not numeric and len(ordered) == len(present) > FEW:
        raise DataError(
            f"{records.source}, column {column} has another word in every row, as an identifier "
            f"has; leave it out of {key}."
        )
    code = {value: k for k, value in enumerate(ordered)}
    for row in present:
        result[position[row]] = code[numbers[row] if numeric else str(cells[row])]
    return result, tuple(f"{value:g}" if numeric else str(value) for value in ordered)


def _written(records: Records, column: str, cells: dict[int, Any]) -> dict[int, float | None]:
    """Return the numbers of a column in the notation of its file; empty where it has none.

    Raises
    ------
    DataError
        Where a cell could be read as two numbers, or is none among numbers.
    """
    from causattn.corpora.numbers import nearly_numbers, written_numbers

    if not all(isinstance(cell, str | int | float) for cell in cells.values()):
        return {}
    found = written_numbers(cells, records.decimal)
    if isinstance(found, int):
        raise DataError(
            f"{records.where(found, column)} holds {cells[found]!r}, which may be two numbers; set "
            "corpus.decimal to the sign before decimals, corpus.decimal=, or corpus.decimal=."
        )
    if found is not None:
        return {row: number for row, number in found.items() if number is not None}
    odd = nearly_numbers(cells) if len(set(cells.values())) > FEW else None
    if odd is not None and decimal_years(list(cells.values())) is None:
        raise DataError(
            f"{records.where(odd, column)} holds {str(cells[odd])!r:.40} among numbers; mend it, "
            f"or say that they are words (corpus.discrete=[{column}])."
        )
    return {}


def _distinct_roles(text: str, label: str | None, columns: Mapping[str, ColumnKind]) -> None:
    """Refuse a column that is named for two roles."""
    for column in columns:
        if column in (text, label):
            role = "corpus.text" if column == text else "corpus.label"
            raise ConfigError(
                f"Column {column} stands in corpus.columns and is {role} as well; name it once."
            )
    if text == label:
        raise ConfigError(f"Column {text} is corpus.text and corpus.label; name two columns.")


def rows_with_text(
    records: Records, text: str, cells: Sequence[Any], drop_missing: bool
) -> list[int]:
    """Return the rows that have a text, refusing those without unless they are to be dropped."""
    kept = []
    for row, cell in enumerate(cells):
        if not missing(cell):
            if not isinstance(cell, str):
                raise DataError(
                    f"{records.where(row, text)} holds {type(cell).__name__}, not text; name the "
                    "text column in corpus.text."
                )
            if _SURROGATE.search(cell):
                raise DataError(
                    f"{records.where(row, text)} holds half a character (a lone surrogate), which "
                    "no text file can store; mend that text."
                )
            kept.append(row)
        elif not drop_missing:
            raise DataError(
                f"{records.where(row, text)} holds no text; fill it in or set corpus.missing=drop."
            )
    return kept


def _as_number(cell: Any) -> float | None:
    """Return a cell as a number, None where it is none; True is a word."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        try:
            return float(cell)
        except OverflowError:
            return math.inf
    if isinstance(cell, str) and "_" not in cell:
        try:
            return float(cell)
        except ValueError:
            return None
    return None


def _as_text(cell: Any) -> str | None:
    """Return a cell of the metadata as text."""
    if missing(cell):
        return None
    if isinstance(cell, str):
        return cell
    return json.dumps(cell, ensure_ascii=False, default=str)
