"""Our own question: a graph over the corpus, and which words it joins to the label.

1. Features: whether a training sentence holds each of the most frequent words; the outcome.
2. Candidates: a word and the label where the network attends to the word most (its attention times
   the sentence's number of words, mean over where it stands: 1 is uniform attention); two words
   where their mutual information is largest, since this network has no attention between words.
3. Discovery: PC restricted to the candidates, the outcome after all words.
4. Importance: the coefficient of a word in the linear regression of the outcome on all words that
   have an edge to it, which adjusts each for the others, by its size; 0 for a word without an edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd
import torch

from causattn.candidates import CandidateEdges, mutual_information_screen, strongest_pairs
from causattn.corpora import Corpus
from causattn.discovery import Knowledge, discover
from causattn.features import FeatureTable, build_features
from causattn.graphs import CausalGraph

from .sentences import Sentences, batches
from .training import Trained

OUTCOME = "[label]"
"""No word is called so."""


@dataclass(frozen=True)
class GraphSettings:
    """How the graph is found.

    Parameters
    ----------
    words
        Features: the most frequent words.
    label_pairs, word_pairs
        Candidate pairs of a word with the label, and of two words.
    alpha, max_order
        Of PC: level of a test, largest conditioning set.
    """

    words: int = 600
    label_pairs: int = 300
    word_pairs: int = 1200
    alpha: float = 0.01
    max_order: int = 2


def word_table(sentences: Sentences, words: int) -> FeatureTable:
    """Return presence of the most frequent words and the label, one row a sentence."""
    corpus = Corpus(
        "sentences",
        [" ".join(words) for words in sentences.words],
        outcome=sentences.labels.astype(float),
        outcome_name=OUTCOME,
        outcome_classes=("negative", "positive"),
    )
    settings = {
        "kind": "words",
        "top": words,
        "min_share": 2 / len(sentences),
        "max_share": 1.0,
        # Every word as it stands: the question is about those that the network reads.
        "function_words": "keep",
        "forms": "keep",
        "collinear": "drop",
    }
    return build_features(settings, corpus)


@torch.inference_mode()
def relative_attention(trained: Trained, sentences: Sentences) -> dict[str, float]:
    """Return each word's mean attention over all its places, in units of uniform attention."""
    numbered = trained.vocabulary.numbered(sentences.words)
    values: dict[int, np.ndarray] = {}
    for batch in batches(numbered, 256):
        attention = trained.network.read(batch.ids, batch.is_word).attention.double().numpy()
        for place, row in enumerate(batch.rows):
            length = len(sentences.words[row])
            values[int(row)] = attention[place, batch.is_word[place].numpy()] * length
    flat = np.concatenate([values[row] for row in range(len(sentences))])
    words, where = np.unique(
        np.array(list(chain.from_iterable(sentences.words)), dtype=object).astype(str),
        return_inverse=True,
    )
    means = np.bincount(where, flat) / np.bincount(where)
    return dict(zip(words.tolist(), means.tolist(), strict=True))


def attention_candidates(
    table: FeatureTable, attention: dict[str, float], settings: GraphSettings
) -> CandidateEdges:
    """Return candidates by attention to a word (with the label) and mutual information (of words).

    The scores of the two kinds of pair are not on one scale and are not compared.
    """
    outcome = table.names.index(OUTCOME)
    to_label = np.array([attention.get(name, 0.0) for name in table.names])
    to_label[outcome] = 0.0
    information = mutual_information_screen(table)
    information[outcome] = information[:, outcome] = 0.0
    allowed = strongest_pairs(information, settings.word_pairs)
    chosen = np.argsort(-to_label, kind="stable")[: settings.label_pairs]
    chosen = chosen[to_label[chosen] > 0]
    allowed[chosen, outcome] = allowed[outcome, chosen] = True
    score = information.copy()
    score[:, outcome] = to_label
    return CandidateEdges(
        table.names,
        score,
        np.full(score.shape, np.nan),
        allowed,
        f"attention to {len(chosen)} words, mutual information of {settings.word_pairs} pairs",
    )


def graph_into_outcome(
    table: FeatureTable,
    outcome: np.ndarray,
    candidates: CandidateEdges | None,
    settings: GraphSettings,
) -> CausalGraph:
    """Return PC's graph over the words and an outcome that comes after all of them.

    Parameters
    ----------
    table
        Presence of words; its column for the label stands for the outcome.
    outcome
        float64 [n]: the labels, tested by G-square, or other numbers, tested by Fisher's z.
    candidates
        Over the table's columns; None for all pairs.
    settings
        Level and order of the tests.
    """
    place = table.names.index(OUTCOME)
    words = tuple(name for name in table.names if name != OUTCOME)
    values = table.values.astype(float)
    values[:, place] = outcome
    discrete = bool(np.isin(outcome, (0.0, 1.0)).all())
    found = {
        "kind": "pc",
        "test": "g_square" if discrete else "fisher_z",
        "alpha": settings.alpha,
        "max_order": settings.max_order,
    }
    columns = values.astype(int) if discrete else values
    data = pd.DataFrame(columns, columns=list(table.names))
    return discover(found, data, candidates, knowledge=Knowledge(tiers=(words, (OUTCOME,))))


def edge_weights(table: FeatureTable, graph: CausalGraph, outcome: np.ndarray) -> dict[str, float]:
    """Return the size of each word's coefficient among all words with an edge to the outcome.

    Parameters
    ----------
    table
        Presence of words.
    graph
        Over its columns.
    outcome
        float64 [n].
    """
    joined = np.flatnonzero(graph.skeleton()[:, table.names.index(OUTCOME)])
    design = np.column_stack([np.ones(len(outcome)), table.values[:, joined]])
    coefficients = np.linalg.lstsq(design, outcome, rcond=None)[0][1:]
    return {
        table.names[column]: abs(float(value))
        for column, value in zip(joined, coefficients, strict=True)
    }


def by_word(sentences: Sentences, weights: dict[str, float]) -> np.ndarray:
    """Return the weight of every word of some sentences, float64 [W]; 0 where it has none."""
    return np.array([weights.get(word, 0.0) for word in chain.from_iterable(sentences.words)])
