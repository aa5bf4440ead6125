"""Documents beside their counterfactuals: the words of one feature taken out.

Of each document that a run keeps whole, a classifier also reads the text without the words of one
feature: of those that the document carries, the one whose words the evidence says move the model's
output most (where it was not asked, the first).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from causattn.base import CapabilityError, DataError, ModelError, inside, read_arrays
from causattn.corpora import Corpus
from causattn.effects import CounterfactualAttention, counterfactual_attention
from causattn.features import FeatureTable
from causattn.models import LanguageModel
from causattn.report.record.carried import carried_by
from causattn.report.record.kept import write_npz
from causattn.results import Run

_ARRAYS = (
    "aligned",
    "swapped",
    "output_before",
    "output_after",
    "attention_before",
    "attention_after",
)
_TEXTS = ("tokens_before", "tokens_after", "labels", "special_before", "special_after")


def record_pairs(
    run: Run,
    corpus: Corpus,
    table: FeatureTable,
    model: LanguageModel,
    rows: np.ndarray,
    folder: Path,
) -> tuple[list[dict[str, Any]], list[str]]:
    """Write the pairs of some rows of the table.

    Returns
    -------
    What is known of each pair, JSON-like, and why there are no others, in sentences. Both are
    empty for a model that is no classifier.
    """
    if model.task != "classifier":
        return [], []
    order = _by_effect(run, table)
    found, reasons = [], []
    for row in rows.tolist():
        number = int(table.documents[row])
        pieces = carried_by(corpus.texts[number], table, row)
        carried = {feature for _, features in pieces for feature in features}
        feature = next((k for k in order if k in carried), None)
        if feature is None:
            reasons.append(f"Document {number} carries none of the features in its words.")
            continue
        rest = "".join(text for text, features in pieces if feature not in features)
        try:
            pair = counterfactual_attention(model, corpus.texts[number], " ".join(rest.split()))
        except (CapabilityError, DataError, ModelError) as error:
            reasons.append(f"Document {number}: {error}")
            continue
        name = f"pair_{number}.npz"
        write_npz(folder / name, {key: getattr(pair, key) for key in _ARRAYS})
        found.append(
            {
                "file": name,
                "title": f"document {number} without the words of {table.names[feature]}",
                **{key: list(getattr(pair, key)) for key in _TEXTS},
            }
        )
    return found, list(dict.fromkeys(reasons))


def read_pair(folder: Path, entry: dict[str, Any]) -> CounterfactualAttention:
    """Return a pair that `record_pairs` wrote."""
    parts: dict[str, Any] = {key: tuple(entry.get(key, ())) for key in _TEXTS}
    parts |= read_arrays(inside(folder, entry["file"]))
    return CounterfactualAttention(**parts)


def _by_effect(run: Run, table: FeatureTable) -> list[int]:
    """Return all features, those first whose words move the model's output most."""
    strength = dict.fromkeys(range(table.size), 0.0)
    index = {name: k for k, name in enumerate(table.names)}
    evidence = run.evidence
    if "model_estimate" in evidence:
        for source, estimate in zip(evidence["source"], evidence["model_estimate"], strict=True):
            if source in index and estimate == estimate:
                place = index[source]
                strength[place] = max(strength[place], abs(float(estimate)))
    return sorted(strength, key=lambda k: (-strength[k], k))
