"""Conditional mutual information: what is left of a pair's dependence given other variables.

The smallest I(X; Y | Z) over single variables Z (and over no variable at all), by the plug-in
estimate, sum p(x, y, z) log p(x, y | z) / (p(x | z) p(y | z)) (Cover and Thomas 2006, *Elements of
Information Theory*, definition 2.61), less its expected value where X and Y do not depend on each
other given Z, (degrees of freedom) / 2n (Miller 1955, "Note on the bias of information estimates",
for each of the four entropies). A pair that one variable explains gets next to nothing, which
mutual information alone does not see (the data-processing inequality: Margolin et al. 2006,
"ARACNE"). In nats.

Given two, the best single variable is kept and every other tried beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from causattn.base import ConfigError
from causattn.candidates.contract import Screen, ScreenSettings, level_count

if TYPE_CHECKING:
    from causattn.features import FeatureTable


@dataclass(frozen=True)
class CMISettings(ScreenSettings):
    """The strongest pairs by the smallest conditional mutual information.

    Parameters
    ----------
    given
        How many variables are given: 1, or 2 (the best one and every other beside it).
    bins
        Into how many bins of equal frequency a continuous variable is cut.
    """

    given: Literal[1, 2] = 1
    bins: int = 5

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.bins < 2:
            raise ConfigError(f"candidates.bins={self.bins} should be 2 or more; change it.")


class CMI(Screen):
    """The smallest mutual information of a pair given others; no model is read."""

    name = "cmi"
    settings = CMISettings
    paper = (
        "Margolin, Nemenman, Basso, Wiggins, Stolovitzky, Dalla Favera and Califano (2006), ARACNE"
    )

    def seconds(self, features: FeatureTable) -> float:
        """Return about how long one core takes."""
        return 1e-9 * len(features.values) * features.size * level_count(features) ** 2

    def of_values(self, settings: CMISettings, features: FeatureTable, seed: int) -> np.ndarray:
        """Return the smallest information of each pair, symmetric."""
        codes = codes_of(features, settings.bins)
        columns, owner = _one_hot(codes)
        smallest = _information(columns, owner, [np.arange(len(codes))])
        best = np.full(smallest.shape, -1)
        for given in range(codes.shape[1]):
            rows = [
                np.flatnonzero(codes[:, given] == level) for level in np.unique(codes[:, given])
            ]
            found = _information(columns, owner, rows)
            found[given] = found[:, given] = np.inf
            best = np.where(found < smallest, given, best)
            smallest = np.minimum(smallest, found)
        if settings.given == 2:
            smallest = _given_two(codes, smallest, best)
        np.fill_diagonal(smallest, 0.0)
        return np.maximum(smallest, 0.0)


def codes_of(features: FeatureTable, bins: int) -> np.ndarray:
    """Return every feature as numbers from 0, int64 [n, f]; continuous ones cut into bins."""
    codes = np.empty(features.values.shape, dtype=np.int64)
    for k in range(features.size):
        values = features.values[:, k]
        if not features.discrete[k]:
            edges = np.unique(np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1]))
            values = np.searchsorted(edges, values, side="right")
        codes[:, k] = np.unique(values, return_inverse=True)[1]
    return codes


def _one_hot(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return indicators of all values, float32 [n, c], and the feature of each, int64 [c]."""
    sizes = codes.max(axis=0) + 1
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    columns = np.zeros((len(codes), int(sizes.sum())), dtype=np.float32)
    columns[np.arange(len(codes))[:, None], first + codes] = 1
    return columns, np.repeat(np.arange(codes.shape[1]), sizes)


def _information(columns: np.ndarray, owner: np.ndarray, strata: list[np.ndarray]) -> np.ndarray:
    """Return I(X; Y | Z) of all pairs less its bias, float64 [f, f], by the rows of each value."""
    count = len(columns)
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    total = np.zeros((len(starts), len(starts)))
    for rows in strata:
        inside = columns[rows]
        joint = (inside.T @ inside).astype(float)
        margin = np.diagonal(joint)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = joint * len(rows) / np.outer(margin, margin)
            terms = np.where(joint > 0, joint * np.log(ratio), 0.0)
        total += np.add.reduceat(np.add.reduceat(terms, starts, axis=0), starts, axis=1)
        freedom = np.add.reduceat(margin > 0, starts).astype(float) - 1
        total -= np.outer(freedom, freedom) / 2
    return total / count


def _given_two(codes: np.ndarray, smallest: np.ndarray, best: np.ndarray) -> np.ndarray:
    """Return the smallest information also given a pair's best variable and another."""
    found = smallest.copy()
    size = codes.max(axis=0) + 1
    for i, j in zip(*np.triu_indices(len(smallest), 1), strict=True):
        first = best[i, j]
        if first < 0:
            continue
        pair = codes[:, i] * size[j] + codes[:, j]
        for other in range(len(smallest)):
            if other in (i, j, first):
                continue
            shape = (int(size[first] * size[other]), int(size[i]), int(size[j]))
            flat = (codes[:, first] * size[other] + codes[:, other]) * shape[1] * shape[2] + pair
            table = np.bincount(flat, minlength=int(np.prod(shape))).reshape(shape)
            found[i, j] = min(found[i, j], _of_table(table.astype(float)))
        found[j, i] = found[i, j]
    return found


def _of_table(table: np.ndarray) -> float:
    """Return I(X; Y | Z) of counts [z, x, y], less its bias."""
    x, y = table.sum(2), table.sum(1)
    whole = x.sum(1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = table * whole[:, None, None] / (x[:, :, None] * y[:, None, :])
        terms = np.where(table > 0, table * np.log(ratio), 0.0)
    freedom = np.maximum((x > 0).sum(1) - 1, 0) * np.maximum((y > 0).sum(1) - 1, 0)
    return float((terms.sum() - freedom.sum() / 2) / table.sum())


SELECTOR = CMI()
