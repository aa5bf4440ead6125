"""How much there is to find in a table: `pair_signal` and `label_signal`, before any search."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy.stats

_RATE = 0.05
"""Share of false ones among the pairs that are said to depend on each other."""
_FOLDS = 5
_LEVEL, _POWER = 0.01, 0.8


@dataclass(frozen=True)
class PairSignal:
    """Pairs that depend on each other.

    Parameters
    ----------
    pairs, found
        How many were tested, and how many depend on each other: chi-square tests (of ranks for
        numbers), at most 5% of them false by Benjamini and Hochberg (1995).
    with_label, with_label_found
        The same of the pairs with the label; 0 where there is none.
    smallest
        The difference in a word's share that is seen in four of five samples (level .01), between
        documents with and without another word; of words as frequent as the median here.
    """

    pairs: int
    found: int
    with_label: int
    with_label_found: int
    smallest: float


@dataclass(frozen=True)
class LabelSignal:
    """How well words predict the label.

    Parameters
    ----------
    score, without
        Cross-validated in five parts: accuracy and that of always saying the most frequent class;
        or, of a number, its correlation with the prediction and 0.
    p
        How often words that say nothing would do as well: McNemar's test, or that of the
        correlation.
    discrete
        Whether the label has classes.
    """

    score: float
    without: float
    p: float
    discrete: bool

    @property
    def found(self) -> bool:
        """Whether words predict the label beyond chance."""
        return self.p < _RATE and self.score > self.without


def pair_signal(
    presence: np.ndarray, label: np.ndarray | None = None, classes: bool = True
) -> PairSignal:
    """Return how many pairs of words, and of words with the label, depend on each other.

    Parameters
    ----------
    presence
        bool [n, k], which document holds which word.
    label
        float64 [n], NaN where unknown; None where there is none.
    classes
        Whether the label is the index of a class, not a number.
    """
    held = presence.astype(float)
    count, width = held.shape
    upper = np.triu_indices(width, 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        r = np.atleast_2d(np.corrcoef(held.T))[upper] if width > 1 else np.empty(0)
    between = scipy.stats.chi2.sf(count * np.nan_to_num(r) ** 2, 1)
    own = np.empty(0)
    if label is not None:
        own = np.array([_p_with(held[:, k], label, classes) for k in range(width)])
    called = scipy.stats.false_discovery_control(np.concatenate([between, own])) <= _RATE
    return PairSignal(
        pairs=len(between),
        found=int(called[: len(between)].sum()),
        with_label=len(own),
        with_label_found=int(called[len(between) :].sum()),
        smallest=_smallest(held),
    )


def label_signal(presence: np.ndarray, label: np.ndarray, classes: bool) -> LabelSignal | None:
    """Return how well words predict the label; None where too few documents have one.

    Parameters are those of `pair_signal`.
    """
    known = ~np.isnan(label)
    held, wanted = presence[known].astype(float), label[known]
    least = np.bincount(wanted.astype(int)).max() if classes else len(wanted)
    if len(wanted) < 4 * _FOLDS or not held.shape[1] or (classes and least == len(wanted)):
        return None
    from sklearn.linear_model import LogisticRegression, Ridge

    part = np.arange(len(wanted)) % _FOLDS
    said, blind = np.empty(len(wanted)), np.empty(len(wanted))
    for fold in range(_FOLDS):
        training = part != fold
        if classes and len(np.unique(wanted[training])) < 2:
            return None
        model = LogisticRegression(C=0.3, max_iter=500) if classes else Ridge(alpha=3.0)
        said[~training] = model.fit(held[training], wanted[training]).predict(held[~training])
        seen = wanted[training]
        blind[~training] = np.bincount(seen.astype(int)).argmax() if classes else seen.mean()
    if classes:
        right, without = said == wanted, blind == wanted
        better, worse = int((right & ~without).sum()), int((without & ~right).sum())
        p = scipy.stats.binomtest(better, better + worse).pvalue if better + worse else 1.0
        return LabelSignal(float(right.mean()), float(without.mean()), float(p), True)
    if said.std() == 0 or wanted.std() == 0:
        return LabelSignal(0.0, 0.0, 1.0, False)
    found = scipy.stats.pearsonr(said, wanted)
    return LabelSignal(float(found.statistic), 0.0, float(found.pvalue), False)


def _p_with(held: np.ndarray, label: np.ndarray, classes: bool) -> float:
    """Return the p-value of one word's independence of the label."""
    known = ~np.isnan(label)
    word, wanted = held[known], label[known]
    if len(np.unique(word)) < 2 or len(np.unique(wanted)) < 2:
        return 1.0
    if not classes:
        return float(scipy.stats.mannwhitneyu(wanted[word == 1], wanted[word == 0]).pvalue)
    _, code = np.unique(wanted, return_inverse=True)
    table = np.zeros((2, code.max() + 1))
    np.add.at(table, (word.astype(int), code), 1)
    return float(scipy.stats.chi2_contingency(table, correction=False).pvalue)


def _smallest(held: np.ndarray) -> float:
    """Return the smallest difference between shares that would be seen; NaN without words."""
    if not held.size:
        return math.nan
    share = float(np.median(held.mean(axis=0)))
    inside = max(share * len(held), 1.0), max((1 - share) * len(held), 1.0)
    z = scipy.stats.norm.isf(_LEVEL / 2) + scipy.stats.norm.isf(1 - _POWER)
    return float(min(z * math.sqrt(share * (1 - share) * sum(1 / n for n in inside)), 1.0))
