"""`Records`: the rows of a file by column, each with the place it came from, for messages.

Readers for CSV and TSV, JSON, JSON Lines, Parquet, lines of text and a folder of text files; all
but the last two may be compressed (``.gz``). What a person can get wrong in a file is said in one
sentence with file, line or byte, and the mend.
"""

from __future__ import annotations

import csv
import difflib
import io
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from causattn.base import DataError, check_parquet, listed, nearest_name, repeated
from causattn.corpora.decoding import decoded, ending_of

_BLANKS = "blanks"
_DEEPEST = 8
"""Objects inside objects that become columns of their own."""

Reader = Callable[[Path, str, str | None], "Records"]


@dataclass(frozen=True)
class Records:
    """Rows by column.

    Parameters
    ----------
    source
        The file or folder in words, for messages.
    columns
        Cells by column name; a missing cell is None.
    places
        Where each row stands in the source, such as ``"line 7"``.
    decimal
        The sign before the decimals of numbers that are text; None where nobody said so.
    """

    source: str
    columns: Mapping[str, Sequence[Any]]
    places: Sequence[str] = field(default_factory=tuple)
    decimal: Literal[".", ","] | None = None

    def __len__(self) -> int:
        return len(self.places)

    def column(self, name: str, key: str) -> Sequence[Any]:
        """Return a column.

        Raises
        ------
        DataError
            Naming the nearest column where there is none of that name; `key` is the config key.
        """
        self.check_columns({name: key})
        return self.columns[name]

    def check_columns(self, keys: Mapping[str, str]) -> None:
        """Raise for all columns that are not there at once.

        Parameters
        ----------
        keys
            The config key by the column that it names.

        Raises
        ------
        DataError
            Naming the nearest column to each.
        """
        gone = [name for name in keys if name not in self.columns]
        if not gone:
            return
        near = [nearest_name(name, self.columns) for name in gone]
        has = f"it has {listed(self.columns)};"
        hint = f"did you mean {' and '.join(map(str, near))}?" if all(near) else has
        where = " and ".join(dict.fromkeys(keys[name] for name in gone))
        raise DataError(f"{self.source} has no column {' and '.join(gone)}; {hint} Set {where}.")

    def where(self, row: int, column: str) -> str:
        """Return the place of a cell in words."""
        return f"{self.source}, {self.places[row]}, column {column}"


def read_records(
    path: Path, encoding: str, delimiter: str | None, *, table: bool = False
) -> Records:
    """Read a CSV, TSV, JSON, JSON Lines, Parquet or text file, or a folder of text files.

    Parameters
    ----------
    path
        The file or folder. Text files may be compressed: ``.csv.gz``.
    encoding
        Of text files, unless a byte order mark says another.
    delimiter
        Between the cells of a CSV file; None for the sign that the header is cut by (a comma where
        none is; in ``.tsv`` a tab).
    table
        Whether a ``.txt`` file is a table and not a document a line.

    Raises
    ------
    DataError
        Where it is missing, of an unknown ending, empty, undecodable or malformed.
    """
    if path.is_dir():
        return _read_folder(path, encoding)
    readers: dict[str, Reader] = {
        ".csv": _read_csv,
        ".tsv": _read_csv,
        ".json": _read_json,
        ".jsonl": _read_jsonl,
        ".ndjson": _read_jsonl,
        ".parquet": _read_parquet,
        ".txt": _read_lines,
    }
    check_there(path)
    if table:
        readers |= {".txt": _read_csv, ".dat": _read_csv}
    ending = ending_of(path)
    if ending not in readers:
        raise DataError(
            f"{path} ends in {path.suffix or 'nothing'}, which is no corpus file known; save it as "
            f"{', '.join(readers)} (or .csv.gz and the like) or take a folder of .txt files."
        )
    return readers[ending](path, encoding, delimiter)


def check_there(path: Path) -> None:
    """Raise where there is no such file or folder, naming the nearest one beside it.

    Raises
    ------
    DataError
        Always then.
    """
    if path.exists():
        return
    beside = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    near = difflib.get_close_matches(path.name, beside, n=1)
    hint = f"did you mean {path.parent / near[0]}?" if near else "check the path."
    raise DataError(f"There is no file or folder {path} (corpus.path); {hint}")


