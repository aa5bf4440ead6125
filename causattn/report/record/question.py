"""What a run's model is asked of single documents: the label, or the value of a hidden slot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from causattn.base import CausattnError
from causattn.corpora import Corpus, Mentions
from causattn.exemplars import (
    CorpusValues,
    Decide,
    DocumentLosses,
    EditPlace,
    hidden_decision,
    hidden_losses,
    label_decision,
    label_losses,
)
from causattn.features import FeatureKind, FeatureTable
from causattn.graphs import CausalGraph
from causattn.models import (
    LanguageModel,
    carrier_tokens,
    encode_texts,
    hiding_tokens,
    single_tokens,
)


@dataclass(frozen=True)
class DocumentSample:
    """The rows of a table whose documents are looked at, the first n.

    Parameters
    ----------
    corpus, model
        What the run was made from.
    table
        Its features, the carriers of the rows at hand.
    texts
        The n documents.
    """

    corpus: Corpus
    model: LanguageModel
    table: FeatureTable
    texts: list[str]

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True)
class ExampleQuestion:
    """Something that a model is asked of documents.

    Parameters
    ----------
    words
        What it is, for a sentence.
    feature
        The feature it is about.
    labels
        The possible answers.
    decide
        From texts, as they are asked, to the probabilities of the answers.
    asked
        From a row to the text as it is asked, and where that can be edited.
    losses
        Makes the model's losses on all rows; ``rows`` says which these are.
    rows
        int64 [m], the rows that have a right answer.
    """

    words: str
    feature: int
    labels: tuple[str, ...]
    decide: Decide
    asked: Callable[[int], tuple[str, list[EditPlace]]]
    losses: Callable[[], DocumentLosses]
    rows: np.ndarray


def question_of(
    sample: DocumentSample, feature: int | None, proposals: int = 3
) -> ExampleQuestion | str:
    """Return what the model can be asked about a feature, or why nothing.

    Parameters
    ----------
    sample
        The documents.
    feature
        Column of the table; None for a classifier's label where that is no column.
    proposals
        Most replacements at one place of a document.
    """
    values = CorpusValues(sample.table, sample.texts, proposals)
    try:
        if sample.model.task == "classifier":
            return _label(sample, feature, values)
        if sample.model.task == "masked" and feature is not None:
            return _slot(sample, feature, values)
    except CausattnError as error:
        return str(error)
    return (
        f"Model {sample.model.name} ({sample.model.task}) neither labels documents nor fills in "
        "hidden words, so that no edit turns what it says."
    )


def subject_of(graph: CausalGraph, sample: DocumentSample) -> int | None:
    """Return which feature the model is asked about: the one that most edges point to.

    A classifier is asked for its label, whichever column that is.
    """
    table = sample.table
    if sample.model.task == "classifier":
        return None
    index = {name: k for k, name in enumerate(table.names)}
    into = np.zeros(table.size)
    for source, target, symbol in graph.edges():
        for name, counts in ((target, symbol.endswith(">")), (source, symbol.startswith("<"))):
            if name in index:
                into[index[name]] += 1.0 if counts else 0.1
    return int(into.argmax())


def _label(
    sample: DocumentSample, feature: int | None, values: CorpusValues
) -> ExampleQuestion | str:
    """Ask a classifier for the label."""
    table, corpus, model = sample.table, sample.corpus, sample.model
    if feature is not None and table.kinds[feature] is not FeatureKind.OUTPUT:
        return f"The model says nothing of {table.names[feature]}, only of {corpus.outcome_name}."
    decide = label_decision(model)
    names = model.network.config.id2label or {}
    known = np.empty(0, dtype=np.int64)
    truth = np.empty(0)
    if corpus.outcome is not None:
        truth = np.asarray(corpus.outcome, dtype=float)[table.documents[: len(sample)]]
        known = np.flatnonzero(~np.isnan(truth))
    return ExampleQuestion(
        words=corpus.outcome_name,
        feature=-1 if feature is None else feature,
        labels=tuple(str(name) for _, name in sorted(names.items())),
        decide=decide,
        asked=lambda row: (sample.texts[row], values.places(row)),
        losses=lambda: label_losses(model, [sample.texts[k] for k in known], truth[known]),
        rows=known,
    )


def _slot(sample: DocumentSample, feature: int, values: CorpusValues) -> ExampleQuestion | str:
    """Ask a masked model for the value of a slot that is hidden from it."""
    table, corpus, model = sample.table, sample.corpus, sample.model
    name = table.names[feature]
    if corpus.value_texts is None or name not in corpus.variables:
        return f"Corpus {corpus.name} has no slot for {name} that could be hidden and asked for."
    variable = corpus.variables.index(name)
    tokens = single_tokens(model, list(corpus.value_texts[variable]))
    if (tokens < 0).any() or len(set(tokens.tolist())) < len(tokens):
        return f"The values of {name} are no single tokens of model {model.name}."
    own = None if corpus.mask_texts is None else corpus.mask_texts[variable]
    hiding = int(hiding_tokens(model, [own])[0])
    text = own if own is not None and int(single_tokens(model, [own])[0]) == hiding else None
    text = text or str(model.tokenizer.mask_token)
    carriers = table.carriers
    mine = np.flatnonzero((carriers.variable == feature) & (carriers.document < len(sample)))
    once = np.bincount(carriers.document[mine], minlength=len(sample)) == 1
    mine = mine[once[carriers.document[mine]]]
    spans = {
        int(carriers.document[k]): (int(carriers.start[k]), int(carriers.end[k])) for k in mine
    }

    def asked(row: int) -> tuple[str, list[EditPlace]]:
        whole, (start, end) = sample.texts[row], spans[row]
        shift = len(text) - (end - start)
        places = [
            p if p.end <= start else replace(p, start=p.start + shift, end=p.end + shift)
            for p in values.places(row, without=[feature])
        ]
        return f"{whole[:start]}{text}{whole[end:]}", places

    rows = np.array(sorted(spans), dtype=np.int64)

    def losses() -> DocumentLosses:
        encoding = encode_texts(model, [sample.texts[k] for k in rows], "truncate")
        starts, ends = np.array([spans[int(k)] for k in rows]).T
        count = np.arange(len(rows))
        found = carrier_tokens(encoding, Mentions(count, np.zeros_like(count), starts, ends))
        position = np.zeros(len(rows), dtype=np.int64)
        position[found.document] = found.position
        return hidden_losses(model, encoding, position, hiding)

    return ExampleQuestion(
        words=f"{name}, its place hidden",
        feature=feature,
        labels=table.categories[feature] or (),
        decide=hidden_decision(model, hiding, tokens.tolist()),
        asked=asked,
        losses=losses,
        rows=rows,
    )
