"""Reading what others wrote, within bounds of memory, depth and place.

A small file can ask for any amount of memory (compressed nothing, headers of enormous arrays,
references to references), and a file can name another outside of its folder. Each of these ends in
one sentence here, before anything is done.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile, ZipFile

from causattn.base.errors import ArtefactError, CausattnError, DataError
from causattn.base.memory import free_gb

if TYPE_CHECKING:
    import numpy as np


_YAML_BYTES = 4_000_000
_YAML_VALUES = 200_000
_BRACKETS = 5000
_NESTED = re.compile(r"^[ ]*(?:[-?:][ ]+){60}", re.MULTILINE)
_UNKNOWN = 4_000_000_000
"""Bytes that are taken for free where no system says what is."""
_STEP = 1 << 20
_BATCH = 65_536
_VALUE = 60
"""Bytes that a value takes as an object of Python, about."""
_ALIAS = re.compile(r"(?:^|[\s,\[{:-])\*\S")


def memory_room() -> int:
    """Return how many bytes one file may take in memory: a quarter of what is free."""
    free = free_gb()
    return _UNKNOWN if free is None else int(free * 1e9 / 4)


def size_in_words(count: float) -> str:
    """Return a number of bytes for a person."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:,.1f} GB"


def unzipped(content: bytes, what: object) -> bytes:
    """Return what gzip compressed, where it fits into memory.

    Parameters
    ----------
    content
        The compressed bytes; several members may follow each other.
    what
        The file, for messages.

    Raises
    ------
    DataError
        Where it is damaged, or unpacks to more than memory has room for.
    """
    most, parts, size = memory_room(), [], 0
    try:
        with gzip.open(io.BytesIO(content)) as stream:
            while part := stream.read(_STEP):
                parts.append(part)
                size += len(part)
                if size > most:
                    raise DataError(
                        f"{what} unpacks to more than {size_in_words(most)}, for which there is no "
                        "room; give a smaller file."
                    )
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{what} is no whole gzip file ({error}); compress it again.") from None
    return b"".join(parts)


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Return the arrays of an npz file by name; nothing in it is unpickled.

    Raises
    ------
    ArtefactError
        Where it is missing or damaged, or its arrays are larger than memory has room for.
    """
    import numpy as np
    from numpy.lib import format as layout

    try:
        with ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            if size > memory_room():
                raise ArtefactError(
                    f"The arrays in {path} take {size_in_words(size)}, for which there is no room; "
                    "run the study again, or delete it."
                )
            for entry in archive.infolist():
                with archive.open(entry) as member:
                    _check_header(layout, member, entry.file_size)
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, EOFError, BadZipFile, MemoryError, zlib.error) as error:
        raise ArtefactError(
            f"{path} cannot be read ({type(error).__name__}: {error}); run the study again."
        ) from None


def _check_header(layout: Any, member: Any, size: int) -> None:
    """Refuse an array whose header asks for more than its file holds."""
    version = layout.read_magic(member)
    read = layout.read_array_header_1_0 if version == (1, 0) else layout.read_array_header_2_0
    shape, _, dtype = read(member)
    wanted = dtype.itemsize
    for length in shape:
        wanted *= length
    if wanted > size or dtype.hasobject:
        raise ValueError("its header does not fit its content")


def check_parquet(path: Path, error: type[CausattnError] = ArtefactError) -> None:
    """Check that a Parquet file can be read and fits into memory as Python's values.

    A few bytes can stand for any number of values: nulls, or references to one long text.

    Raises
    ------
    ArtefactError, or `error`
        Where it cannot, saying how large it is.
    """
    import pyarrow
    import pyarrow.parquet as parquet

    room = memory_room()
    try:
        with parquet.ParquetFile(path) as file:
            about = file.metadata
            size = _VALUE * about.num_rows * about.num_columns
            chunks = [
                about.row_group(group).column(column)
                for group in range(about.num_row_groups)
                for column in range(about.num_columns)
            ]
            size += sum(chunk.total_uncompressed_size for chunk in chunks)
            if size <= room < sum(c.num_values * c.total_uncompressed_size for c in chunks):
                size += _bytes_of_texts(path)
    except FileNotFoundError:
        raise
    except (pyarrow.ArrowException, OSError, MemoryError, OverflowError) as problem:
        raise error(
            f"{path} is no readable Parquet file ({type(problem).__name__}: {problem}); write it "
            "again."
        ) from None
    if size > room:
        raise error(
            f"{path} holds {about.num_rows:,} rows that take about {size_in_words(size)} in "
            f"memory, where {size_in_words(room)} are free for them; give a part of it."
        )


def _bytes_of_texts(path: Path) -> int:
    """Return how long all texts of a Parquet file are, read without being written out."""
    import pyarrow
    import pyarrow.compute as compute
    import pyarrow.parquet as parquet

    with parquet.ParquetFile(path) as file:
        leaves = [file.schema.column(k) for k in range(len(file.schema))]
    texts = [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]
    total = 0
    with parquet.ParquetFile(path, read_dictionary=texts) as file:
        for batch in file.iter_batches(_BATCH, columns=texts, use_threads=False):
            for column in (part for whole in batch.columns for part in _dictionaries(whole)):
                lengths = compute.binary_length(column.dictionary).cast(pyarrow.int64())
                total += compute.sum(lengths.take(column.indices)).as_py() or 0
            if total > memory_room():
                break
    return total


def _dictionaries(column: Any) -> Iterator[Any]:
    """Yield the dictionaries of texts in a column, those inside lists and structures, too."""
    import pyarrow

    if isinstance(column, pyarrow.DictionaryArray):
        yield column
    elif isinstance(column, pyarrow.StructArray):
        for part in column.flatten():
            yield from _dictionaries(part)
    elif hasattr(column, "flatten"):  # a list of any kind
        yield from _dictionaries(column.flatten())


def read_yaml(text: str, where: object) -> Any:
    """Return plain YAML: no tags of Python's, and of bounded size, depth and number of values.

    Parameters
    ----------
    text
        The YAML.
    where
        The file, for messages.

    Raises
    ------
    ArtefactError
        Where it cannot be read, with line and column, or is out of bounds.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    deep = text.count("[") + text.count("{") > _BRACKETS or _NESTED.search(text)
    if len(text) > _YAML_BYTES or deep:
        raise ArtefactError(
            f"{where} is larger or deeper than a configuration is; write plain settings."
        )
    try:
        if _ALIAS.search(text) and _expanded(yaml.parse(text, loader)) > _YAML_VALUES:
            raise ArtefactError(
                f"{where} repeats its values by references (*) more than {_YAML_VALUES} times; "
                "write them out."
            )
        reader = loader(text)
        try:
            node = reader.get_single_node()
            if repeated := _repeated(node):
                raise ArtefactError(f"{where}{repeated}; keep one of them.")
            return None if node is None else reader.construct_document(node)
        finally:
            reader.dispose()
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ArtefactError(
            f"{where} cannot be read{place_in_yaml(error)}; mend its YAML."
        ) from None