def missing(cell: Any) -> bool:
    """Return whether a cell holds nothing: None, NaN, or text that is blank or says NaN."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return True
    return isinstance(cell, str) and cell.strip() in ("", "nan", "NaN")


def _read_csv(path: Path, encoding: str, delimiter: str | None) -> Records:
    text = decoded(path, encoding)
    named = re.match(r"sep=(.)\r?\n", text)  # a line that Excel reads and does not show
    text = text[named.end() :] if named else text
    sign = delimiter or (named[1] if named else "")
    sign = sign.replace("\\t", "\t") or ("\t" if ending_of(path) == ".tsv" else _separator(text))
    if sign == _BLANKS:
        text, sign = re.sub(r"(?m)^[^\S\n]+|[^\S\n]+$", "", text), " "
        text = re.sub(r"[^\S\n]+", " ", text)
    if len(sign) != 1:
        raise DataError(f"corpus.delimiter={sign!r} must be one character; change it.")
    # The module's limit on a cell is 128 KiB, shorter than a long document.
    limit = csv.field_size_limit(max(len(text), 1))
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
        rows, places, line = [], [], 1 + bool(named)
        for row in reader:
            if row:
                rows.append(row)
                places.append(f"line {line}")
            line = reader.line_num + 1 + bool(named)
    except csv.Error as error:
        raise DataError(f"{path}, line {line}: {error}; mend the quotes of that row.") from None
    finally:
        csv.field_size_limit(limit)
    if not rows:
        raise DataError(f"{path} is empty; it needs a header line and one row a document.")
    header = rows.pop(0)
    places.pop(0)
    twice = repeated(header)
    if twice:
        raise DataError(
            f"{path}, line 1: column {twice[0]} stands twice in the header; rename one of them."
        )
    for row, place in zip(rows, places, strict=True):
        if len(row) != len(header):
            raise DataError(
                f"{path}, {place} has {len(row)} cells where the header has {len(header)}; quote "
                f"cells that hold {sign!r} or set corpus.delimiter."
            )
    columns = {
        name: [row[k] if row[k] != "" else None for row in rows] for k, name in enumerate(header)
    }
    return Records(str(path), columns, places)


def _separator(text: str) -> str:
    """Return the sign that cuts a CSV file: the one of which its first lines have equally many.

    A comma where it does, or where no other does; blanks where they cut lines of numbers.
    """
    lines = [line for line in text[:65_536].splitlines()[:20] if line.strip()][:10]
    for sign in (",", ";", "\t", "|"):
        found = [len(row) for row in csv.reader(lines, delimiter=sign)]
        if found and found[0] > 1 and len(set(found)) == 1:
            return sign
    cells = [line.split() for line in lines]
    if len(cells) > 1 and len(cells[0]) > 1 and len({len(row) for row in cells}) == 1:
        body = [cell for row in cells[1:] for cell in row]
        numbers = [cell for cell in body if re.fullmatch(r"[+-]?[\d.,]+(e[+-]?\d+)?", cell)]
        if 2 * len(numbers) >= len(body):
            return _BLANKS
    return ","


def _read_json(path: Path, encoding: str, delimiter: str | None) -> Records:
    """Read a list of objects, or an object that has one."""
    text = decoded(path, encoding)
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        if text.count("\n") and text.lstrip().startswith("{"):
            return _read_jsonl(path, encoding, delimiter)  # an object a line under another name
        raise DataError(
            f"{path}, line {error.lineno}, column {error.colno}: {error.msg}; mend the JSON."
        ) from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} cannot be read ({error}); write plain JSON.") from None
    if isinstance(found, dict) and (columns := _columns_of(found)):
        count = len(next(iter(columns.values())))
        return Records(str(path), columns, [f"item {number + 1}" for number in range(count)])
    if isinstance(found, dict):
        lists = [key for key, value in found.items() if _is_records(value)]
        if len(lists) != 1:
            raise DataError(
                f"{path} holds an object with {len(lists)} lists of objects where one is needed; "
                'write a list of objects such as [{"text": "..."}].'
            )
        found = found[lists[0]]
    if not _is_records(found):
        raise DataError(
            f"{path} holds no list of objects; write one such as "
            '[{"text": "..."}, {"text": "..."}].'
        )
    return _from_objects(path, found, [f"item {number + 1}" for number in range(len(found))])


def _columns_of(found: dict[str, Any]) -> dict[str, list[Any]] | None:
    """Return the columns of an object that has a list, or an object by row, for each of them."""
    values = list(found.values())
    if values and all(isinstance(value, dict) for value in values):
        rows = list(values[0])
        if len(rows) > 1 and all(list(value) == rows for value in values):
            return {name: list(value.values()) for name, value in found.items()}
        return None
    same = len({len(value) if isinstance(value, list) else -1 for value in values}) == 1
    plain = same and isinstance(values[0], list) and not any(map(_is_records, values))
    return dict(found) if plain and values[0] else None


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def _from_objects(path: Path, rows: Sequence[dict[str, Any]], places: Sequence[str]) -> Records:
    """Return objects as records; what lies inside another object is a column ``outer.inner``."""
    flat = [dict(_flattened(row)) for row in rows]
    names = dict.fromkeys(name for row in flat for name in row)
    return Records(str(path), {name: [row.get(name) for row in flat] for name in names}, places)


def _flattened(
    row: Mapping[str, Any], before: str = "", depth: int = 0
) -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if isinstance(value, dict) and value and depth < _DEEPEST:
            yield from _flattened(value, f"{before}{name}.", depth + 1)
        else:
            yield f"{before}{name}", value


def _read_jsonl(path: Path, encoding: str, delimiter: str | None) -> Records:
    rows: list[dict[str, Any]] = []
    places = []
    # Only line feeds end a record: JSON allows U+2028 and its kin inside a string.
    for number, line in enumerate(decoded(path, encoding).split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise DataError(
                f"{path}, line {number}, column {error.colno}: {error.msg}; each line must be one "
                "JSON object."
            ) from None
        except (ValueError, RecursionError) as error:  # numbers or nesting beyond Python's limits
            raise DataError(
                f"{path}, line {number} cannot be read ({error}); write one plain JSON object a "
                "line."
            ) from None
        if not isinstance(row, dict):
            raise DataError(
                f"{path}, line {number} holds {type(row).__name__}, not an object; each line must "
                'be one JSON object such as {"text": "..."}.'
            )
        rows.append(row)
        places.append(f"line {number}")
    if not rows:
        raise DataError(f"{path} is empty; it needs one JSON object a line.")
    return _from_objects(path, rows, places)


def _read_parquet(path: Path, encoding: str, delimiter: str | None) -> Records:
    import pyarrow
    import pyarrow.parquet as parquet

    check_parquet(path, DataError)
    try:
        table = parquet.read_table(path)
    except (pyarrow.ArrowException, OSError) as error:
        raise DataError(f"{path} is no readable Parquet file ({error}); write it again.") from None
    columns = {name: table[name].to_pylist() for name in table.column_names}
    return Records(str(path), columns, [f"row {row + 1}" for row in range(table.num_rows)])


def _read_lines(path: Path, encoding: str, delimiter: str | None) -> Records:
    """Read a text file with a document a line; blank lines are none."""
    # Not splitlines, which also parts lines at marks that may stand inside a text.
    lines = io.StringIO(decoded(path, encoding), newline=None).read().split("\n")
    found = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not found:
        raise DataError(f"{path} is empty; it needs one document a line.")
    columns = {"text": [line for _, line in found]}
    return Records(str(path), columns, [f"line {number}" for number, _ in found])


def _read_folder(path: Path, encoding: str) -> Records:
    found = sorted(entry for entry in path.rglob("*.txt") if entry.is_file())
    if not found:
        raise DataError(f"Folder {path} holds no .txt file; put one file a document into it.")
    names = [entry.relative_to(path) for entry in found]
    columns = {
        "text": [decoded(entry, encoding) for entry in found],
        "file": [name.as_posix() for name in names],
        "folder": [name.parent.as_posix() for name in names],
    }
    return Records(str(path), columns, [f"file {name.as_posix()}" for name in names])
