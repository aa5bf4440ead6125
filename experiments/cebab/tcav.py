"""TCAV: how a class changes as a text's state moves along a concept's direction.

Kim, Wattenberg, Gilmer, Cai, Wexler, Viegas and Sayres (2018), "Interpretability Beyond Feature
Attribution: Quantitative Testing with Concept Activation Vectors (TCAV)", ICML. Section 3.2: a
concept activation vector v is the normal of a linear classifier that tells states of texts with the
concept from states of texts without it, towards those with it. Equation 1: the sensitivity of class
k at a text is the directional derivative of its logit, the gradient of h_k at the state times v.

Abraham et al. (2022) take the sensitivity of every class, through tanh, for the effect of the
concept on the text. It is the same whichever way an edit goes: nothing in it knows the label that
the concept is to have. captum's TCAV counts signs over a set of texts, and gives no sensitivity of
one text, so that it cannot stand in for this.

`along_the_edit` is this project's variant, which does know: the vector tells texts with the label
after the edit from those with the label before, and the effect is that of a first step: the
derivative of the class probabilities, times how far the two groups' means lie apart along it.
"""

from __future__ import annotations

import numpy as np

from causattn.base import DataError

from .head import Head

ALPHA = 1.0
"""Weight of the squared norm against the mean loss of linear classifiers.

The code of Abraham et al. has 0.01. With a few hundred texts and as many dimensions such a
classifier fits what is peculiar to them: ten rounds of INLP then take out directions that tell
nothing on texts held out, and the aspect is told as well as before.
"""


def concept_vector(states: np.ndarray, labels: np.ndarray, present: str, absent: str) -> np.ndarray:
    """Return a concept's direction, float64 [width], of length 1.

    Parameters
    ----------
    states
        float64 [n, width].
    labels
        [n], the concept's label of each text.
    present, absent
        The label towards which the direction points, and that from which; others are left out.

    Raises
    ------
    DataError
        Where no text has one of the two labels.
    """
    from sklearn.svm import LinearSVC

    for label in (present, absent):
        if not (labels == label).any():
            raise DataError(f"No reference text has the label {label}; give texts that have it.")
    rows = np.isin(labels, (present, absent))
    learner = LinearSVC(C=1 / (ALPHA * rows.sum()), dual=False, class_weight="balanced")
    normal: np.ndarray = learner.fit(states[rows], labels[rows] == present).coef_[0]
    direction: np.ndarray = normal / np.linalg.norm(normal)
    return direction


def sensitivities(head: Head, states: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """Return tanh of each class's directional derivative, float64 [n, classes]."""
    found: np.ndarray = np.tanh(head.derivatives(states, vector, "logit"))
    return found


def along_the_edit(
    head: Head,
    states: np.ndarray,
    reference: np.ndarray,
    labels: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
) -> np.ndarray:
    """Return the first-order change of the class probabilities from label to label.

    Parameters
    ----------
    head
        The classifier's.
    states
        float64 [n, width], of the texts whose effect is asked for.
    reference, labels
        float64 [m, width] and [m], states and the concept's labels of the reference texts.
    start, end
        [n], the labels before and after.

    Returns
    -------
    float64 [n, classes]; every row adds up to 0.
    """
    found: np.ndarray | None = None
    for before, after in sorted(set(zip(start.tolist(), end.tolist(), strict=True))):
        vector = concept_vector(reference, labels, after, before)
        along = reference @ vector
        step = along[labels == after].mean() - along[labels == before].mean()
        rows = (start == before) & (end == after)
        effects = step * head.derivatives(states[rows], vector, "probability")
        if found is None:
            found = np.empty((len(states), effects.shape[1]))
        found[rows] = effects
    assert found is not None
    return found
