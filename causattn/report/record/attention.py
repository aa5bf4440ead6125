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
from typing import TYPE_CHECKING, Any

import numpy as np

from causattn.base import write_json
from causattn.corpora import Corpus
from causattn.features import FeatureTable, with_carriers
from causattn.report.record.examples import examples
from causattn.report.record.explained import record_examples
from causattn.report.record.settings import page_settings
from causattn.results import Run

if TYPE_CHECKING:
    from causattn.attention import AttentionSummary
    from causattn.models import LanguageModel

FOLDER = "attention"
SCHEMA = 1


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
        from causattn.report.record.looked import record_looked

        looked = record_looked(run, material, model, table, rows, chosen, about)
    write_json(folder / "about.json", about)
    record_examples(run, corpus, table, model, rows, looked, chosen)
    if model is not None:
        from causattn.report.record.fitted import record_surrogate

        record_surrogate(run, corpus, material.table, model, chosen.surrogate)
    return folder
