"""Features of kind ``concepts``: labels of documents, carried by the words that indicate them.

Which words indicate a concept is found from the data. The presence of each word is regressed on
whether each concept is spoken of, all concepts at once (a linear probability model, least squares),
and a concept's t value there is how strongly the word speaks for it. Taken together because
concepts come together: a review that speaks of noise mostly speaks of ambiance too, and alone
``loud`` would pass for a word of ambiance. (Log-odds with a Dirichlet prior, the usual choice for
one contrast of two groups, have no place for the other concepts, and rate a word low that never
stands in the other group.) A word belongs to the concept that it speaks for most and to no other.

A document does not speak of a concept where it has the label `absent`. Where no document has that
label, the concept enters by its labels (or its number, where continuous), and the score is the
square root of their F statistic: words of any label speak for it, of low numbers as of high ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import numpy as np

from causattn.base import Bounds
from causattn.corpora import Corpus, Occurrences
from causattn.features.assemble import Columns, Missing, assemble, chosen_variables
from causattn.features.checks import Collinear
from causattn.features.contract import FeatureBuilder
from causattn.features.lexicon import Units, find_units, unit_carriers
from causattn.features.table import FeatureKind, FeatureTable


@dataclass(frozen=True)
class ConceptSettings:
    """Which concepts, and how many words carry one.

    Parameters
    ----------
    include, exclude
        Variables to use (all, where none is named) and to leave out.
    carrier_words
        How many words carry a concept at most, the strongest first; its own name, where it occurs,
        is one more.
    min_score
        How strong a word must be: its t value.
    min_documents, max_share
        In how many documents a word must stand, and in which share of them it may at most, so that
        ``the`` and ``was`` carry nothing.
    exclude_words
        Words that carry nothing, whatever the counts say.
    absent
        The label of documents that do not speak of a concept.
    units
        ``"words"``, or the ``"pieces"`` of the model's tokenizer.
    metadata
        Variables of the corpus (such as year and city of corpus.columns) that stand beside the
        concepts as features without a text: they come before all concepts (assumed), attention
        does not restrict their edges, and no intervention on the model reaches them.
    outcome
        Is the corpus's outcome, if it has one, a feature too?
    missing
        A document with an unknown value: ``"error"``, or ``"drop"`` it and count it.
    collinear
        A column that is a linear combination of others, or the same in every document:
        ``"error"``, or ``"drop"`` it and name it.
    """

    include: list[str] = field(default_factory=list)
    exclude: list[str] = field(default_factory=list)
    carrier_words: Annotated[int, Bounds(least=1)] = 20
    min_score: Annotated[float, Bounds(least=0)] = 3.0
    min_documents: Annotated[int, Bounds(least=1)] = 5
    max_share: Annotated[float, Bounds(above=0, most=1)] = 0.2
    exclude_words: list[str] = field(default_factory=list)
    absent: str = "unknown"
    units: Units = "words"
    metadata: list[str] = field(default_factory=list)
    outcome: bool = True
    missing: Missing = "error"
    collinear: Collinear = "error"


class Concepts(FeatureBuilder):
    """Labels of the documents, carried by words that indicate them, found from the data."""

    name = "concepts"
    settings = ConceptSettings

    def needs_model(self, settings: ConceptSettings) -> bool:
        """Return whether pieces of the model's tokenizer are the units."""
        return settings.units == "pieces"

    def build(
        self, settings: ConceptSettings, corpus: Corpus, model: Any, seed: int
    ) -> FeatureTable:
        """Return the corpus's variables as a table, carried by the words that indicate them.

        Raises
        ------
        ConfigError
            Where the corpus has no variables, or a named one is unknown.
        DataError
            For gaps, constant, like or dependent columns, or a concept that no word indicates.
        """
        apart = [*settings.exclude, *set(settings.metadata).intersection(corpus.variables)]
        variables = chosen_variables(corpus, settings.include, apart, "concepts")
        found = find_units(corpus.texts, settings.units, model)
        words, scores = carrier_words(settings, corpus, variables, found)
        lexicon = {
            corpus.variables[variable]: [found.vocabulary[word] for word in own]
            for variable, own in zip(variables, words, strict=True)
        }
        strengths = {
            corpus.variables[variable]: [round(float(row[word]), 3) for word in own]
            for variable, own, row in zip(variables, words, scores, strict=True)
        }
        return assemble(
            corpus,
            concept_columns(corpus, variables, found, words),
            {"kind": "concepts", "units": settings.units, "lexicon": lexicon, "scores": strengths},
            outcome=settings.outcome,
            missing=settings.missing,
            collinear=settings.collinear,
            metadata=settings.metadata,
        )


