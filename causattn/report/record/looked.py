"""Documents whose attention a run keeps whole, with its sums over the corpus."""

from __future__ import annotations

from typing import Any

import numpy as np

from causattn.attention import DocumentAttention, document_attention, head_statistics
from causattn.base import ModelError
from causattn.corpora import Corpus
from causattn.features import FeatureTable
from causattn.models import LanguageModel, encode_texts
from causattn.report.record.attention import FOLDER, Material
from causattn.report.record.kept import write_npz
from causattn.report.record.pairs import record_pairs
from causattn.report.record.settings import PageSettings
from causattn.results import Run

FLOW_TOKENS = 40
"""Longest document of which flow is computed: it takes a search for each pair of tokens."""


def record_looked(
    run: Run,
    material: Material,
    model: LanguageModel,
    table: FeatureTable,
    rows: np.ndarray,
    chosen: PageSettings,
    about: dict[str, Any],
) -> np.ndarray:
    """Write the sums and the documents kept whole, and add to `about` what they are.

    Parameters
    ----------
    run, material, model
        The run and what it was made from.
    table
        Its features, the carriers of `rows` at hand.
    rows
        int64, the sample: the first rows of the table.
    chosen
        How much is kept.
    about
        What ``about.json`` will say.

    Returns
    -------
    numpy.ndarray
        int64, the rows whose documents were kept.
    """
    corpus, folder = material.corpus, run.folder / FOLDER
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
        about["documents"].append({"number": number, "file": name, "vectors_reason": why, **words})
    pairs, reasons = record_pairs(run, corpus, table, model, looked, folder)
    about |= {"pairs": pairs, "pairs_reasons": reasons}
    return looked


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
