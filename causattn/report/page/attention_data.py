"""Attention as the page's data: maps packed to a byte a value, statistics exact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from causattn.base import visible
from causattn.report.page.graph_data import plain
from causattn.report.record.packing import packed, packed_signed
from causattn.report.record.reading import KeptDocument, Recorded

DOCUMENT_BYTES = 3_900_000
"""Most bytes that one document may take in the page; vectors are left out of heads to keep it."""
CORPUS_VALUES = 3_000_000
"""Most values of attention from feature to feature in the page; above it heads are averaged."""
_ROUNDING = 1e-4
STATISTICS = ("entropy", "concentration", "sink", "mean_distance", "distance", "similarity")


def attention_data(kept: Recorded) -> dict[str, Any]:
    """Return everything that a run kept of its attention, JSON-like."""
    return {
        "sample": kept.about["sample"],
        "query": kept.about.get("query"),
        "measures": _measures(kept.corpus),
        "statistics": _statistics(kept.corpus),
        "documents": [document_data(document) for document in kept.documents],
        "examples": _examples(kept.about["examples"]),
    }


def document_data(document: KeptDocument, most: int = DOCUMENT_BYTES) -> dict[str, Any]:
    """Return one document with its maps, below `most` bytes where its weights leave room.

    Vectors of the sharpest heads come first, until the budget is spent; ``vectors.heads`` says
    which heads have them.
    """
    arrays, words = document.arrays, document.words
    data: dict[str, Any] = {
        "number": document.number,
        "query": words.get("query"),
        "tokens": [visible(token) for token in words["tokens"]],
        "attending": [visible(token) for token in words["attending"]],
        "special": arrays["special"].astype(int).tolist(),
        "layers": [visible(name) for name in words["layers"]],
        "stack": words["stack"],
        "weights": packed(arrays["weights"]),
        "statistics": _statistics(arrays),
        "vectors": None,
        "vectors_reason": None if not document.vectors_reason else visible(document.vectors_reason),
    }
    for name in ("rollout", "flow"):
        if name in arrays:
            data[name] = packed(arrays[name])
    if "query" in arrays:
        data["vectors"] = _vectors(arrays, most - len(data["weights"]["bytes"]))
        if data["vectors"] is None:
            data["vectors_reason"] = "The page has no room left for query and key vectors."
    return data


def _vectors(arrays: Mapping[str, np.ndarray], budget: int) -> dict[str, Any] | None:
    """Return query, key and what is added to their products of as many heads as fit.

    The sharpest heads come first. Where a model adds nothing but a mask, that takes no room.
    """
    query, key = arrays["query"], arrays["key"]
    layers, heads, length, width = query.shape
    added = _added(arrays)
    taken = 2 * length * width + (0 if added is None else length * length)
    room = max(0, int(budget * 0.7)) // max(taken, 1)  # base 64 takes 4 bytes for 3
    order = np.argsort(arrays["statistics.entropy"], axis=None, kind="stable")
    chosen = np.sort(order[: min(room, layers * heads)])
    if not len(chosen):
        return None
    flat = (layers * heads, length, width)
    return {
        "heads": chosen.tolist(),
        "query": packed_signed(query.reshape(flat)[chosen]),
        "key": packed_signed(key.reshape(flat)[chosen]),
        "scaling": arrays["scaling"].tolist(),
        "added": None
        if added is None
        else packed_signed(added.reshape(layers * heads, length, length)[chosen]),
    }


def _added(arrays: Mapping[str, np.ndarray]) -> np.ndarray | None:
    """Return what a model adds to its products, [L, H, T, T]; None where that is nothing.

    A product read back from a score is off by a rounding, which is nothing too.
    """
    rest = arrays.get("rest")
    if rest is None:
        return None
    seen = np.isfinite(rest)
    added = np.where(seen & (np.abs(np.where(seen, rest, 0)) < _ROUNDING), 0.0, rest)
    return added if added.any() else None


def _statistics(arrays: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Return each head's statistics, numbers to six digits."""
    return {
        name: np.round(arrays[f"statistics.{name}"], 6).tolist()
        for name in STATISTICS
        if f"statistics.{name}" in arrays
    }


def _measures(arrays: Mapping[str, np.ndarray]) -> list[dict[str, Any]]:
    """Return the mean attention from feature to feature by measure."""
    found = []
    for name, values in arrays.items():
        if not name.startswith("measure."):
            continue
        averaged = values.size > CORPUS_VALUES
        shown = values.mean(axis=1, keepdims=True) if averaged else values
        signed = bool((shown < 0).any())
        found.append(
            {
                "name": visible(name.removeprefix("measure.")),
                "averaged": averaged,
                "values": packed_signed(shown) if signed else packed(shown),
            }
        )
    return found


def _examples(examples: Mapping[str, Any]) -> dict[str, Any]:
    """Return the documents behind the edges with their texts made visible."""
    documents = {
        number: {
            "pieces": [[on_one_line(text), carried] for text, carried in entry["pieces"]],
            "values": plain(entry["values"]),
        }
        for number, entry in examples["documents"].items()
    }
    return {"pairs": examples["pairs"], "documents": documents, "ranked": examples["ranked"]}


def on_one_line(text: str) -> str:
    """Return a piece of a document on one line: white space is a space, controls are escapes."""
    return visible("".join(" " if character.isspace() else character for character in text))
