"""Nested rows in one Parquet file: a column for each figure, and back to the same rows.

The columns of ``{"job": {"seed": 0}, "figures": {"PC, plain": {"f1": 0.9}}}`` are ``job/seed`` and
``figures/PC, plain/f1``; a slash within a key is written ``~1`` and a tilde ``~0``, as in JSON
Pointer (RFC 6901). A figure that a row does not have is null there. One that the row has as None,
and a mapping without keys (``name~``), are named in the row's column ``undefined``. Lists of one
type are lists; what no column of one type can hold is JSON text, and the file's metadata names
these columns. Arrow's own copy of the schema, as large as many a record's rows, is left out.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from causattn.base import ArtefactError, check_parquet

UNDEFINED = "undefined"
_EMPTY = "~"
_JSON = b"json"
_SMALL: dict[str, Any] = {
    "compression": "zstd",
    "compression_level": 19,
    # A column in one page; nobody searches these files by statistics.
    "data_page_size": 1 << 24,
    "dictionary_pagesize_limit": 1 << 24,
    "write_statistics": False,
    "store_schema": False,
}


def write_rows(path: str | Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """Write rows of nested mappings as one Parquet file, all at once or not at all.

    Parameters
    ----------
    path
        The file; its folder is made.
    rows
        Mappings of strings to mappings, lists, strings, numbers, booleans and None. A number that
        is an integer in some rows only comes back as float.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ArtefactError
        Where a row has a key of its own called ``undefined``, which is taken.
    """
    flat: list[dict[str, Any]] = []
    for row in rows:
        if UNDEFINED in row:
            raise ArtefactError(f"A row for {path} has the key {UNDEFINED}; give it another name.")
        columns: dict[str, Any] = {}
        missing: list[str] = []
        for name, value in _flat(row):
            if value is None or name.endswith(_EMPTY):
                missing.append(name)
            else:
                columns[name] = value
        flat.append({**columns, UNDEFINED: missing})
    names = list(dict.fromkeys(key for row in flat for key in row))
    names.sort(key=UNDEFINED.__eq__)
    columns_of = {name: _column([row.get(name) for row in flat]) for name in names}
    text = json.dumps([name for name, (_, plain) in columns_of.items() if not plain])
    place = Path(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    temporary = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        table = pa.table({name: array for name, (array, _) in columns_of.items()})
        with pq.ParquetWriter(temporary, table.schema, **_SMALL, **_encodings(table)) as writer:
            writer.write_table(table)
            writer.add_key_value_metadata({_JSON: text.encode()})
        os.replace(temporary, place)
    finally:
        temporary.unlink(missing_ok=True)
    return place


def read_rows(path: str | Path, *keys: str) -> list[dict[str, Any]]:
    """Return the rows that `write_rows` wrote.

    Parameters
    ----------
    path
        The file.
    *keys
        Those that are wanted and hold plain values; all where none is named.

    Raises
    ------
    ArtefactError
        Where there is no such file, or it is no Parquet.
    """
    try:
        check_parquet(Path(path))
        file = pq.ParquetFile(path)
        table = file.read([*keys, UNDEFINED] if keys else None)
        text = set(json.loads((file.metadata.metadata or {}).get(_JSON, b"[]")))
    except (OSError, ValueError) as error:
        raise ArtefactError(f"{path} holds no rows that can be read ({error}).") from None
    columns = dict(zip(table.column_names, table.columns, strict=True))
    rows: list[dict[str, Any]] = [{} for _ in range(table.num_rows)]
    if UNDEFINED in columns:
        for row, names in zip(rows, columns.pop(UNDEFINED).to_pylist(), strict=True):
            for name in names or ():
                if not keys or name in keys:
                    *above, last = _path(name.removesuffix(_EMPTY))
                    _within(row, above)[last] = {} if name.endswith(_EMPTY) else None
    for name, values in columns.items():
        *above, last = _path(name)
        read = json.loads if name in text else None
        for row, value in zip(rows, values.to_pylist(), strict=True):
            if value is not None:
                place = _within(row, above) if above else row
                place[last] = value if read is None else read(value)
    return rows


def _flat(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every leaf with its path; a mapping without keys as a path that ends in a tilde."""
    for key, below in value.items():
        name = prefix + str(key).replace("~", "~0").replace("/", "~1")
        if isinstance(below, Mapping) and below:
            yield from _flat(below, f"{name}/")
        else:
            yield (name + _EMPTY, below) if isinstance(below, Mapping) else (name, below)


def _within(row: dict[str, Any], above: Sequence[str]) -> dict[str, Any]:
    """Return the mapping under these keys, made where there is none."""
    for key in above:
        row = row.setdefault(key, {})
    return row


@cache
def _path(name: str) -> tuple[str, ...]:
    """Return the keys that a column's name joins, which every row asks for."""
    return tuple(key.replace("~1", "/").replace("~0", "~") for key in name.split("/"))


def _encodings(table: pa.Table) -> dict[str, Any]:
    """Return how columns are kept small: byte by byte where numbers hardly ever repeat."""
    split = [
        name
        for name in table.column_names
        if pa.types.is_floating(table[name].type) and len(table[name].unique()) > table.num_rows / 2
    ]
    others = [name for name in table.column_names if name not in split]
    return {"use_dictionary": others, "use_byte_stream_split": split or False}


def _column(values: Sequence[Any]) -> tuple[pa.Array, bool]:
    """Return a column, and whether it holds the values themselves rather than their JSON."""
    kinds = {kind for value in values if value is not None for kind in _kinds(value)}
    kinds.discard(())
    depths = {depth for depth, *_ in kinds}
    types = {leaf for _, leaf in kinds}
    if len(depths) <= 1 and types in ({bool}, {int}, {float}, {int, float}, {str}, set()):
        leaf = float if float in types else next(iter(types), str)
        arrow = {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), str: pa.string()}[leaf]
        for _ in range(next(iter(depths), 1)):
            arrow = pa.list_(arrow)
        # A list without anything in it beside what is no list, or not as deep, has no type.
        with contextlib.suppress(pa.ArrowInvalid, pa.ArrowTypeError):
            return pa.array(values, type=arrow), True
    text = [None if value is None else json.dumps(value, ensure_ascii=False) for value in values]
    return pa.array(text, type=pa.string()), False


def _kinds(value: Any, depth: int = 0) -> Iterator[tuple[Any, ...]]:
    """Yield the depth and type of every leaf of nested lists; nothing for a list without any."""
    if isinstance(value, list | tuple):
        for each in value:
            yield from _kinds(each, depth + 1)
    else:
        yield depth, type(value)
