"""Which kind of corpus a configuration asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from causattn.base import choose, settings_from
from causattn.corpora.bayesnet import BayesNetSettings, bayesnet_corpus
from causattn.corpora.cebab import CebabSettings, cebab_corpus
from causattn.corpora.corpus import Corpus
from causattn.corpora.datasets import DatasetsSettings, datasets_corpus
from causattn.corpora.file import FileSettings, file_corpus, path_checksum
from causattn.corpora.planted import PlantedSettings, planted_corpus
from causattn.corpora.shortcut import ShortcutSettings, shortcut_corpus
from causattn.corpora.streamed import StreamedSettings, streamed_corpus

KINDS: dict[str, tuple[type, Callable[[Any, int], Corpus]]] = {
    "bayesnet": (BayesNetSettings, bayesnet_corpus),
    "file": (FileSettings, file_corpus),
    "cebab": (CebabSettings, cebab_corpus),
    "datasets": (DatasetsSettings, datasets_corpus),
    "planted": (PlantedSettings, planted_corpus),
    "shortcut": (ShortcutSettings, shortcut_corpus),
    "streamed": (StreamedSettings, streamed_corpus),
}


def load_corpus(settings: Mapping[str, Any], seed: int) -> Corpus:
    """Return the corpus that a configuration describes.

    Parameters
    ----------
    settings
        The group ``corpus`` of the configuration: ``kind`` and the settings of that kind.
    seed
        The run's seed.

    Raises
    ------
    ConfigError
        For an unknown kind or setting.
    DataError
        Where the data is missing or cannot be used.
    """
    _, load = choose(str(settings.get("kind")), KINDS, "corpus.kind")
    return load(corpus_settings(settings), seed)


def corpus_settings(settings: Mapping[str, Any]) -> Any:
    """Return the settings of the group `corpus`, checked.

    Raises
    ------
    ConfigError
        For an unknown kind or setting.
    """
    kind, _ = choose(str(settings.get("kind")), KINDS, "corpus.kind")
    own = {key: value for key, value in settings.items() if key != "kind"}
    return settings_from(kind, own, "corpus")


def source_checksum(settings: Mapping[str, Any]) -> str | None:
    """Return a checksum of the data behind a configuration, None where it is all in the settings.

    Two runs with equal settings see the same corpus only where this is equal too: a file can
    change under its name. A data set on the hub is as fixed as its `revision`.
    """
    path = settings.get("path", settings.get("network"))
    if settings.get("kind") == "bayesnet" and not str(path).endswith((".bif", ".bif.gz")):
        return None
    where = Path(str(path)).expanduser()
    if not where.exists():
        return None
    whole = settings.get("kind") in ("datasets", "streamed")
    return path_checksum(where, "*" if whole else "*.txt")