def _repeated(node: Any) -> str:
    """Return where a mapping has a key for the second time; YAML's reader would take the last."""
    import yaml

    if isinstance(node, yaml.SequenceNode):
        return next(filter(None, map(_repeated, node.value)), "")
    if not isinstance(node, yaml.MappingNode):
        return ""
    lines: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if key.value != "<<" and isinstance(key.value, str):
            if key.value in lines:
                return f", line {line}: {key.value} stands in line {lines[key.value]}, too"
            lines[key.value] = line
        if found := _repeated(value):
            return found
    return ""


def place_in_yaml(error: Exception) -> str:
    """Return what is wrong with YAML and where, as a part of a sentence."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    place = "" if mark is None else f", line {mark.line + 1}, column {mark.column + 1}"
    return f"{place} ({problem or type(error).__name__})"


def _expanded(events: Any) -> int:
    """Return how many values YAML has once its references are written out."""
    sizes: dict[str, int] = {}
    open_nodes: list[tuple[str, int]] = []
    total = 0
    for event in events:
        kind, anchor = type(event).__name__, getattr(event, "anchor", None) or ""
        if kind == "AliasEvent":
            # Of a node that is still open: it holds itself, and has no end.
            total += sizes.get(anchor, _YAML_VALUES + 1)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            open_nodes.append((anchor, total))
            sizes.pop(anchor, None)
            total += 1
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            name, before = open_nodes.pop()
            if name:
                sizes[name] = total - before
        elif kind == "ScalarEvent":
            total += 1
            if anchor:
                sizes[anchor] = 1
        if total > _YAML_VALUES:
            break
    return total


def inside(folder: Path, name: object) -> Path:
    """Return the file `name` of a folder, which must lie in it.

    Raises
    ------
    ArtefactError
        Where the name, or a link, leads out of the folder.
    """
    path = folder / str(name)
    if not isinstance(name, str) or not path.resolve().is_relative_to(folder.resolve()):
        raise ArtefactError(
            f"{folder} names the file {name}, which does not lie in it; run the study again."
        )
    return path
