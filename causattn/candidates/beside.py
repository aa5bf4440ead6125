"""What candidates are compared with: other screens, and how well each ranks the true pairs.

Among them pairwise mutual information of the features' values. For two discrete columns it is the
plug-in estimate, sum p(x, y) log p(x, y) / (p(x) p(y)) over the observed table (Cover and Thomas
2006, *Elements of Information Theory*, equation 2.28). With a continuous column it is that of the
Gaussian that fits, -1/2 log(1 - R^2) (equation 8.56 gives it for two Gaussian variables): R^2 is
the squared correlation of two continuous columns, and the share of variance that the categories
explain where one is discrete. In nats.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from causattn.base import ConfigError, free_gb
from causattn.candidates.contract import Screen
from causattn.candidates.edges import score_candidates
from causattn.candidates.registry import SELECTORS
from causattn.features import pooled_features

if TYPE_CHECKING:
    from causattn.attention import AttentionSummary
    from causattn.attribution import AttributionSummary
    from causattn.candidates.edges import CandidateEdges
    from causattn.features import FeatureTable
    from causattn.graphs import CausalGraph


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


LONGEST = 10.0
"""Seconds of one core that a screen may take beside a run's candidates; those that would take
longer are named in its summary, and run where they are chosen (``candidates=trees``)."""
_ON_THE_WAY = 3
"""Matrices between all features that stand beside the screens while one is made."""


def screens_beside(
    settings: Mapping[str, Any],
    table: FeatureTable,
    others: Mapping[str, AttentionSummary | AttributionSummary],
) -> dict[str, np.ndarray]:
    """Return what the candidates are compared with: strengths by name, float64 [f, f], symmetric.

    Mutual information, every screen of the values that takes at most `LONGEST`, and the others.

    Parameters
    ----------
    settings
        The group `candidates`: controls are aggregated over layers and heads as candidates are.
    table
        Documents by features, for the screens of the values.
    others
        Attention where it proposed nothing, and the controls of what did, by name.
    """
    if table.size < 2:  # no pair; the search says so
        return {}
    own = _screens(str(settings.get("kind")))
    _check_fits(table.size, 1 + len(own) + len(others))
    screens = {"mutual_information": mutual_information_screen(table)}
    for name, screen in own.items():
        if (screen.seconds(table) or 0.0) <= LONGEST:
            score = screen.of_values(screen.settings(), table, 0)
            screens[name] = np.maximum(score, score.T)
    if not others:
        return screens
    from causattn.candidates.score import summary_score

    for name, summary in others.items():
        score = summary_score(
            summary,
            settings.get("aggregate", "mean"),
            layers=settings.get("layers"),
            heads=settings.get("heads"),
            pooled=pooled_features(table),
        )
        screens[name] = np.maximum(score, score.T)
    return screens


def _check_fits(features: int, screens: int) -> None:
    """Raise where the screens and what is made on the way take more memory than is free.

    Raises
    ------
    ConfigError
        Naming the number of features that would fit.
    """
    free = free_gb()
    needed = (screens + _ON_THE_WAY) * 8 * features**2 / 1e9
    if free is not None and needed > free:
        fits = int(features * (free / needed) ** 0.5)
        raise ConfigError(
            f"The screens of {features:,} features take {needed:.1f} GB, more than the "
            f"{free:.1f} GB that are free; use {fits:,} features or fewer (features.top={fits})."
        )


def _screens(chosen: str) -> dict[str, Screen]:
    """Return the screens of the values that runs have beside their candidates, but the chosen."""
    found: dict[str, Screen] = {}
    for name in SELECTORS:
        if name == chosen or not SELECTORS.entry(name).native:
            continue
        if SELECTORS.said(name, "needs_summary"):
            continue
        selector = SELECTORS[name]
        if isinstance(selector, Screen):
            found[name] = selector
    return found


def summary_beside(
    edges: CandidateEdges | None,
    screens: Mapping[str, np.ndarray],
    truth: CausalGraph | None,
) -> dict[str, Any]:
    """Return the candidates' summary with the quality of the screens they are compared with.

    Parameters
    ----------
    edges
        The candidates, None where every pair was searched.
    screens
        Strengths by name, float64 [f, f], symmetric.
    truth
        The true graph over the same names, None where it is not known.
    """
    found: dict[str, Any] = {"pairs": None, "method": "none: every pair was searched"}
    if edges is not None:
        found = edges.summary(truth)
    ranked = {
        name: {} if truth is None else score_candidates(strength, truth.skeleton())
        for name, strength in screens.items()
    }
    left_out = [
        name for name in _screens(str(found.get("screen"))) if screens and name not in screens
    ]
    more = {"screens_left_out": left_out} if left_out else {}
    return {**found, "screens": ranked, **more}
