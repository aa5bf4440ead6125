"""Scores of discrete Bayesian networks: BDeu and the BIC.

With r categories of a variable, q configurations of its parents, N_j rows in configuration j and
N_jk of them in category k:

BDeu (Heckerman, Geiger and Chickering 1995, "Learning Bayesian networks: the combination of
knowledge and statistical data", equation 28 with the uniform prior of Buntine 1991), with
equivalent sample size a:

    sum_j [ lnGamma(a/q) - lnGamma(N_j + a/q)
            + sum_k ( lnGamma(N_jk + a/(q r)) - lnGamma(a/(q r)) ) ]

BIC (Schwarz 1978):

    sum_jk N_jk log(N_jk / N_j) - penalty * q (r - 1) * log n

causal-learn's ``local_score_BDeu`` is our BDeu with ``equivalent_sample_size=1`` and
``structure_prior=1`` (its ``sample_prior`` and ``structure_prior``); it counts as categories what
occurs in the data. Its structure prior adds, for k of the m = p - 1 other variables as parents,
``k log(s/m) + (m - k) log(1 - s/m)``: each is a parent with probability s/m. Ours is off unless it
is asked for.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Collection, Sequence

import numpy as np

from causattn.base import DataError
from causattn.discovery.scores.categories import Categories
from causattn.discovery.scores.contract import Extensions, LocalScore, share

_BDEU, _BIC = 0, 1  # as in `count_kernels`, which is imported where numba is needed
# A table with more cells than so many a row is not laid out.
_DENSE = 4


class _DiscreteScore(LocalScore):
    """What both discrete scores share: counting, and memory by group of parents.

    Parameters
    ----------
    data, cardinalities, names
        As for `Categories`.
    """

    _kind: int
    _strength: float

    def __init__(
        self,
        data: np.ndarray | Categories,
        cardinalities: Sequence[int] | None,
        names: Sequence[str] | None,
    ) -> None:
        super().__init__()
        if isinstance(data, Categories):
            self.categories = data
        else:
            self.categories = Categories(data, cardinalities=cardinalities, names=names)
        self.size = len(self.categories.codes)
        self.rows = self.categories.rows
        self.tie_tolerance = max(1e-9, 1e-11 * self.rows)
        # By target and parents: the score of each variable joined to them, nan where not known.
        self._joined: dict[tuple[int, bytes], np.ndarray] = {}

    @abstractmethod
    def _from_counts(
        self, cells: np.ndarray, totals: np.ndarray, configurations: float, categories: int
    ) -> float:
        """Return the score of the nonzero counts of (configuration, category) and configuration."""

    def _structure(self, parents: int) -> float:
        """Return what the number of parents alone contributes."""
        return 0.0

    def _compute(self, target: int, parents: tuple[int, ...]) -> float:
        codes, cardinalities = self.categories.codes, self.categories.cardinalities
        base = np.zeros(codes.shape[1], dtype=np.int64)
        most = 1
        for node in parents:
            base = base * cardinalities[node] + codes[node]
            most *= int(cardinalities[node])
            if most > _DENSE * len(base):
                values, base = np.unique(base, return_inverse=True)
                most = len(values)
        categories = int(cardinalities[target])
        place = base * categories + codes[target]
        if most * categories > _DENSE * len(base):
            place = np.unique(place, return_inverse=True)[1]
        counts = np.bincount(place, weights=self.categories.weights)
        totals = np.bincount(base, weights=self.categories.weights)
        counts, totals = counts[counts > 0], totals[totals > 0]
        configurations = math.prod(float(cardinalities[node]) for node in parents)
        score = self._from_counts(counts, totals, configurations, categories)
        return score + self._structure(len(parents))

    def gains(
        self, families: Extensions, *, floor: float = -np.inf, threads: int = 1
    ) -> np.ndarray:
        """Return what each candidate adds; see `LocalScore.gains`.

        Every score is counted once and then remembered.
        """
        rows = [self._row(families, group) for group in range(len(families.targets))]
        missing: list[np.ndarray] = []
        groups: list[int] = []
        for group, row in enumerate(rows):
            start, end = families.candidate_start[group : group + 2]
            candidates = families.candidates[start:end]
            unknown = candidates[np.isnan(row[candidates])]
            if len(unknown) or np.isnan(row[-1]):
                groups.append(group)
                missing.append(unknown)
        if groups:
            self._count(families, groups, missing, rows, threads)
        gains = np.empty(len(families.candidates))
        for group, row in enumerate(rows):
            start, end = families.candidate_start[group : group + 2]
            gains[start:end] = row[families.candidates[start:end]] - row[-1]
        return gains

    def _row(self, families: Extensions, group: int) -> np.ndarray:
        """Return what is known of a group: p scores of joined variables, then its own score."""
        start, end = families.parent_start[group : group + 2]
        parents = families.parents[start:end]
        key = (int(families.targets[group]), parents.tobytes())
        row = self._joined.get(key)
        if row is None:
            row = np.full(self.size + 1, np.nan)
            self._joined[key] = row
        return row

    def _count(
        self,
        families: Extensions,
        groups: list[int],
        missing: list[np.ndarray],
        rows: list[np.ndarray],
        threads: int,
    ) -> None:
        """Count what is missing and write it into the groups' rows."""
        from causattn.discovery.scores.count_kernels import discrete_scores

        parent_sets = [
            families.parents[families.parent_start[g] : families.parent_start[g + 1]]
            for g in groups
        ]
        targets = families.targets[groups]
        parent_start = _starts(parent_sets)
        candidate_start = _starts(missing)
        parents = np.concatenate(parent_sets).astype(np.int32)
        candidates = np.concatenate(missing).astype(np.int32)
        alone = np.empty(len(groups))
        joined = np.empty(len(candidates))
        masks, mask_pointer = self.categories.masks

        def work(first: int, last: int) -> None:
            discrete_scores(
                first,
                last,
                self.categories.codes,
                self.categories.weights,
                self.categories.cardinalities,
                masks,
                mask_pointer,
                self._kind,
                self._strength,
                targets,
                parent_start,
                parents,
                candidate_start,
                candidates,
                alone,
                joined,
            )

        share(len(groups), threads, work)
        self.evaluations += len(groups) + len(candidates)
        for place, group in enumerate(groups):
            count = len(parent_sets[place])
            row = rows[group]
            row[-1] = alone[place] + self._structure(count)
            scores = joined[candidate_start[place] : candidate_start[place + 1]]
            row[missing[place]] = scores + self._structure(count + 1)


