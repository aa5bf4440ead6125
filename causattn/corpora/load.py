"""The corpus that a configuration asks for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from causattn.base import content_key, file_sha256, settings_from
from causattn.corpora.registry import CORPORA

if TYPE_CHECKING:
    from causattn.corpora.corpus import Corpus


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
    return CORPORA[str(settings.get("kind"))].load(corpus_settings(settings), seed)


def corpus_settings(settings: Mapping[str, Any]) -> Any:
    """Return the settings of the group `corpus`, checked.

    Raises
    ------
    ConfigError
        For an unknown kind or setting.
    """
    source = CORPORA[str(settings.get("kind"))]
    own = {key: value for key, value in settings.items() if key != "kind"}
    return settings_from(source.settings, own, "corpus")


def corpus_checksum(settings: Mapping[str, Any]) -> str | None:
    """Return a checksum of what is behind a configuration, None where it is all in the settings.

    Two runs with equal settings see the same corpus only where this is equal too: a file can
    change under its name, and so can the code of a plugin. A data set on the hub is as fixed as
    its `revision`.
    """
    name = str(settings.get("kind"))
    source = CORPORA[name]
    files = source.files(corpus_settings(settings))
    parts = [path_checksum(path, source.pattern) for path in files if path.exists()]
    if code := CORPORA.checksum(name):
        parts.append(code)
    return parts[0] if len(parts) == 1 else content_key(parts) if parts else None


def path_checksum(path: Path, pattern: str = "*") -> str:
    """Return a checksum of a file, or of the names and contents of a folder's files."""
    if path.is_file():
        return file_sha256(path)
    entries = sorted(entry for entry in path.rglob(pattern) if entry.is_file())
    return content_key([[str(entry.relative_to(path)), file_sha256(entry)] for entry in entries])
