"""`Records`: the rows of a file by column, each with the place it came from, for messages.

Readers for CSV and TSV, JSON Lines, Parquet, lines of text and a folder of text files. What a
person can get wrong in a file is told in one sentence with file, line or byte, and the mend.
"""

from __future__ import annotations

import csv
import difflib
import io
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from causattn.base import DataError, choose

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
    """

    source: str
    columns: Mapping[str, Sequence[Any]]
    places: Sequence[str] = field(default_factory=tuple)

    def __len__(self) -> int:
        return len(self.places)

    def column(self, name: str, key: str) -> Sequence[Any]:
        """Return a column.

        Raises
        ------
        DataError
            Naming the nearest column where there is none of that name; `key` is the config key.
        """
        if name in self.columns:
            return self.columns[name]
        near = difflib.get_close_matches(name, self.columns, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(self.columns)};"
        raise DataError(f"{self.source} has no column {name}; {hint} Set {key}.")

    def where(self, row: int, column: str) -> str:
        """Return the place of a cell in words."""
        return f"{self.source}, {self.places[row]}, column {column}"


def read_records(path: Path, encoding: str, delimiter: str | None) -> Records:
    """Read a CSV, TSV, JSON Lines, Parquet or text file, or a folder of text files.

    Parameters
    ----------
    path
        The file or folder.
    encoding
        Of text files; a byte order mark is allowed.
    delimiter
        Between the cells of a CSV file; None for a comma (in ``.tsv`` a tab).

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
        ".jsonl": _read_jsonl,
        ".ndjson": _read_jsonl,
        ".parquet": _read_parquet,
        ".txt": _read_lines,
    }
    if not path.exists():
        beside = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
        near = difflib.get_close_matches(path.name, beside, n=1)
        hint = f"did you mean {path.parent / near[0]}?" if near else "check the path."
        raise DataError(f"There is no file or folder {path} (corpus.path); {hint}")
    if path.suffix.lower() not in readers:
        raise DataError(
            f"{path} ends in {path.suffix or 'nothing'}, which is no corpus file known; use "
            f"{', '.join(readers)} or a folder of .txt files."
        )
    return choose(path.suffix.lower(), readers, "corpus.path")(path, encoding, delimiter)


def missing(cell: Any) -> bool:
    """Tell whether a cell holds nothing: None, NaN, or text that is blank or says NaN."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return True
    return isinstance(cell, str) and cell.strip() in ("", "nan", "NaN")


def _decoded(path: Path, encoding: str) -> str:
    """Return a file's text, or say at which byte it cannot be decoded."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); check its rights.") from None
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{path}, line {line}: byte {error.start} (0x{content[error.start]:02x}) is not "
            f"{encoding}; set corpus.encoding to the file's own (such as latin-1) or mend the file."
        ) from None
    except LookupError:
        raise DataError(
            f"corpus.encoding={encoding} is no encoding that Python knows; use utf-8, latin-1, "
            "gb18030 or another of its names."
        ) from None
    return text.removeprefix("\ufeff")


def _read_csv(path: Path, encoding: str, delimiter: str | None) -> Records:
    text = _decoded(path, encoding)
    sign = delimiter or ("\t" if path.suffix.lower() == ".tsv" else ",")
    if len(sign) != 1:
        raise DataError(f"corpus.delimiter={sign!r} must be one character; change it.")
    # The module's limit on a cell is 128 KiB, shorter than a long document.
    limit = csv.field_size_limit(max(len(text), 1))
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
        rows, places, line = [], [], 1
        for row in reader:
            if row:
                rows.append(row)
                places.append(f"line {line}")
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"{path}, line {line}: {error}; mend the quotes of that row.") from None
    finally:
        csv.field_size_limit(limit)
    if not rows:
        raise DataError(f"{path} is empty; it needs a header line and one row a document.")
    header = rows.pop(0)
    places.pop(0)
    twice = sorted({name for name in header if header.count(name) > 1})
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


def _read_jsonl(path: Path, encoding: str, delimiter: str | None) -> Records:
    rows: list[dict[str, Any]] = []
    places = []
    # Only line feeds end a record: JSON allows U+2028 and its kin inside a string.
    for number, line in enumerate(_decoded(path, encoding).split("\n"), 1):
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
    names = dict.fromkeys(name for row in rows for name in row)
    return Records(str(path), {name: [row.get(name) for row in rows] for name in names}, places)


def _read_parquet(path: Path, encoding: str, delimiter: str | None) -> Records:
    import pyarrow
    import pyarrow.parquet as parquet

    try:
        table = parquet.read_table(path)
    except (pyarrow.ArrowException, OSError) as error:
        raise DataError(f"{path} is no readable Parquet file ({error}); write it again.") from None
    columns = {name: table[name].to_pylist() for name in table.column_names}
    return Records(str(path), columns, [f"row {row + 1}" for row in range(table.num_rows)])


def _read_lines(path: Path, encoding: str, delimiter: str | None) -> Records:
    """Read a text file with a document a line; blank lines are none."""
    # Not splitlines, which also parts lines at marks that may stand inside a text.
    lines = io.StringIO(_decoded(path, encoding), newline=None).read().split("\n")
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
        "text": [_decoded(entry, encoding) for entry in found],
        "file": [name.as_posix() for name in names],
        "folder": [name.parent.as_posix() for name in names],
    }
    return Records(str(path), columns, [f"file {name.as_posix()}" for name in names])
