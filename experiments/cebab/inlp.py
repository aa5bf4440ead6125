"""INLP: the state without what linear classifiers can tell of a concept.

Ravfogel, Elazar, Gonen, Twiton and Goldberg (2020), "Null It Out: Guarding Protected Attributes by
Iterative Nullspace Projection", ACL. Algorithm 1: a linear classifier of the concept is learned
from the states, these are projected on the null space of its weights, and so on until no classifier
does better than chance. What remains is the projection on the intersection of the null spaces,
which is I less the projection on the sum of the row spaces (section 4, after Ben-Israel), and so
symmetric and idempotent to rounding.

Abraham et al. (2022): the effect of the concept on a text is what the head says of the projected
state, less what it says of the state. It is the same whichever way an edit goes. They take ten
rounds whatever is told, and train the head five steps at a rate of 2e-5 on projected states, which
hardly moves it; here ten rounds are the most, and the head stays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .head import Head
from .tcav import ALPHA


@dataclass(frozen=True)
class Erased:
    """A projection, and what classifiers could tell on the way.

    Parameters
    ----------
    projection
        float64 [width, width], symmetric and idempotent.
    told
        Balanced accuracy, on texts held out, of a classifier on the states after 0, 1, .. rounds.
    chance
        1 over the number of labels held out.
    directions
        How many dimensions are gone.
    """

    projection: np.ndarray
    told: tuple[float, ...]
    chance: float
    directions: int


def erase(
    states: np.ndarray,
    labels: np.ndarray,
    rng: np.random.Generator,
    *,
    rounds: int = 10,
    held_out: float = 0.2,
) -> Erased:
    """Return the projection that takes a concept out of states.

    Parameters
    ----------
    states
        float64 [n, width].
    labels
        [n], the concept's label of each text.
    rng
        Draws the texts held out.
    rounds
        The most classifiers in turn; fewer where one does no better than chance, to a standard
        error.
    held_out
        Share of the texts on which it is measured how often labels are told.
    """
    from scipy.linalg import orth

    order = rng.permutation(len(states))
    kept = max(1, round(held_out * len(states)))
    test, train = order[:kept], order[kept:]
    width, chance = states.shape[1], 1 / len(np.unique(labels[test]))
    enough = chance + float(np.sqrt(chance * (1 - chance) / kept))
    gone, projection, told = np.zeros((width, 0)), np.eye(width), []
    # One round more than is projected on, for what can still be told.
    for turn in range(rounds + 1):
        weights, right = _classifier(states @ projection, labels, train, test)
        told.append(right)
        if turn == rounds or right <= enough:
            break
        # Weights learned on projected states lie in their span, but for rounding.
        gone = orth(np.column_stack([gone, orth(projection @ weights.T)]))
        projection = np.eye(width) - gone @ gone.T
    return Erased(projection, tuple(told), chance, gone.shape[1])


def random_projection(width: int, directions: int, rng: np.random.Generator) -> np.ndarray:
    """Return a projection that takes out as many directions at random, float64 [width, width].

    What such a one does to the head's answer, any taking out does (Elazar, Ravfogel, Jacovi and
    Goldberg 2021, "Amnesic Probing", TACL 9, 160-175, take it for a control).
    """
    gone, _ = np.linalg.qr(rng.normal(size=(width, directions)))
    projection: np.ndarray = np.eye(width) - gone @ gone.T
    return projection


def erased_effects(head: Head, states: np.ndarray, projection: np.ndarray) -> np.ndarray:
    """Return what the head says without the concept less what it says, float64 [n, classes]."""
    return head.probabilities(states @ projection) - head.probabilities(states)


def _classifier(
    states: np.ndarray, labels: np.ndarray, train: np.ndarray, test: np.ndarray
) -> tuple[np.ndarray, float]:
    """Return a linear classifier's weights [1 or labels, width], and how often it is right."""
    from sklearn.metrics import balanced_accuracy_score
    from sklearn.svm import LinearSVC

    learner = LinearSVC(C=1 / (ALPHA * len(train)), dual=False, class_weight="balanced")
    told = learner.fit(states[train], labels[train]).predict(states[test])
    return learner.coef_, float(balanced_accuracy_score(labels[test], told))
