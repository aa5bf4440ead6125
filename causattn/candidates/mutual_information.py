"""Pairwise mutual information of the features' values: the screen that needs no model.

For two discrete columns the plug-in estimate, sum p(x, y) log p(x, y) / (p(x) p(y)) over the
observed table (Cover and Thomas 2006, *Elements of Information Theory*, equation 2.28). With a
continuous column the mutual information of the Gaussian that fits, -1/2 log(1 - R^2) (equation
8.56 gives it for two Gaussian variables): R^2 is the squared correlation of two continuous
columns, and the share of variance that the categories explain where one is discrete. In nats.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from causattn.features import FeatureTable

_COLUMNS = 128
"""Columns whose pairs are looked at together."""
_ROWS = 1 << 13
"""Rows that are counted together."""


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
    """Return plug-in mutual information between discrete columns [n, d], float64 [d, d].

    Counts are exact whatever the order, so that a value of each column is left out of the products
    and follows from the others; columns are gone through in blocks, and so are rows.
    """
    codes = [_codes(values[:, column]) for column in range(values.shape[1])]
    sizes = np.array([int(code.max()) + 1 for code in codes])
    margins = np.concatenate([np.bincount(code) for code in codes]).astype(float)
    first = np.concatenate([[0], np.cumsum(sizes)])
    kept = np.concatenate([np.arange(low, high - 1) for low, high in itertools.pairwise(first)])
    owner = np.repeat(np.arange(len(sizes)), sizes - 1)
    indicators = np.empty((len(values), len(kept)), dtype=bool)
    for k, column in enumerate(owner):
        indicators[:, k] = codes[column] == kept[k] - first[column]
    information = np.empty((len(sizes), len(sizes)))
    for start in range(0, len(sizes), _COLUMNS):
        block = slice(start, min(start + _COLUMNS, len(sizes)))
        mine = (owner >= block.start) & (owner < block.stop)
        shared = _shared(indicators, mine)
        # What the values kept leave is the last value's; first by column, then by row.
        inner = _with_last(shared.T, margins[kept[mine]], sizes).T
        counts = _with_last(inner, margins, sizes[block])
        own = margins[first[block.start] : first[block.stop]] / len(values)
        joint, margin = counts / len(values), margins / len(values)
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = np.where(joint > 0, joint * np.log(joint / np.outer(own, margin)), 0.0)
        rows = np.add.reduceat(terms, first[block] - first[block.start], axis=0)
        information[block] = np.add.reduceat(rows, first[:-1], axis=1)
    return np.maximum(information, 0.0)


def _codes(values: np.ndarray) -> np.ndarray:
    """Return the values that occur as 0, 1 ... in their order, int64 [n]."""
    codes = values.astype(np.int64)
    codes -= codes.min()
    occurs = np.bincount(codes) > 0
    return (np.cumsum(occurs) - 1)[codes]


def _shared(indicators: np.ndarray, mine: np.ndarray) -> np.ndarray:
    """Return in how many rows two indicators [n, k] are both true, float64 [m, k]."""
    counts = np.zeros((int(mine.sum()), indicators.shape[1]))
    for start in range(0, len(indicators), _ROWS):
        rows = indicators[start : start + _ROWS].astype(np.float32)  # exact below 2^24
        counts += rows[:, mine].T @ rows
    return counts


def _with_last(counts: np.ndarray, margins: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Return counts [k - d, m] with a row for the last value of each of d variables, [k, m].

    Parameters
    ----------
    counts
        A row for every value but the last, variable by variable.
    margins
        [m], what the rows of a variable sum to.
    sizes
        [d], how many values each variable has, k in all.
    """
    last = np.cumsum(sizes) - 1
    every = np.empty((int(sizes.sum()), counts.shape[1]))
    inner = np.ones(len(every), dtype=bool)
    inner[last] = False
    every[inner] = counts
    every[last] = 0.0
    every[last] = margins - np.add.reduceat(every, last - sizes + 1, axis=0)
    return every


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
