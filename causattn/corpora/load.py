"""A corpus loaded as a configuration asks, or read back as an artefact (Parquet, NPZ and JSON)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import MISSING, fields, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as parquet

from causattn.base import (
    ConfigMistakes,
    check_artefact,
    check_parquet,
    content_key,
    due,
    file_sha256,
    new_artefact,
    read_arrays,
    read_json,
    settings_from,
    write_json,
)
from causattn.corpora.corpus import Corpus, Mentions
from causattn.corpora.registry import CORPORA
from causattn.graphs import CausalGraph


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
    source = CORPORA[str(settings.get("kind"))]
    return due(source.load(corpus_settings(settings), seed), "Corpus", source)


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


def check_corpus(settings: Mapping[str, Any]) -> None:
    """Check the settings of the group `corpus`, and that what they name is there.

    Raises
    ------
    CausattnError
        For an unknown kind or setting, or a path where nothing is.
    """
    source = CORPORA[str(settings.get("kind"))]
    mistakes = ConfigMistakes()
    with mistakes.noted():
        own = corpus_settings(settings)
    if not mistakes:
        source.check(own)
    # The rest of the settings does not say where the documents are.
    named = [each.name for each in fields(source.settings) if each.default is MISSING]
    given = {name: settings[name] for name in named if name in settings}
    if mistakes and given:
        with mistakes.noted(), suppress(TypeError):
            source.check(source.settings(**given))
    mistakes.raise_all()


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


def what_models_read(settings: Mapping[str, Any], corpus: Corpus) -> Corpus | None:
    """Return the part of a corpus that a model of its texts is made from: the texts and labels.

    None where this is the whole corpus, as where variables stand in the texts.
    """
    source = CORPORA[str(settings.get("kind"))]
    if not source.columns_beside_texts or len(corpus.mentions) or corpus.truth is not None:
        return None
    return replace(corpus, variables=(), values=None, categories=(), metadata=None, about={})


def texts_key(corpus: Corpus) -> str:
    """Return a key of a corpus's texts and labels, whatever stands beside them."""
    texts = sha256()
    for text in corpus.texts:
        data = text.encode()
        texts.update(len(data).to_bytes(8) + data)
    labels = None if corpus.outcome is None else sha256(corpus.outcome.tobytes()).hexdigest()
    named = [corpus.name, corpus.outcome_name, corpus.outcome_classes]
    return content_key({"texts": texts.hexdigest(), "labels": labels, "named": named})


def path_checksum(path: Path, pattern: str = "*") -> str:
    """Return a checksum of a file, or of the names and contents of a folder's files."""
    if path.is_file():
        return file_sha256(path)
    entries = sorted(entry for entry in path.rglob(pattern) if entry.is_file())
    return content_key([[str(entry.relative_to(path)), file_sha256(entry)] for entry in entries])


KIND, SCHEMA = "corpus", 1
_MENTIONS = ("document", "variable", "start", "end")


def write_corpus(corpus: Corpus, folder: Path) -> None:
    """Write a corpus as an artefact folder that `read_corpus` reads back equal."""
    with new_artefact(folder, KIND, SCHEMA, {"name": corpus.name}) as new:
        stored = hasattr(corpus.texts, "copy_to")  # `StoredTexts`
        if stored:
            corpus.texts.copy_to(new / "texts.parquet")  # type: ignore[attr-defined]
        else:
            texts = pa.table({"text": pa.array(list(corpus.texts), type=pa.large_string())})
            parquet.write_table(texts, new / "texts.parquet")
        arrays = {f"mention_{name}": getattr(corpus.mentions, name) for name in _MENTIONS}
        if corpus.values is not None:
            arrays["values"] = corpus.values
        if corpus.outcome is not None:
            arrays["outcome"] = corpus.outcome
        np.savez_compressed(new / "arrays.npz", **arrays)
        if corpus.metadata is not None:
            corpus.metadata.to_parquet(new / "metadata.parquet")
        if corpus.truth is not None:
            corpus.truth.write(new / "truth.json")
        write_json(
            new / "corpus.json",
            {
                "name": corpus.name,
                "variables": corpus.variables,
                "categories": corpus.categories,
                "value_texts": corpus.value_texts,
                "mask_texts": corpus.mask_texts,
                "outcome_name": corpus.outcome_name,
                "outcome_classes": corpus.outcome_classes,
                "about": dict(corpus.about),
                "texts_stay_on_disk": stored,
            },
        )


def read_corpus(folder: Path) -> Corpus:
    """Read what `write_corpus` wrote; texts that were on disk stay there (`StoredTexts`).

    Raises
    ------
    ArtefactError
        Where the folder is no corpus, or a file in it is missing or damaged.
    """
    check_artefact(folder, KIND, SCHEMA)
    known = read_json(folder / "corpus.json")
    arrays = read_arrays(folder / "arrays.npz")
    for path in folder.glob("*.parquet"):
        if not known.get("texts_stay_on_disk"):
            check_parquet(path)
    metadata, truth = folder / "metadata.parquet", folder / "truth.json"
    texts: Sequence[str]
    if known.get("texts_stay_on_disk"):
        from causattn.corpora.stored import StoredTexts

        texts = StoredTexts(folder / "texts.parquet")
    else:
        texts = parquet.read_table(folder / "texts.parquet")["text"].to_pylist()
    return Corpus(
        name=known["name"],
        texts=texts,
        variables=tuple(known["variables"]),
        values=arrays.get("values"),
        categories=tuple(None if names is None else tuple(names) for names in known["categories"]),
        mentions=Mentions(*(arrays[f"mention_{name}"] for name in _MENTIONS)),
        value_texts=None
        if known["value_texts"] is None
        else tuple(tuple(texts) for texts in known["value_texts"]),
        mask_texts=None if known["mask_texts"] is None else tuple(known["mask_texts"]),
        outcome=arrays.get("outcome"),
        outcome_name=known["outcome_name"],
        outcome_classes=None
        if known["outcome_classes"] is None
        else tuple(known["outcome_classes"]),
        truth=CausalGraph.read(truth) if truth.is_file() else None,
        metadata=pd.read_parquet(metadata) if metadata.is_file() else None,
        about=known["about"],
    )