def concept_columns(
    corpus: Corpus, variables: list[int], found: Occurrences, words: list[list[int]]
) -> Columns:
    """Return these variables as columns, carried by their words."""
    assert corpus.values is not None
    return Columns(
        names=tuple(corpus.variables[variable] for variable in variables),
        kinds=(FeatureKind.CONCEPT,) * len(variables),
        values=corpus.values[:, variables],
        categories=tuple(corpus.categories[variable] for variable in variables),
        carriers=unit_carriers(found, words),
    )


def carrier_words(
    settings: ConceptSettings, corpus: Corpus, variables: list[int], found: Occurrences
) -> tuple[list[list[int]], np.ndarray]:
    """Return per concept its words, the strongest first, and all scores, float64 [c, k]."""
    assert corpus.values is not None
    known = ~np.isnan(corpus.values[:, variables]).any(axis=1)
    blocks = [_spoken_of(corpus, variable, settings.absent) for variable in variables]
    signed = [_has_absent(corpus, variable, settings.absent) for variable in variables]
    scores = partial_scores(blocks, signed, found, known)
    frequency = found.document_frequency()
    usable = (frequency >= settings.min_documents) & (frequency <= settings.max_share * found.count)
    best = scores.argmax(axis=0)
    index = {word: k for k, word in enumerate(found.vocabulary)}
    silent = [index[word.lower()] for word in settings.exclude_words if word.lower() in index]
    usable[silent] = False
    # A concept's own name is its own, whatever the counts say.
    named = {
        index[corpus.variables[variable].lower()]: concept
        for concept, variable in enumerate(variables)
        if corpus.variables[variable].lower() in index
    }
    for word, concept in named.items():
        best[word] = concept
    chosen = []
    for concept in range(len(variables)):
        own = np.flatnonzero((best == concept) & usable & (scores[concept] >= settings.min_score))
        ranked = sorted(
            (word for word in own.tolist() if word not in named),
            key=lambda word: (-scores[concept, word], found.vocabulary[word]),
        )
        name = [word for word, owner in named.items() if owner == concept]
        chosen.append(name + ranked[: settings.carrier_words])
    return chosen, scores


def partial_scores(
    blocks: Sequence[np.ndarray], signed: Sequence[bool], found: Occurrences, rows: np.ndarray
) -> np.ndarray:
    """Return how strongly each word speaks for each concept given the others, float64 [c, k].

    Parameters
    ----------
    blocks
        Per concept its regressors, float64 [n, r].
    signed
        Per concept whether only words count that come with it: the score is then the t value of
        its one regressor, else the square root of the block's F statistic, which for one regressor
        is the t value without its sign.
    found
        The words of the n documents, k of them.
    rows
        bool [n], the documents to use.
    """
    design = np.column_stack([np.ones(int(rows.sum())), *(block[rows] for block in blocks)])
    presence = found.incidence()[np.flatnonzero(rows)]
    freedom = max(len(design) - np.linalg.matrix_rank(design), 1)
    inverse = np.linalg.pinv(design.T @ design)
    products = presence.T.dot(design)  # [k, regressors]
    weights = products @ inverse
    frequency = np.asarray(presence.sum(axis=0)).ravel()
    residual = np.maximum(frequency - (weights * products).sum(axis=1), 1e-12) / freedom
    scores = []
    first = 1
    for block, directed in zip(blocks, signed, strict=True):
        own = slice(first, first + block.shape[1])
        first += block.shape[1]
        part = weights[:, own]
        if directed:
            scores.append(part[:, 0] / np.sqrt(residual * inverse[own, own][0, 0]))
            continue
        squared = (part @ np.linalg.pinv(inverse[own, own]) * part).sum(axis=1)
        # A label that never varies has nothing to score; its column is refused by name later.
        scores.append(np.sqrt(squared / residual / max(block.shape[1], 1)))
    return np.stack(scores)


def _has_absent(corpus: Corpus, variable: int, absent: str) -> bool:
    """Return whether some document has the label of those that do not speak of the concept."""
    assert corpus.values is not None
    categories = corpus.categories[variable]
    if categories is None or absent not in categories:
        return False
    return bool((corpus.values[:, variable] == categories.index(absent)).any())


def _spoken_of(corpus: Corpus, variable: int, absent: str) -> np.ndarray:
    """Return what says that a document speaks of a concept, float64 [n, r]."""
    assert corpus.values is not None
    values, categories = corpus.values[:, variable], corpus.categories[variable]
    if categories is None:
        return values[:, None]
    if _has_absent(corpus, variable, absent):
        return (values != categories.index(absent)).astype(float)[:, None]
    codes = np.unique(values[~np.isnan(values)])
    return (values[:, None] == codes[None, 1:]).astype(float)


FEATURES = Concepts()
