"""Corpora of kind ``streamed``: documents that are never in memory as a whole.

The source, Parquet files or a Hugging Face data set, is gone through once, a batch at a time; its
texts are checked and written into a Parquet file of small row groups (`StoredTexts`), from which
all rooms read what they need. A data set that is streamed from the hub has no length and can be
read in order only; its copy has both. What stays in memory is the outcome, 8 bytes a document.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from causattn.base import ConfigError, DataError, configured, progress
from causattn.corpora.columns import ColumnKind, rows_with_text, variable_from_cells
from causattn.corpora.contract import CorpusSource
from causattn.corpora.corpus import Corpus
from causattn.corpora.records import Records, missing
from causattn.corpora.stored import store_texts

BATCH = 1024
"""Rows read at a time."""


@dataclass(frozen=True)
class StreamedSettings:
    """Where the documents are.

    The latter needs causattn[datasets]. For features=words attention=observed, and a model that is
    not trained on them.

    Parameters
    ----------
    path
        A Parquet file, a folder of them, a folder that ``save_to_disk`` of Hugging Face's
        `datasets` wrote, or a name on the hub (or a local folder of other data files), which is
        streamed.
    text
        The column of the documents.
    label
        The column of the outcome, None for none.
    label_kind
        Is the label a class (``"discrete"``) or a number (``"continuous"``)? ``"auto"`` judges by
        its values.
    split, configuration, revision
        Of a Hugging Face data set: its split, configuration and commit.
    missing
        A row without text is an ``"error"``, or dropped and counted (``"drop"``).
    scratch
        A folder with room for a copy of the texts; None is the system's for passing files.
    """

    path: str
    text: str = "text"
    label: str | None = None
    label_kind: ColumnKind = "auto"
    split: str = "train"
    configuration: str | None = None
    revision: str | None = None
    missing: Literal["error", "drop"] = "error"
    scratch: str | None = configured("${paths.cache}/.scratch", default=None)


class Streamed(CorpusSource):
    """Texts larger than memory: Parquet files, or a Hugging Face data set."""

    name = "streamed"
    settings = StreamedSettings

    def files(self, settings: StreamedSettings) -> list[Path]:
        """Return the file or folder, where it is one."""
        return [Path(settings.path).expanduser()]

    def load(self, settings: StreamedSettings, seed: int) -> Corpus:
        """Read a corpus of any size, in constant memory; nothing in it is drawn.

        Raises
        ------
        ConfigError
            Where the package `datasets` is needed and not installed.
        DataError
            Where the source is missing, cannot be read, or has a row without text.
        """
        if settings.label == settings.text:
            raise ConfigError(
                f"Column {settings.text} is corpus.text and corpus.label; name two columns."
            )
        source = _Source(settings)
        scratch = None if settings.scratch is None else Path(settings.scratch).expanduser()
        with progress("Reading the corpus", unit="documents") as advance:
            texts = store_texts(source.texts(advance), scratch)
        outcome, classes = source.outcome()
        about = {key: value for key, value in asdict(settings).items() if key != "scratch"}
        return Corpus(
            name=Path(settings.path).stem or Path(settings.path).resolve().name,
            texts=texts,
            outcome=outcome,
            outcome_name=settings.label or "outcome",
            outcome_classes=classes,
            about={"kind": "streamed", **about, "dropped_documents": source.dropped},
        )


class _Source:
    """Goes through the rows once, checks the texts and keeps the labels as small codes."""

    def __init__(self, settings: StreamedSettings) -> None:
        self._settings = settings
        self.dropped = 0
        self._codes = array("q")
        self._code_of: dict[Any, int] = {}

    def texts(self, advance: Any) -> Iterator[str]:
        """Yield every text."""
        settings = self._settings
        read = 0
        for columns in _batches(settings):
            count = len(next(iter(columns.values()), ()))
            places = [f"row {read + k + 1}" for k in range(count)]
            records = Records(settings.path, columns, places)
            cells = records.column(settings.text, "corpus.text")
            rows = rows_with_text(records, settings.text, cells, settings.missing == "drop")
            if settings.label is not None:
                labels = records.column(settings.label, "corpus.label")
                for row in rows:
                    label = None if missing(labels[row]) else labels[row]
                    self._codes.append(self._code_of.setdefault(label, len(self._code_of)))
            read += count
            self.dropped += count - len(rows)
            for row in rows:
                yield str(cells[row])
            advance(count)

    def outcome(self) -> tuple[np.ndarray | None, tuple[str, ...] | None]:
        """Return the labels as numbers, float64 [n], and their classes, if they are classes."""
        settings = self._settings
        if settings.label is None:
            return None, None
        # Each different label twice: once would look like an identifier, other in every row.
        values = [*self._code_of, *self._code_of]
        records = Records(settings.path, {settings.label: values}, ["its labels"] * len(values))
        numbers, classes = variable_from_cells(
            records, settings.label, "corpus.label", settings.label_kind, range(len(values))
        )
        return numbers[np.frombuffer(self._codes, dtype=np.int64)], classes


def _batches(settings: StreamedSettings) -> Iterator[Mapping[str, list[Any]]]:
    """Yield the wanted columns, some rows at a time."""
    path = Path(settings.path).expanduser()
    if path.is_file():
        yield from _parquet_batches([path], settings)
    elif path.is_dir() and (files := _visible(path)):
        yield from _parquet_batches(files, settings)
    else:
        yield from _dataset_batches(path, settings)


def _visible(folder: Path) -> list[Path]:
    """Return a folder's Parquet files, without those in hidden folders (such as our own copies)."""
    files = sorted(folder.rglob("*.parquet"))
    hidden = [any(part.startswith(".") for part in f.relative_to(folder).parts) for f in files]
    return [file for file, is_hidden in zip(files, hidden, strict=True) if not is_hidden]


