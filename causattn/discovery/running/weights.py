"""Candidates as evidence: a level for each pair's test, and a prior for each pair's edge.

A language model is pretrained on far more text than there are labelled rows, so its attention can
know of an edge that few rows cannot show.

**Edge probabilities.** A strength of attention is no probability, but the ranking of the strengths
is what a screen is good at. So the probability is read off the rank r among all pairs,

    P(edge) = 1 / (1 + (r / K)^s),

a logistic curve in log r: one half at rank K, the number of edges expected, and falling with the
sharpness s. Tied pairs share their mean rank. The default s = 4 fits alarm's attention (the 40
strongest pairs hold about 35 edges, the next 52 about 8, the other 574 about 3).

**Levels.** Weighted p-values (Genovese, Roeder and Wasserman 2006, "False discovery control with
p-value weighting", Biometrika 93): a test of weight w compares p with alpha w. As long as the
weights do not depend on the rows and have mean 1, the expected number of false rejections is what
it was. Weights here are proportional to the probabilities.

**Prior.** A score that adds log P / (1 - P) for each adjacency is the posterior under a prior that
has edges independently with these probabilities (Castelo and Siebes 2000, "Priors on network
structures. Biasing the search for Bayesian networks").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from causattn.base import ConfigError
from causattn.discovery.shared_settings import SHARPNESS

if TYPE_CHECKING:
    from causattn.candidates import CandidateEdges


def edge_probabilities(
    candidates: CandidateEdges,
    *,
    expected_edges: float | None = None,
    sharpness: float = SHARPNESS,
) -> np.ndarray:
    """Return how probable each pair is to be adjacent, by the rank of its strength.

    Parameters
    ----------
    candidates
        Candidate edges; all pairs count, allowed or not.
    expected_edges
        The rank at which the probability is one half; None for the number of variables.
    sharpness
        How fast it falls beyond.

    Returns
    -------
    probability
        float64 [f, f], symmetric, diagonal 0.

    Raises
    ------
    ConfigError
        For a number of edges or a sharpness that is not above 0.
    """
    expected = float(len(candidates.names)) if expected_edges is None else float(expected_edges)
    for what, value in (("expected_edges", expected), ("sharpness", sharpness)):
        if not value > 0:
            raise ConfigError(f"{what}={value} cannot be used; give a number above 0.")
    rows, columns = np.triu_indices(len(candidates.names), 1)
    rank = _mean_ranks(-candidates.strength[rows, columns])
    chance = 1 / (1 + (rank / expected) ** sharpness)
    probability = np.zeros_like(candidates.strength, dtype=np.float64)
    probability[rows, columns] = probability[columns, rows] = chance
    return probability


def pair_levels(
    candidates: CandidateEdges,
    alpha: float,
    *,
    expected_edges: float | None = None,
    sharpness: float = SHARPNESS,
) -> np.ndarray:
    """Return a level for each pair's tests: `alpha` times weights of mean 1.

    Parameters
    ----------
    candidates, expected_edges, sharpness
        As for `edge_probabilities`.
    alpha
        The mean level.

    Returns
    -------
    level
        float64 [f, f], symmetric. A level that would pass 1 is 1, so that the mean can fall short
        of `alpha` but never exceed it.
    """
    probability = edge_probabilities(candidates, expected_edges=expected_edges, sharpness=sharpness)
    mean = probability[np.triu_indices(len(probability), 1)].mean()
    level = np.minimum(alpha * probability / mean, 1.0)
    np.fill_diagonal(level, alpha)
    return level


def edge_log_prior(
    candidates: CandidateEdges,
    *,
    expected_edges: float | None = None,
    sharpness: float = SHARPNESS,
) -> np.ndarray:
    """Return the log odds of each pair being adjacent, to be added to a score.

    Parameters are those of `edge_probabilities`.

    Returns
    -------
    prior
        float64 [f, f], symmetric, diagonal 0, in natural logarithms.
    """
    probability = edge_probabilities(candidates, expected_edges=expected_edges, sharpness=sharpness)
    np.fill_diagonal(probability, 0.5)
    return np.log(probability) - np.log1p(-probability)


def _mean_ranks(values: np.ndarray) -> np.ndarray:
    """Return the ranks of values from 1 on; equal values share the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[place]
