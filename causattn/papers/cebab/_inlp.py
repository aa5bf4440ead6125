"""INLP: the state without what linear classifiers can tell of a concept.

Ravfogel, Elazar, Gonen, Twiton and Goldberg (2020), "Null It Out: Guarding Protected Attributes by
Iterative Nullspace Projection", ACL. Algorithm 1: a linear classifier of the concept is learned
from the states, these are projected on the null space of its weights, and so on; what remains is
the projection on the intersection of the null spaces, which is I less the projection on the sum of
the row spaces (section 4, after Ben-Israel), and so symmetric and idempotent to rounding.

Abraham et al. (2022): the effect of the concept on a text is what the head says of the projected
state, less what it says of the state. It is the same whichever way an edit goes. They train the
head five steps at a rate of 2e-5 on projected states, which hardly moves it; here it stays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causattn.papers.cebab._head import Head
from causattn.papers.cebab._tcav import ALPHA

_TINY = 1e-10


@dataclass(frozen=True)
class Erased:
    """A projection, and what classifiers could tell on the way.

    Parameters
    ----------
    projection
        float64 [width, width], symmetric and idempotent.
    accuracy
        On texts held out, of a classifier on the states after 0, 1, .. rounds.
    majority
        Share of the most frequent label among the texts held out.
    directions
        How many dimensions are gone.
    """

    projection: np.ndarray
    accuracy: tuple[float, ...]
    majority: float
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
        Classifiers in turn, 10 as in the code of Abraham et al.
    held_out
        Share of the texts on which accuracy is measured.
    """
    from scipy.linalg import orth

    order = rng.permutation(len(states))
    kept = max(1, round(held_out * len(states)))
    test, train = order[:kept], order[kept:]
    width = states.shape[1]
    gone = np.zeros((width, 0))
    projection = np.eye(width)
    accuracy = []
    for turn in range(rounds + 1):
        # One round more than is projected on, for the accuracy that is left.
        if len(np.unique(labels[train])) < 2:
            break
        weights, right = _classifier(states @ projection, labels, train, test)
        accuracy.append(right)
        if turn == rounds or np.linalg.norm(weights) < _TINY:
            break
        # Weights learned on projected states lie in their span, but for rounding.
        gone = np.column_stack([gone, orth(projection @ weights.T)])
        gone = orth(gone)
        projection = np.eye(width) - gone @ gone.T
    _, counts = np.unique(labels[test], return_counts=True)
    return Erased(projection, tuple(accuracy), float(counts.max() / kept), gone.shape[1])


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
    """Return a linear classifier's weights [1 or labels, width] and its accuracy held out."""
    from sklearn.svm import LinearSVC

    learner = LinearSVC(C=1 / (ALPHA * len(train)), dual=False)
    learner.fit(states[train], labels[train])
    return learner.coef_, float((learner.predict(states[test]) == labels[test]).mean())