class BDeu(_DiscreteScore):
    """Bayesian Dirichlet equivalent uniform score.

    Parameters
    ----------
    data
        [n, p] categories, or `Categories` already coded.
    equivalent_sample_size
        Weight of the uniform prior in rows; larger means more edges.
    structure_prior
        Expected number of parents of a variable, between 0 and p - 1; None for no prior.
    cardinalities, names
        As for `Categories`.

    Raises
    ------
    DataError
        As for `Categories`, and where a prior is out of range.
    """

    _kind = _BDEU

    def __init__(
        self,
        data: np.ndarray | Categories,
        *,
        equivalent_sample_size: float = 1.0,
        structure_prior: float | None = None,
        cardinalities: Sequence[int] | None = None,
        names: Sequence[str] | None = None,
    ) -> None:
        super().__init__(data, cardinalities, names)
        if not (np.isfinite(equivalent_sample_size) and equivalent_sample_size > 0):
            raise DataError(
                f"equivalent_sample_size={equivalent_sample_size} cannot be used; give a number "
                "above 0."
            )
        if structure_prior is not None and not 0 < structure_prior < self.size - 1:
            raise DataError(
                f"structure_prior={structure_prior} cannot be used: an expected number of parents "
                f"lies between 0 and the {self.size - 1} other variables, ends excluded."
            )
        self.equivalent_sample_size = float(equivalent_sample_size)
        self.structure_prior = structure_prior
        self._strength = self.equivalent_sample_size

    def _structure(self, parents: int) -> float:
        if self.structure_prior is None:
            return 0.0
        others = self.size - 1
        chance = self.structure_prior / others
        return parents * math.log(chance) + (others - parents) * math.log1p(-chance)

    def _from_counts(
        self, cells: np.ndarray, totals: np.ndarray, configurations: float, categories: int
    ) -> float:
        prior = self.equivalent_sample_size / configurations
        cell_prior = prior / categories
        score = sum(math.lgamma(prior) - math.lgamma(count + prior) for count in totals.tolist())
        score += sum(
            math.lgamma(count + cell_prior) - math.lgamma(cell_prior) for count in cells.tolist()
        )
        return score


class DiscreteBIC(_DiscreteScore):
    """Bayesian information criterion of discrete networks.

    Parameters
    ----------
    data
        [n, p] categories, or `Categories` already coded.
    penalty
        Price of a parameter in units of log n; 0.5 is the BIC.
    cardinalities, names
        As for `Categories`.

    Raises
    ------
    DataError
        As for `Categories`, and where the penalty is negative.
    """

    _kind = _BIC

    def __init__(
        self,
        data: np.ndarray | Categories,
        *,
        penalty: float = 0.5,
        cardinalities: Sequence[int] | None = None,
        names: Sequence[str] | None = None,
    ) -> None:
        super().__init__(data, cardinalities, names)
        if not (np.isfinite(penalty) and penalty >= 0):
            raise DataError(f"penalty={penalty} cannot be used; give a number of at least 0.")
        self.penalty = float(penalty)
        self._strength = self.penalty * math.log(self.rows)

    def _from_counts(
        self, cells: np.ndarray, totals: np.ndarray, configurations: float, categories: int
    ) -> float:
        likelihood = float(cells @ np.log(cells) - totals @ np.log(totals))
        return likelihood - self._strength * configurations * (categories - 1)


def _starts(parts: Collection[np.ndarray]) -> np.ndarray:
    """Return where each part starts once they are laid end to end, and the whole length."""
    return np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
