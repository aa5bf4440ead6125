"""ICaCE error: how far an explainer's effect of a concept is from a real counterfactual's.

Abraham et al. (2022), "CEBaB: Estimating the Causal Effects of Real-World Concepts on NLP Model
Behavior", NeurIPS, section 3 (individual causal concept effect: the change of the model's output
vector between a text and a person's edit of one concept, and the error of an explanation: its
distance from that change, averaged over pairs) and section 4 (random, conditional expectation,
S-learner and approximate counterfactuals as explainers).

======================  ============================================================================
`icace_errors`          L2: Euclidean distance. Cosine: 1 less the cosine of the two changes, so
                        that only directions count. Norm difference: how much longer one is than
                        the other
`conditional_effects`   CONEXP: the mean output where the concept has one label, less that where it
                        has the other; what confounds the concept is in it
`s_learner_effects`     Outputs predicted from all concepts' labels by one multinomial logistic
                        regression; the concept's label is changed in it, the others stay
`matched_effects`       Approximate counterfactual: the output of another text with the wanted label
                        and the other concepts' labels equal, less the output of the text itself
`random_effects`        The difference of the outputs of two texts drawn at random
======================  ============================================================================
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from causattn.base import DataError


class IcaceErrors(NamedTuple):
    """Distances between true and estimated changes of output vectors, float64 [n] each.

    The cosine distance is 1, that of vectors at a right angle, where either change is 0.
    """

    l2: np.ndarray
    cosine: np.ndarray
    norm_difference: np.ndarray


def icace_errors(true: np.ndarray, estimated: np.ndarray) -> IcaceErrors:
    """Return the three distances of each pair of changes.

    Parameters
    ----------
    true, estimated
        float64 [n, classes].

    Raises
    ------
    DataError
        Where the shapes differ.
    """
    if true.shape != estimated.shape or true.ndim != 2:
        raise DataError(
            f"True and estimated effects have shapes {true.shape} and {estimated.shape}; give both "
            "one row a pair and one column a class."
        )
    lengths = np.linalg.norm(true, axis=1), np.linalg.norm(estimated, axis=1)
    product = lengths[0] * lengths[1]
    inner = (true * estimated).sum(axis=1)
    cosine = np.divide(inner, product, out=np.zeros_like(inner), where=product > 0)
    return IcaceErrors(
        np.linalg.norm(true - estimated, axis=1), 1.0 - cosine, np.abs(lengths[0] - lengths[1])
    )


def conditional_effects(
    outputs: np.ndarray, labels: np.ndarray, start: np.ndarray, end: np.ndarray
) -> np.ndarray:
    """Return CONEXP's effects, float64 [n, classes].

    Parameters
    ----------
    outputs
        float64 [m, classes], of m reference texts.
    labels
        [m], the concept's label of each.
    start, end
        [n], the labels before and after.

    Raises
    ------
    DataError
        Where no reference text has one of the labels.
    """
    means = {}
    for label in np.unique(np.concatenate([start, end])):
        rows = labels == label
        if not rows.any():
            raise DataError(f"No reference text has the label {label}; give texts that have it.")
        means[label] = outputs[rows].mean(axis=0)
    return np.stack([means[b] - means[a] for a, b in zip(start, end, strict=True)])


def s_learner_effects(
    outputs: np.ndarray,
    labels: np.ndarray,
    held: np.ndarray,
    concept: int,
    start: np.ndarray,
    end: np.ndarray,
) -> np.ndarray:
    """Return the S-learner's effects, float64 [n, classes].

    Parameters
    ----------
    outputs
        float64 [m, classes], of m reference texts; their likeliest class is learned.
    labels
        [m, concepts], every concept's label of each.
    held
        [n, concepts], the labels of the texts whose effect is asked for.
    concept
        Which column of both is changed.
    start, end
        [n], its labels before and after.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import OneHotEncoder

    encoder = OneHotEncoder(handle_unknown="ignore").fit(labels)
    chosen = outputs.argmax(axis=1)
    learner = LogisticRegression(max_iter=1000).fit(encoder.transform(labels), chosen)
    sides = []
    for own in (start, end):
        changed = held.copy()
        changed[:, concept] = own
        predicted = np.zeros((len(changed), outputs.shape[1]))
        predicted[:, learner.classes_] = learner.predict_proba(encoder.transform(changed))
        sides.append(predicted)
    return sides[1] - sides[0]


def matched_effects(
    outputs: np.ndarray,
    labels: np.ndarray,
    own: np.ndarray,
    held: np.ndarray,
    concept: int,
    end: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return the effects by approximate counterfactuals, float64 [n, classes].

    Parameters
    ----------
    outputs, labels, held, concept, end
        As for `s_learner_effects`.
    own
        float64 [n, classes], the outputs of the texts themselves.
    rng
        Draws one of the texts that match in as many concepts as any does.

    Raises
    ------
    DataError
        Where no reference text has a wanted label.
    """
    found = np.empty_like(own)
    for row, label in enumerate(end):
        rows = np.flatnonzero(labels[:, concept] == label)
        if not len(rows):
            raise DataError(f"No reference text has the label {label}; give texts that have it.")
        agree = labels[rows] == held[row]
        agree[:, concept] = False
        matches = agree.sum(axis=1)
        best = rows[matches == matches.max()]
        found[row] = outputs[rng.choice(best)] - own[row]
    return found


def random_effects(outputs: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return `count` differences of the outputs of two texts drawn at random."""
    first, second = rng.integers(0, len(outputs), (2, count))
    difference: np.ndarray = outputs[second] - outputs[first]
    return difference
