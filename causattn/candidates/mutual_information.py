"""Pairwise mutual information of the features' values: the screen that needs no model.

For two discrete columns the plug-in estimate, sum p(x, y) log p(x, y) / (p(x) p(y)) over the
observed table (Cover and Thomas 2006, *Elements of Information Theory*, equation 2.28). With a
continuous column the mutual information of the Gaussian that fits, -1/2 log(1 - R^2) (equation
8.56 gives it for two Gaussian variables): R^2 is the squared correlation of two continuous
columns, and the share of variance that the categories explain where one is discrete. In nats.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from causattn.features import FeatureTable


def mutual_information_screen(features: FeatureTable) -> np.ndarray:
    """Return the mutual information of every pair, float64 [f, f] in nats, symmetric, diagonal 0.

    Two columns that determine each other linearly have infinite Gaussian information; it is
    reported as that of R^2 = 1 - 2^-52, about 18 nats.
    """
    discrete = features.discrete
    score = np.zeros((features.size, features.size))
    if discrete.any():
        score[np.ix_(discrete, discrete)] = _discrete_pairs(features.values[:, discrete])
    if (~discrete).any():
        explained = _explained(features.values, discrete)
        floor = np.finfo(float).eps
        gaussian = -0.5 * np.log(np.clip(1 - explained, floor, 1.0))
        mixed = ~(discrete[:, None] & discrete[None, :])
        score[mixed] = gaussian[mixed]
    np.fill_diagonal(score, 0.0)
    return score


def _discrete_pairs(values: np.ndarray) -> np.ndarray:
    """Return plug-in mutual information between discrete columns [n, d], float64 [d, d]."""
    indicators, owner = _indicators(values)
    joint = indicators.T @ indicators / len(values)
    margin = np.diagonal(joint)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(joint > 0, joint * np.log(joint / np.outer(margin, margin)), 0.0)
    starts = np.flatnonzero(np.concatenate([[True], owner[1:] != owner[:-1]]))
    information = np.add.reduceat(np.add.reduceat(terms, starts, axis=0), starts, axis=1)
    return np.maximum(information, 0.0)


def _explained(values: np.ndarray, discrete: np.ndarray) -> np.ndarray:
    """Return R^2 of every pair with a continuous column, float64 [f, f]; 0 elsewhere."""
    continuous = values[:, ~discrete]
    centred = continuous - continuous.mean(0)
    scaled = centred / np.sqrt((centred**2).sum(0))
    explained = np.zeros((len(discrete), len(discrete)))
    explained[np.ix_(~discrete, ~discrete)] = (scaled.T @ scaled) ** 2
    if discrete.any():
        indicators, owner = _indicators(values[:, discrete])
        # The fitted values of a one-way layout are its group means.
        between = (indicators.T @ scaled) ** 2 / indicators.sum(0)[:, None]
        starts = np.flatnonzero(np.concatenate([[True], owner[1:] != owner[:-1]]))
        share = np.add.reduceat(between, starts, axis=0)
        explained[np.ix_(discrete, ~discrete)] = share
        explained[np.ix_(~discrete, discrete)] = share.T
    return explained


def _indicators(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return 0/1 columns for the values that occur, [n, k], and the column each came from, [k]."""
    blocks, owner = [], []
    for column in range(values.shape[1]):
        levels, codes = np.unique(values[:, column], return_inverse=True)
        block = np.zeros((len(values), len(levels)))
        block[np.arange(len(values)), codes] = 1
        blocks.append(block)
        owner += [column] * len(levels)
    return np.concatenate(blocks, axis=1), np.array(owner)
