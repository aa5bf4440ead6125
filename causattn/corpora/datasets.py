"""Corpora of kind ``datasets``: a Hugging Face data set from a local folder or the hub."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from causattn.base import ConfigError, DataError, choose
from causattn.corpora.columns import ColumnKind, corpus_from_records
from causattn.corpora.contract import CorpusSource
from causattn.corpora.corpus import Corpus
from causattn.corpora.file import column_kinds
from causattn.corpora.records import Records


@dataclass(frozen=True)
class DatasetsSettings:
    """Which data set, and what its columns are.

    Parameters
    ----------
    path
        A folder that ``save_to_disk`` wrote, or a name on the hub.
    split
        The split to take.
    configuration
        The hub data set's configuration, where it has several; None is its default.
    revision
        The hub data set's commit or tag, which makes a run repeatable; None is its newest.
    text
        The column of the documents.
    label
        The column of the outcome, None for none. A column of class labels gives its own class
        names.
    columns
        Columns to take as variables, judged by their values to be discrete or continuous.
    discrete, continuous
        Columns to take as variables of that kind.
    label_kind
        Is the label a class (``"discrete"``) or a number (``"continuous"``)? ``"auto"`` judges by
        its values.
    missing
        A row without text is an ``"error"``, or dropped and counted (``"drop"``).
    """

    path: str
    split: str = "train"
    configuration: str | None = None
    revision: str | None = None
    text: str = "text"
    label: str | None = None
    columns: list[str] = field(default_factory=list)
    discrete: list[str] = field(default_factory=list)
    continuous: list[str] = field(default_factory=list)
    label_kind: ColumnKind = "auto"
    missing: Literal["error", "drop"] = "error"


class HubDatasets(CorpusSource):
    """A Hugging Face data set, from a folder or the hub (needs causattn[datasets])."""

    name = "datasets"
    settings = DatasetsSettings
    columns_beside_texts = True

    def files(self, settings: DatasetsSettings) -> list[Path]:
        """Return the folder, where it is one."""
        return [Path(settings.path).expanduser()]

    def load(self, settings: DatasetsSettings, seed: int) -> Corpus:
        """Read a corpus from a Hugging Face data set; nothing in it is drawn.

        Raises
        ------
        ConfigError
            Where the extra ``datasets`` is not installed, or there is no such split.
        DataError
            Where the data set is missing or holds too little.
        """
        try:
            import datasets
        except ImportError:
            raise ConfigError(
                "corpus.kind=datasets needs the package datasets; install causattn[datasets]."
            ) from None
        data = _loaded(datasets, settings)
        columns: dict[str, list[Any]] = {}
        for name in data.column_names:
            cells = list(data[name])
            feature = data.features[name]
            if isinstance(feature, datasets.ClassLabel):
                # -1 stands for a withheld label in published test splits.
                cells = [None if cell in (None, -1) else feature.int2str(cell) for cell in cells]
            columns[name] = cells
        source = f"data set {settings.path} ({settings.split})"
        return corpus_from_records(
            Records(source, columns, [f"row {row + 1}" for row in range(len(data))]),
            name=Path(settings.path).name,
            text=settings.text,
            label=settings.label,
            columns=column_kinds(settings.columns, settings.discrete, settings.continuous),
            label_kind=settings.label_kind,
            drop_missing=settings.missing == "drop",
            about={"kind": "datasets", "fingerprint": data._fingerprint, **asdict(settings)},
        )


@contextmanager
def _asked_once(datasets: Any, name: str) -> Iterator[None]:
    """Ask the hub for a data set, once; where it cannot be asked, look among what is kept.

    The package asks again and again, and waits in between, 22 seconds for a name with a slip.

    Raises
    ------
    FileNotFoundError
        Where the hub does not give it.
    """
    from huggingface_hub import constants
    from huggingface_hub.utils import build_hf_headers, get_session

    offline = constants.HF_HUB_OFFLINE, datasets.config.HF_HUB_OFFLINE
    if not any(offline) and not Path(name).expanduser().exists():
        url = f"{constants.ENDPOINT}/api/datasets/{name}"
        try:
            answer = get_session().get(url, headers=build_hf_headers(), follow_redirects=True)
        except Exception:  # of whichever client the hub's own package has
            constants.HF_HUB_OFFLINE = datasets.config.HF_HUB_OFFLINE = True
        else:
            if answer.status_code >= 400:
                raise FileNotFoundError(f"the hub did not give it, {answer.status_code}")
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE, datasets.config.HF_HUB_OFFLINE = offline


def _loaded(datasets: Any, settings: DatasetsSettings) -> Any:
    """Return the split as a `datasets.Dataset`."""
    path = Path(settings.path).expanduser()
    try:
        if (path / "dataset_dict.json").is_file() or (path / "dataset_info.json").is_file():
            data = datasets.load_from_disk(str(path))
        else:
            with _asked_once(datasets, settings.path):
                data = datasets.load_dataset(
                    settings.path, settings.configuration, revision=settings.revision
                )
    except Exception as error:  # the package raises whatever its loaders and the hub raise
        reason = " ".join(str(error).split())
        raise DataError(
            f"Data set {settings.path} cannot be loaded ({type(error).__name__}: {reason:.200}); "
            "check corpus.path, or the connection to the hub."
        ) from None
    if isinstance(data, datasets.DatasetDict):
        return choose(settings.split, data, "corpus.split")
    return data


CORPUS = HubDatasets()
