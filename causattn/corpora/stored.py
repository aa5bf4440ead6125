"""`StoredTexts`: documents that lie on disk and are read a few at a time.

A sequence of texts like any list, for `Corpus.texts`, whose documents stand in a Parquet file of
small row groups. Only the group at hand is in memory. Going through it in order, or through any
ascending choice of documents, reads each group once.
"""

from __future__ import annotations

import bisect
import os
import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import overload

import pyarrow as pa
import pyarrow.parquet as parquet

GROUP = 1024
"""Most documents of a row group."""
GROUP_BYTES = 1 << 24
"""Most characters of a row group, a longer document apart."""
WINDOW = 4096
"""Documents that are looked at together where a corpus is read window by window."""

_SCHEMA = pa.schema([("text", pa.large_string())])


class StoredTexts(Sequence[str]):
    """Documents in a Parquet file with the one column ``text``.

    Parameters
    ----------
    path
        The file, as `store_texts` writes it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = parquet.ParquetFile(path)
        metadata = self._file.metadata
        self._first = [0]
        for group in range(metadata.num_row_groups):
            self._first.append(self._first[-1] + metadata.row_group(group).num_rows)
        self._lock = threading.Lock()
        self._held: tuple[int, pa.ChunkedArray] | None = None

    def __len__(self) -> int:
        return self._first[-1]

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[k] for k in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        index %= len(self)
        group = bisect.bisect_right(self._first, index) - 1
        with self._lock:
            if self._held is None or self._held[0] != group:
                self._held = None  # never two groups at a time
                self._held = group, self._read(group)
            text: str = self._held[1][index - self._first[group]].as_py()
        return text

    def __iter__(self) -> Iterator[str]:
        for group in range(len(self._first) - 1):
            yield from self._read(group).to_pylist()

    def _read(self, group: int) -> pa.ChunkedArray:
        # By this thread alone: each thread that ever read would keep memory of its own.
        return self._file.read_row_group(group, columns=["text"], use_threads=False)["text"]

    def copy_to(self, path: Path) -> None:
        """Have the same documents at another place, without a second copy where links can be."""
        try:
            os.link(self.path, path)
        except OSError:  # another file system
            shutil.copyfile(self.path, path)


def windows(texts: Sequence[str], size: int = WINDOW) -> Iterator[list[str]]:
    """Yield the documents in order, `size` at a time."""
    rest = iter(texts)
    while window := list(islice(rest, size)):
        yield window


def store_texts(texts: Iterable[str], folder: Path | None = None) -> StoredTexts:
    """Write documents as they come into a new Parquet file, and return them as stored texts.

    Parameters
    ----------
    texts
        The documents; taken once, and a row group at a time in memory.
    folder
        Where there is room for them; None is the system's folder for passing files. The file goes
        when the texts are let go.
    """
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix=".texts-", dir=folder))
    try:
        path = place / "texts.parquet"
        with parquet.ParquetWriter(path, _SCHEMA, compression="zstd") as writer:
            for group in _groups(texts):
                column = pa.array(group, type=pa.large_string())
                writer.write_table(pa.table([column], schema=_SCHEMA))
        stored = StoredTexts(path)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    weakref.finalize(stored, shutil.rmtree, place, ignore_errors=True)
    return stored


def _groups(texts: Iterable[str]) -> Iterator[list[str]]:
    """Yield the documents in row groups."""
    group: list[str] = []
    size = 0
    for text in texts:
        group.append(text)
        size += len(text)
        if len(group) == GROUP or size >= GROUP_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group
