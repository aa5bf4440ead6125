"""What a run's model says of one thing, as a small tree of the other features.

The thing is what the page's documents are asked about: a classifier's label, or the value of the
slot that most edges point to, hidden. The tree and, beside it, a sum of the features are fitted to
the model's log-odds and tried on documents held out (`causattn.attribution.fit_surrogate`).
``surrogate.json`` keeps them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from causattn.attribution import Fidelity, Surrogate, TreeSurrogate, fit_surrogate
from causattn.base import DataError, visible, write_json
from causattn.corpora import Corpus, Mentions
from causattn.features import FeatureTable, with_carriers
from causattn.models import LanguageModel
from causattn.report.page.graph_data import plain
from causattn.report.record.kept import read_kept
from causattn.report.record.question import DocumentSample, ExampleQuestion, question_of, subject_of
from causattn.report.words import number
from causattn.results import Run

FILE = "surrogate.json"
SCHEMA = 1
_LEAST, _LEAVES = 20, 5
_ARRAYS = ("binary", "column", "threshold", "low", "high", "value", "documents")


@dataclass(frozen=True)
class KeptSurrogate:
    """A tree of what a model says.

    Parameters
    ----------
    asked
        What the model was asked, in words.
    tree
        The tree.
    linear
        What a sum of the features is worth beside it; None where it could not be fitted.
    """

    asked: str
    tree: TreeSurrogate
    linear: Fidelity | None


def record_surrogate(
    run: Run, corpus: Corpus, table: FeatureTable, model: LanguageModel | None, documents: int
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
    if model is None or len(rows) < _LEAST:
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


def read_surrogate(run: Run) -> KeptSurrogate | None:
    """Return what a run kept; None where it kept nothing.

    Raises
    ------
    ArtefactError
        Where it is of another schema.
    """
    kept = read_kept(run, FILE, SCHEMA, "a surrogate")
    if kept is None:
        return None
    tree, linear = kept["tree"], kept["linear"]
    arrays = {name: _array(tree[name], name) for name in _ARRAYS}
    return KeptSurrogate(
        kept["asked"],
        TreeSurrogate(
            output=tree["output"],
            names=tuple(tree["names"]),
            fidelity=_fidelity(tree["fidelity"]),
            **arrays,
        ),
        None if linear is None else _fidelity(linear),
    )


def surrogate_line(found: KeptSurrogate) -> str:
    """Say what a run's tree says, and how well."""
    beside = "" if found.linear is None else f"; a sum of the features has {_r2(found.linear)}"
    return tree_line(found.tree, beside)


def tree_line(tree: TreeSurrogate, beside: str = "") -> str:
    """Say what a tree says, how well, and what another surrogate has `beside` it."""
    count = int((tree.column >= 0).sum())
    questions = f"{count} question{'' if count == 1 else 's'}"
    output = visible(tree.output)
    return (
        f"{output[0].upper()}{output[1:]}: a tree of {questions} has {_r2(tree.fidelity)} on "
        f"{tree.fidelity.held_out} documents held out{beside}. It sums up what the model says, and "
        "not how it comes to say it."
    )


def _plain_tree(tree: TreeSurrogate) -> dict[str, Any]:
    """Return a tree as JSON holds it, a leaf's threshold as null."""
    values = {name: getattr(tree, name) for name in ("output", "names", *_ARRAYS)}
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


def _array(values: list[Any], name: str) -> np.ndarray:
    kind = {"binary": bool, "threshold": float, "value": float}.get(name, np.int64)
    return np.array([np.nan if value is None else value for value in values], dtype=kind)


def _fidelity(kept: Mapping[str, Any]) -> Fidelity:
    known: dict[str, Any] = {k: float("nan") if v is None else v for k, v in kept.items()}
    return Fidelity(**known)


def _r2(fidelity: Fidelity) -> str:
    low, high = (number(value, 2) for value in (fidelity.r2_low, fidelity.r2_high))
    return f"R² {number(fidelity.r2, 2)} [{low}, {high}]"
