"""From a feature table to the columns of a linear regression.

==================  ================================================================================
treatment
continuous          its values; the effect is that of one unit more
discrete            an indicator for each value but the reference (the commonest one); the effect
                    is that of one value rather than another
outcome
continuous          its values
numerically named   the numbers that the values are called, such as the ratings "1" to "5"
two values          an indicator of the second one
more values         an indicator of each value: the effect is on its probability
adjustment
continuous          its values
discrete            an indicator for each value but the commonest one
==================  ================================================================================

Values held by fewer than `minimum_count` rows are not contrasted: their intervals could not be
believed. As treatment, their indicators go to the adjustment columns, so that they keep their own
mean; as outcome, their probability is not reported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from causattn.base import listed
from causattn.effects.estimate.curves import Feature, category, number
from causattn.features import FeatureTable

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Treatment:
    """The treatment's columns and the contrasts that can be asked of them.

    Parameters
    ----------
    columns
        float64 [n, d].
    rare
        float64 [n, r], indicators of values too rare to be contrasted.
    contrasts
        float64 [c, d]; the effect of contrast k is ``contrasts[k] @ coefficients``.
    labels
        c pairs (from, to) of value names; ("", "+1") where continuous.
    moderators, scale
        Of columns with interactions; see `causattn.effects.estimate.interactions`.
    """

    columns: np.ndarray
    rare: np.ndarray
    contrasts: np.ndarray
    labels: tuple[tuple[str, str], ...]
    moderators: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    scale: np.ndarray = field(default_factory=lambda: np.empty(0))


@dataclass(frozen=True)
class OutcomeColumns:
    """The outcome's columns.

    Parameters
    ----------
    columns
        float64 [n, m].
    labels
        What each column is, such as ``"P(lung = yes)"``.
    levels
        Per column the value whose probability it is, None where it is a number.
    scale
        1 for probabilities, else the standard deviation.
    """

    columns: np.ndarray
    labels: tuple[str, ...]
    levels: tuple[str | None, ...]
    scale: float


_LEAST, _MOST = 1e-75, 1e75
"""Between these a number's square, over another number's, is a floating-point number."""


class Design:
    """Regression columns of a feature table, built once and shared by all edges.

    Parameters
    ----------
    table
        The features.
    minimum_count
        Fewest rows a value must have to be contrasted.
    """

    def __init__(self, table: FeatureTable, minimum_count: int = 10) -> None:
        self.table = table
        self.minimum_count = minimum_count
        self._curves: dict[int, Feature] = {}

    def treatment(self, feature: int, levels: tuple[str, str] | None = None) -> Treatment | str:
        """Return a feature as treatment, or the sentence that says why it cannot be one.

        Parameters
        ----------
        feature
            Column of the table.
        levels
            The one contrast (from, to) that is wanted; all pairs of values where None.
        """
        name, values = self.table.names[feature], self.table.values[:, feature]
        categories = self.table.categories[feature]
        if categories is None:
            if levels is not None:
                return f"{name} is continuous and has no values {levels[0]} and {levels[1]}."
            if said := _beyond(name, values):
                return said
            return Treatment(values[:, None], np.empty((len(values), 0)), np.eye(1), (("", "+1"),))
        codes = values.astype(np.int64)
        counts = np.bincount(codes, minlength=len(categories))
        wanted = list(range(len(categories)))
        if levels is not None:
            missing = [level for level in levels if level not in categories]
            if missing:
                return f"{name} has no value {missing[0]}; its values are {listed(categories)}."
            wanted = [categories.index(level) for level in levels]
        enough = [k for k in wanted if counts[k] >= self.minimum_count]
        if len(enough) < 2:
            held = listed(f"{categories[k]} ({counts[k]})" for k in range(len(categories)))
            return (
                f"{name} has fewer than two values held by {self.minimum_count} rows each: {held}."
            )
        reference = max(enough, key=lambda k: counts[k])
        others = [k for k in enough if k != reference]
        rest = [k for k in range(len(categories)) if k not in enough and counts[k]]
        place = {k: at for at, k in enumerate(others)}
        pairs = (
            [(enough[0], enough[1])]
            if levels is not None
            else [(a, b) for a in enough for b in enough if a < b]
        )
        contrasts = np.zeros((len(pairs), len(others)))
        for row, (start, end) in enumerate(pairs):
            if start in place:
                contrasts[row, place[start]] = -1.0
            if end in place:
                contrasts[row, place[end]] = 1.0
        return Treatment(
            _indicators(codes, others),
            _indicators(codes, rest),
            contrasts,
            tuple((categories[start], categories[end]) for start, end in pairs),
        )

    def outcome(self, feature: int) -> OutcomeColumns | str:
        """Return a feature as outcome, or the sentence that says why it cannot be one."""
        name, values = self.table.names[feature], self.table.values[:, feature]
        categories = self.table.categories[feature]
        if np.ptp(values) == 0:
            return f"{name} has the same value in every row."
        if categories is None:
            if said := _beyond(name, values):
                return said
            return OutcomeColumns(values[:, None], (name,), (None,), float(values.std()))
        codes = values.astype(np.int64)
        numbers = numeric_levels(categories)
        if numbers is not None and len(categories) > 2:
            column = numbers[codes]
            return OutcomeColumns(column[:, None], (name,), (None,), float(column.std()))
        counts = np.bincount(codes, minlength=len(categories))
        if len(categories) == 2:
            wanted = [1] if counts.min() >= self.minimum_count else []
        else:
            fewest = np.minimum(counts, len(codes) - counts)
            wanted = [k for k in range(len(categories)) if fewest[k] >= self.minimum_count]
        if not wanted:
            return (
                f"{name} has too few rows ({self.minimum_count} wanted) beside its commonest value."
            )
        return OutcomeColumns(
            _indicators(codes, wanted),
            tuple(f"P({name} = {categories[k]})" for k in wanted),
            tuple(categories[k] for k in wanted),
            1.0,
        )

    def adjustment(self, features: tuple[int, ...]) -> np.ndarray:
        """Return the adjustment columns of some features, float64 [n, q], without intercept."""
        blocks = [np.empty((len(self.table.values), 0))]
        for feature in features:
            values, categories = self.table.values[:, feature], self.table.categories[feature]
            if categories is None:
                blocks.append(_sized(values)[:, None])
                continue
            codes = values.astype(np.int64)
            counts = np.bincount(codes, minlength=len(categories))
            commonest = int(counts.argmax())
            blocks.append(
                _indicators(codes, [int(k) for k in np.flatnonzero(counts) if k != commonest])
            )
        return np.concatenate(blocks, axis=1)

    def curves(self, feature: int) -> Feature:
        """Return the columns of flexible regressions on a feature, worked out once."""
        if feature not in self._curves:
            values = self.table.values[:, feature]
            if self.table.categories[feature] is None:
                self._curves[feature] = number(_sized(values))
            else:
                self._curves[feature] = category(values.astype(np.int64))
        return self._curves[feature]


def numeric_levels(categories: tuple[str, ...]) -> np.ndarray | None:
    """Return the numbers that categories are called, float64, or None where one is no number.

    Numbers as people write them, in ASCII: ``-1.5e3``, but neither ``1_0`` nor ``inf``.
    """
    if not all(_NUMBER.fullmatch(category) for category in categories):
        return None
    numbers = np.array([float(category) for category in categories])
    return numbers if np.isfinite(numbers).all() else None


def _beyond(name: str, values: np.ndarray) -> str:
    """Return why a number is too large or small to be squared, or the same everywhere."""
    low, high = float(values.min()), float(values.max())
    if low == high:
        return f"{name} has the same value in every row."
    if max(-low, high) > _MOST:
        return f"{name} has numbers as large as {max(-low, high):.1g}; give it in a larger unit."
    if high - low < _LEAST:
        return f"{name} has numbers that differ by {high - low:.1g}; give it in a smaller unit."
    return ""


def _sized(values: np.ndarray) -> np.ndarray:
    """Return numbers that can be squared: where they cannot, in units of a power of two."""
    size = float(np.abs(values).max())
    if size == 0.0 or _LEAST < size < _MOST:
        return values
    found: np.ndarray = np.ldexp(values, -int(np.frexp(size)[1]))
    return found


def _indicators(codes: np.ndarray, levels: list[int]) -> np.ndarray:
    """Return one indicator column for each of `levels`, float64 [n, len(levels)]."""
    return (codes[:, None] == np.array(levels, dtype=np.int64)).astype(np.float64)
