"""What a run keeps of its attention so that it can be looked at when model and corpus are gone.

===================================== ==================================================
``attention/about.json``              heads, documents kept, documents behind each edge
``attention/corpus.npz``              mean attention from feature to feature, each head's
                                      statistics
``attention/document_<number>.npz``   one document's maps, rollout, flow, query and key
``attention/pair_<number>.npz``       a document beside itself without a feature's words
``examples.json``                     documents that explain edges and documents
``surrogate.json``                    a small tree of what the model says
===================================== ==================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from causattn.attention import (
    AttentionSummary,
    DocumentAttention,
    document_attention,
    head_statistics,
)
from causattn.base import ModelError, write_json
from causattn.corpora import Corpus
from causattn.features import FeatureTable, with_carriers
from causattn.models import LanguageModel, encode_texts
from causattn.report.record.examples import examples
from causattn.report.record.explained import record_examples
from causattn.report.record.kept import write_npz
from causattn.report.record.pairs import record_pairs
from causattn.report.record.settings import page_settings
from causattn.report.record.surrogate import record_surrogate
from causattn.results import Run

FOLDER = "attention"
SCHEMA = 1
FLOW_TOKENS = 40
"""Longest document of which flow is computed: it takes a search for each pair of tokens."""


@dataclass(frozen=True)
class Material:
    """What a run was made from.

    Parameters
    ----------
    corpus, table
        The documents and their features.
    model, summary
        Whose attention, and its sums over the corpus; None where none was read.
    artefacts
        Keys of the stored artefacts by kind, to find model and corpus again.
    """

    corpus: Corpus
    table: FeatureTable
    model: LanguageModel | None = None
    summary: AttentionSummary | None = None
    artefacts: Mapping[str, str] | None = None


def record_attention(run: Run, material: Material, settings: Mapping[str, Any] | None) -> Path:
    """Write a run's folder ``attention`` and return it.

    Parameters
    ----------
    run
        The run, its results written.
    material
        What it was made from.
    settings
        The key `page` of the configuration.
    """
    chosen = page_settings(settings)
    folder = run.folder / FOLDER
    folder.mkdir(exist_ok=True)
    corpus, table, model = material.corpus, material.table, material.model
    rows = np.arange(min(chosen.sample, len(table.documents)))
    table = with_carriers(table, rows, [corpus.texts[d] for d in table.documents[rows]], model)
    about: dict[str, Any] = {
        "schema": SCHEMA,
        "artefacts": dict(material.artefacts or {}),
        "sample": len(rows),
        "query": None if material.summary is None else material.summary.query,
        "examples": [],
        "documents": [],
        "pairs": [],
        "pairs_reasons": [],
    }
    about["examples"] = examples(
        run, corpus, table, model, rows, chosen.examples, query=about["query"]
    )
    looked = np.empty(0, dtype=np.int64)
    if model is not None:
        texts = [corpus.texts[d] for d in table.documents[rows]]
        statistics = head_statistics(model, Corpus(corpus.name, texts)).means()
        arrays = {f"statistics.{name}": value for name, value in statistics.items()}
        if material.summary is not None:
            arrays |= {
                f"measure.{name}": moments.mean().astype(np.float32)
                for name, moments in material.summary.measures.items()
            }
        write_npz(folder / "corpus.npz", arrays)
        lengths = encode_texts(model, texts, "truncate").lengths
        short = np.flatnonzero(lengths <= chosen.tokens)[: chosen.documents]
        looked = rows[short]
        for number in table.documents[looked].tolist():
            name = f"document_{number}.npz"
            document, why = look(model, corpus.texts[number])
            write_npz(folder / name, arrays_of(document))
            words = words_of(document, about["query"])
            about["documents"].append(
                {"number": number, "file": name, "vectors_reason": why, **words}
            )
        pairs, reasons = record_pairs(run, corpus, table, model, looked, folder)
        about |= {"pairs": pairs, "pairs_reasons": reasons}
    write_json(folder / "about.json", about)
    record_examples(run, corpus, table, model, rows, looked, chosen)
    record_surrogate(run, corpus, material.table, model, chosen.surrogate)
    return folder


def look(model: LanguageModel, text: str) -> tuple[DocumentAttention, str | None]:
    """Return a document's attention, with vectors where the model gives them, else why not."""
    try:
        return document_attention(model, text, vectors=True), None
    except ModelError as error:
        return document_attention(model, text), str(error)


def arrays_of(document: DocumentAttention) -> dict[str, np.ndarray]:
    """Return a document's arrays by name."""
    found = {"weights": document.weights, "start": document.start, "end": document.end}
    found["special"] = document.special
    found |= {f"statistics.{name}": value for name, value in document.statistics().items()}
    if document.query is not None and document.key is not None and document.scaling is not None:
        found |= {"query": document.query, "key": document.key, "scaling": document.scaling}
        if document.rest is not None:
            found["rest"] = document.rest
    if document.stack != "cross":
        found["rollout"] = document.rollout()
        if len(document.tokens) <= FLOW_TOKENS:
            found["flow"] = document.flow()
    return found


def words_of(document: DocumentAttention, query: str | None = None) -> dict[str, Any]:
    """Return a document's texts, JSON-like; a row has the name under which the study read it.

    In the query mode ``next`` that is the token that is predicted there, the one after its own.
    """
    predicted = query == "next" and document.stack == "self"
    return {
        "text": document.text,
        "query": query,
        "tokens": list(document.tokens),
        "attending": [*document.tokens[1:], ""] if predicted else list(document.attending),
        "layers": list(document.layers),
        "stack": document.stack,
    }