def _parquet_batches(
    files: list[Path], settings: StreamedSettings
) -> Iterator[Mapping[str, list[Any]]]:
    import pyarrow
    import pyarrow.parquet as parquet

    wanted = {settings.text} if settings.label is None else {settings.text, settings.label}
    for file in files:
        try:
            # Unbuffered and in small reads: a row group itself may be larger than memory.
            with parquet.ParquetFile(file, pre_buffer=False, buffer_size=1 << 16) as opened:
                names = opened.schema_arrow.names
                # Where one is missing all are read, to say what there is instead.
                columns = list(wanted) if wanted <= set(names) else names
                for batch in opened.iter_batches(BATCH, columns=columns, use_threads=False):
                    yield batch.to_pydict()
        except (pyarrow.ArrowException, OSError) as error:
            raise DataError(
                f"{file} is no readable Parquet file ({error}); write it again."
            ) from None


def _dataset_batches(path: Path, settings: StreamedSettings) -> Iterator[Mapping[str, list[Any]]]:
    try:
        import datasets
    except ImportError:
        raise ConfigError(
            f"corpus.path={settings.path} is no Parquet file or folder, and a Hugging Face data "
            "set needs the package datasets; install causattn[datasets]."
        ) from None
    try:
        if (path / "dataset_dict.json").is_file():
            data = datasets.load_from_disk(str(path / settings.split))
        elif (path / "dataset_info.json").is_file():
            data = datasets.load_from_disk(str(path))
        else:
            data = datasets.load_dataset(
                settings.path,
                settings.configuration,
                split=settings.split,
                revision=settings.revision,
                streaming=True,
            )
        label: Any = (data.features or {}).get(settings.label)
        named = isinstance(label, datasets.ClassLabel)
        for batch in data.iter(batch_size=BATCH):
            if named:
                # -1 stands for a withheld label in published test splits.
                batch[settings.label] = [
                    None if cell in (None, -1) else label.int2str(cell)
                    for cell in batch[settings.label]
                ]
            yield batch
    except Exception as error:  # the package raises whatever its loaders and the hub raise
        reason = " ".join(str(error).split())
        raise DataError(
            f"Data set {settings.path} cannot be read ({type(error).__name__}: {reason:.200}); "
            "check corpus.path and corpus.split, or the connection to the hub."
        ) from None


CORPUS = Streamed()
