"""ConceptSHAP: what each concept adds to what the concepts together let the head say.

Yeh, Kim, Arik, Li, Pfister and Ravikumar (2020), "On Completeness-aware Concept-Based Explanations
in Deep Neural Networks", NeurIPS. Definition 3.1: concepts c_1..c_m are complete for a classifier
h(phi(x)) so far as a map g, learned for them, lets h(g(v(x))) tell the labels from the concept
scores v(x) = (c_1 phi(x), .., c_m phi(x)) alone; g is a perceptron with one hidden layer.
Definition 4.1: a concept's score is its Shapley value in the game whose worth of a set S of
concepts is the completeness of S.

Abraham et al. (2022) let all 2^m sets play for what the head says *of one text*, so that a concept
has a value for every text and class, and take that for its effect; the concepts are TCAV's vectors.
The value is the same whichever way an edit goes. Two departures from their code, which serves two
classes: the game is for class probabilities, so that values add up to 0 over the classes and need
no centring (there: softmax of values of logits, less one half); and the maps are learned on the
reference texts, not on those that are to be explained.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, combinations
from math import comb

import numpy as np
import torch

from causattn.models import seeded_torch

from .head import Head

_BATCH = 128
_RATE = 1e-2


@dataclass(frozen=True)
class ConceptShap:
    """Every concept's values, and how much the sets of concepts tell.

    Parameters
    ----------
    values
        float64 [concepts, n, classes].
    completeness
        Accuracy of all concepts together above that of a guess, in that of the head itself, on the
        reference texts (definition 3.1, without the threshold on scores).
    importance
        float64 [concepts], Shapley values of the completeness (definition 4.1); they add up to
        it less the completeness of no concept.
    """

    values: np.ndarray
    completeness: float
    importance: np.ndarray


def concept_shap(
    head: Head,
    vectors: np.ndarray,
    reference: np.ndarray,
    classes: np.ndarray,
    states: np.ndarray,
    seed: int,
    *,
    epochs: int = 50,
    hidden: int = 500,
) -> ConceptShap:
    """Return the values of concepts in what the head says of texts.

    Parameters
    ----------
    head
        The classifier's; stays as it is.
    vectors
        float64 [concepts, width].
    reference, classes
        float64 [m, width] and int64 [m], states and true classes of texts to learn the maps from.
    states
        float64 [n, width], of the texts to be explained.
    seed
        For the maps' first weights and the order of the texts.
    epochs, hidden
        Rounds over the reference texts, and the hidden layer's width (500 in both papers).
    """
    scores = reference @ vectors.T
    centre, scale = scores.mean(axis=0), np.maximum(scores.std(axis=0), 1e-12)
    known, asked = (scores - centre) / scale, (states @ vectors.T - centre) / scale
    own = (head.probabilities(reference).argmax(1) == classes).mean()
    told: dict[frozenset[int], np.ndarray] = {}
    worth: dict[frozenset[int], np.ndarray] = {}
    for members in subsets(len(vectors)):
        played = np.isin(np.arange(len(vectors)), list(members))
        restored = _learned_map(head, known * played, classes, seed, epochs, hidden)
        told[members] = head.probabilities(restored(asked * played))
        guess = 1 / told[members].shape[1]
        right = (head.probabilities(restored(known * played)).argmax(1) == classes).mean()
        worth[members] = np.array([(right - guess) / (own - guess)])
    everybody = frozenset(range(len(vectors)))
    return ConceptShap(
        shapley_values(told, len(vectors)),
        float(worth[everybody][0]),
        shapley_values(worth, len(vectors))[:, 0],
    )


def subsets(players: int) -> Iterator[frozenset[int]]:
    """Yield all sets of players, the smaller first."""
    sizes = (combinations(range(players), size) for size in range(players + 1))
    return map(frozenset, chain.from_iterable(sizes))


def shapley_values(worth: Mapping[frozenset[int], np.ndarray], players: int) -> np.ndarray:
    """Return every player's Shapley value of an array-valued game, exactly.

    Parameters
    ----------
    worth
        What each of the 2^players sets wins, float64 [...].
    players
        Counted from 0.

    Returns
    -------
    float64 [players, ...]; adds up to the worth of everybody less that of nobody.
    """
    found = np.zeros((players, *np.shape(worth[frozenset()])))
    for player in range(players):
        for others in subsets(players):
            if player not in others:
                weight = 1 / (players * comb(players - 1, len(others)))
                found[player] += weight * (worth[others | {player}] - worth[others])
    return found


class _Map:
    """A learned map from concept scores to states."""

    def __init__(self, network: torch.nn.Module) -> None:
        self._network = network

    def __call__(self, scores: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            states: np.ndarray = self._network(torch.from_numpy(scores).float()).double().numpy()
        return states


def _learned_map(
    head: Head, scores: np.ndarray, classes: np.ndarray, seed: int, epochs: int, hidden: int
) -> _Map:
    """Return the map after learning, through the head as it is, to tell the classes."""
    weight = next(head.classifier.parameters())
    width = next(head.pooler.parameters()).shape[-1]
    given, wanted = torch.from_numpy(scores).float(), torch.from_numpy(classes).long()
    with seeded_torch(seed):
        network = torch.nn.Sequential(
            torch.nn.Linear(scores.shape[1], hidden),
            torch.nn.ReLU(),
            torch.nn.Linear(hidden, width),
        )
        optimiser = torch.optim.Adam(network.parameters(), lr=_RATE)
        for _ in range(epochs):
            for rows in torch.randperm(len(given)).split(_BATCH):
                logits = head.outputs(network(given[rows]).to(weight)).float().cpu()
                optimiser.zero_grad()
                torch.nn.functional.cross_entropy(logits, wanted[rows]).backward(
                    inputs=list(network.parameters())
                )
                optimiser.step()
    return _Map(network)
