"""The surrogate of a run's model fitted: see `causattn.report.record.surrogate`."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import numpy as np

from causattn.attribution import Surrogate, TreeSurrogate, fit_surrogate
from causattn.base import DataError, write_json
from causattn.corpora import Corpus, Mentions
from causattn.features import FeatureTable, with_carriers
from causattn.models import LanguageModel
from causattn.report.page.graph_data import plain
from causattn.report.record.question import DocumentSample, ExampleQuestion, question_of, subject_of
from causattn.report.record.surrogate import ARRAYS, FILE, SCHEMA
from causattn.results import Run

_LEAST, _LEAVES = 20, 5


def record_surrogate(
    run: Run, corpus: Corpus, table: FeatureTable, model: LanguageModel, documents: int
) -> None:
    """Write a run's ``surrogate.json``, where its model can be asked something.

    Parameters
    ----------
    run
        The run, its graph written.
    corpus, table, model
        What it was made from.
    documents
        How many documents the model reads, the first of the table; 0 for none.
    """
    rows = np.arange(min(documents, len(table.documents)))
    if len(rows) < _LEAST:
        return
    texts = [corpus.texts[d] for d in table.documents[rows]]
    sample = DocumentSample(corpus, model, with_carriers(table, rows, texts, model), texts)
    subject = subject_of(run.graph, sample)
    question = question_of(sample, subject)
    if isinstance(question, str) or len(question.labels) < 2:
        return
    asked, probability = _answers(question, sample)
    others = _without(table, subject, asked)
    if len(asked) < _LEAST or others is None:
        return
    answer, odds = _log_odds(probability)
    if not np.ptp(odds):
        return
    output = f"log-odds of {question.labels[answer]} ({question.words})"
    seed = int(run.config.get("seed", 0))
    tree = fit_surrogate("tree", others, odds, output=output, leaves=_LEAVES, seed=seed)
    assert isinstance(tree, TreeSurrogate)
    linear: Surrogate | None
    try:
        linear = fit_surrogate("linear", others, odds, output=output, seed=seed)
    except DataError:  # too few documents for so many features, which a tree minds less
        linear = None
    write_json(
        run.folder / FILE,
        {
            "schema": SCHEMA,
            "asked": question.words,
            "tree": _plain_tree(tree),
            "linear": None if linear is None else plain(asdict(linear.fidelity)),
        },
    )


def _plain_tree(tree: TreeSurrogate) -> dict[str, Any]:
    """Return a tree as JSON holds it, a leaf's threshold as null."""
    values = {name: getattr(tree, name) for name in ("output", "names", *ARRAYS)}
    kept = {name: v.tolist() if isinstance(v, np.ndarray) else v for name, v in values.items()}
    kept["threshold"] = [None if np.isnan(value) else value for value in tree.threshold]
    return {**kept, "names": list(tree.names), "fidelity": plain(asdict(tree.fidelity))}


def _answers(question: ExampleQuestion, sample: DocumentSample) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows that can be asked, and the probabilities of the answers in each."""
    hidden = sample.model.task == "masked"
    rows = question.rows if hidden else np.arange(len(sample))
    return rows, question.decide([question.asked(int(k))[0] for k in rows])


def _log_odds(probability: np.ndarray) -> tuple[int, np.ndarray]:
    """Return an answer's number and its log-odds: of two the rarer one, of more the last one."""
    two = probability.shape[1] == 2
    answer = int(probability.mean(0).argmin()) if two else probability.shape[1] - 1
    safe = np.clip(probability, 1e-12, None)
    odds: np.ndarray = np.log(safe[:, answer]) - np.log(np.delete(safe, answer, axis=1).sum(1))
    return answer, odds


def _without(table: FeatureTable, subject: int | None, rows: np.ndarray) -> FeatureTable | None:
    """Return some rows of the other features, those alone that are not the same in all of them."""
    values = np.asarray(table.values[rows], dtype=float)
    kept = [k for k in range(table.size) if k != subject and len(rows) and np.ptp(values[:, k])]
    if not kept:
        return None
    return replace(
        table,
        names=tuple(table.names[k] for k in kept),
        kinds=tuple(table.kinds[k] for k in kept),
        values=values[:, kept],
        categories=tuple(table.categories[k] for k in kept),
        carriers=Mentions.empty(),
        documents=table.documents[rows],
    )
