"""Fisher's z at a level in batches of torch, on the processor or a GPU.

Conditioning sets are numbered by group and lexicographic rank and taken in batches; a batch needs
one Cholesky factor a set, which serves all columns of the group. All sets of an order are
evaluated, so where a pair may stop at its first separating set, sets beyond it are evaluated in
vain; the counts of tests are those of the sets up to it, as in the other back ends. Numbers are
float64 throughout, so that the answers are those of the compiled code. Tested on the processor; its
speed on a GPU has not been measured.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from scipy.special import comb

from causattn.base import CapabilityError, DataError
from causattn.discovery.pc.gaussian import (
    GaussianOutcome,
    GaussianStatistics,
    critical_z,
    degrees_left,
    square_limit,
    z_p_values,
)
from causattn.discovery.pc.groups import Groups, Outcome, pack_bits

# Below this conditional variance a variable is a linear combination of the set.
_COLLINEAR = 1e-12
# About as many numbers are held at once for one batch.
_BATCH = 1 << 22


class TorchGaussian:
    """Fisher's z at a level, in batches.

    Parameters
    ----------
    statistics
        Gaussian data.
    alpha
        The level, or float [p, p].
    device
        Torch's name of the device, such as ``"cpu"`` or ``"cuda"``.

    Raises
    ------
    CapabilityError
        Where torch cannot use the device.
    """

    def __init__(
        self, statistics: GaussianStatistics, alpha: float | np.ndarray, device: str = "cpu"
    ) -> None:
        self._statistics = statistics
        self._critical = critical_z(alpha)
        try:
            self._correlation = torch.as_tensor(statistics.correlation, device=device)
        except (RuntimeError, AssertionError) as error:
            raise CapabilityError(
                f"torch cannot use device={device} here; take device=cpu."
            ) from error

    def evaluate(
        self, groups: Groups, order: int, *, stop_at_first: bool, count_members: bool = False
    ) -> Outcome:
        """Test every column of every group given the subsets of `order` of its rows."""
        degrees = degrees_left(self._statistics, order)
        limit = square_limit(self._critical, groups, degrees)
        level = _Level(groups, order, limit, self._correlation, count_members)
        # For votes, sets that the other end offers too are left out; else they are counted off.
        level.run(leave_out_shared=count_members)
        if stop_at_first:
            level.cut()
        outcome = GaussianOutcome(
            separated=level.separated.cpu().numpy(),
            tested=level.tested.cpu().numpy(),
            members=level.members(),
            smallest=level.smallest.cpu().numpy(),
            degrees=degrees,
            member_counts=level.held.cpu().numpy() if count_members else None,
        )
        if not count_members and groups.second.any():
            from causattn.discovery.pc.subset_kernel import leave_out_shared

            leave_out_shared(
                0,
                len(groups.centers),
                groups.row_pointer,
                groups.rows,
                groups.column_pointer,
                groups.columns,
                groups.second,
                groups.packed_rows,
                outcome.members,
                outcome.separated,
                stop_at_first,
                order,
                outcome.tested,
            )
        return outcome

    def strength(self, outcome: Outcome) -> np.ndarray:
        """Return |z|."""
        return outcome.statistic

    def p_values(self, statistic: np.ndarray, degrees_of_freedom: np.ndarray) -> np.ndarray:
        """Return two-sided normal p-values."""
        return z_p_values(statistic)


class _Level:
    """All tests of one order, and what they found for each column entry.

    Parameters
    ----------
    groups, order
        What to test.
    limit
        float64 [E], the squared correlation below which an entry counts as independent.
    correlation
        float64 [p, p], on the device that computes.
    count_members
        Whether `held` counts the separating sets that hold a row, or just says whether any does.
    """

    def __init__(
        self,
        groups: Groups,
        order: int,
        limit: np.ndarray,
        correlation: torch.Tensor,
        count_members: bool,
    ) -> None:
        device = correlation.device
        entries = len(limit)
        self._groups = groups
        self._order = order
        self._correlation = correlation
        self._row_count = groups.row_counts
        self._column_count = groups.column_counts
        most = int(self._row_count.max(initial=0))
        self._binomial = comb(np.arange(most + 1)[:, None], np.arange(order + 1)[None, :])
        self._choose = torch.as_tensor(self._binomial, device=device).round().to(torch.int64)
        self._centers = torch.as_tensor(groups.centers, device=device)
        self._rows = torch.as_tensor(groups.rows, device=device)
        self._row_start = torch.as_tensor(groups.row_pointer, device=device)
        self._columns = torch.as_tensor(groups.columns, device=device)
        self._column_start = torch.as_tensor(groups.column_pointer, device=device)
        self._limit = torch.as_tensor(limit, device=device)
        self.smallest = torch.full((entries,), torch.inf, dtype=torch.float64, device=device)
        self.separated = torch.zeros(entries, dtype=torch.int64, device=device)
        self.tested = torch.zeros(entries, dtype=torch.int64, device=device)
        self._first = torch.full((entries,), 1 << 62, dtype=torch.int64, device=device)
        kind = torch.int64 if count_members else torch.bool
        self.held = torch.zeros((entries, most), dtype=kind, device=device)

    def run(self, *, leave_out_shared: bool) -> None:
        """Evaluate every set, in batches."""
        shared = None
        if leave_out_shared and self._groups.second.any():
            shared = torch.as_tensor(self._shared_rows(), device=self._correlation.device)
        for group, rank, width in self._batches():
            self._evaluate(
                torch.as_tensor(group, device=self._correlation.device),
                torch.as_tensor(rank, device=self._correlation.device),
                width,
                shared,
            )

    def cut(self) -> None:
        """Keep of each separated entry the first separating set, and the tests up to it."""
        gone = np.flatnonzero(self.separated.cpu().numpy() > 0)
        if not len(gone):
            return
        groups, order = self._groups, self._order
        entry = torch.as_tensor(gone, device=self._correlation.device)
        group = np.searchsorted(groups.column_pointer, gone, side="right") - 1
        rows = torch.as_tensor(self._row_count[group], device=self._correlation.device)
        position = self._unrank(self._first[entry], rows)
        start = torch.as_tensor(groups.row_pointer[group], device=self._correlation.device)
        given = self._rows[start[:, None] + position]
        center = torch.as_tensor(groups.centers[group], device=self._correlation.device)
        square = self._squares(center, given, self._columns[entry][:, None])[:, 0]
        self.smallest[entry] = square
        self.separated[entry] = 1
        self.held[entry] = 0
        self.held[entry[:, None].expand(-1, order), position] = 1
        # Sets with the column itself as a member are no tests; leave it out of the numbering.
        place = position.cpu().numpy()
        count = self._row_count[group].copy()
        for k, (e, g) in enumerate(zip(gone, group, strict=True)):
            own = groups.rows[groups.row_pointer[g] : groups.row_pointer[g + 1]]
            at = np.flatnonzero(own == groups.columns[e])
            if len(at):
                place[k] -= place[k] > at[0]
                count[k] -= 1
        self.tested[entry] = torch.as_tensor(
            self._rank(place, count) + 1, device=self._correlation.device
        )

    def members(self) -> np.ndarray:
        """Return the members of each entry's separating sets as bits, uint64 [E, words]."""
        held = (self.held > 0).cpu().numpy()
        words = np.zeros((len(held), self._groups.words), dtype=np.uint64)
        packed = pack_bits(held)
        words[:, : packed.shape[1]] = packed[:, : words.shape[1]]
        return words

    def _shared_rows(self) -> np.ndarray:
        """Return for every row whether the other end of its group's one column offers it too."""
        others = self._groups.rows_of()
        shared = np.zeros(len(self._groups.rows), dtype=bool)
        for g, _, rows, span in self._groups:
            if len(span) and self._groups.second[span[0]]:
                start = self._groups.row_pointer[g]
                shared[start : start + len(rows)] = others[self._groups.columns[span[0]], rows]
        return shared

    def _batches(self) -> Iterator[tuple[np.ndarray, np.ndarray, int]]:
        """Yield the group and the rank of a batch of sets, and the most columns of any group."""
        order = self._order
        usable = np.flatnonzero((self._column_count > 0) & (self._row_count >= order))
        usable = usable[np.argsort(-self._column_count[usable], kind="stable")]
        while len(usable):
            width = int(self._column_count[usable[0]])
            # Groups of like width together, so that little of a batch is padding.
            alike = usable[self._column_count[usable] > width // 2]
            usable = usable[len(alike) :]
            sets = np.round(self._binomial[self._row_count[alike], order]).astype(np.int64)
            ends = np.cumsum(sets)
            size = max(_BATCH // ((width + 1) * (order + 1)), 1)
            for start in range(0, int(ends[-1]), size):
                number = np.arange(start, min(start + size, int(ends[-1])))
                which = np.searchsorted(ends, number, side="right")
                yield alike[which], number - (ends - sets)[which], width

    def _evaluate(
        self, group: torch.Tensor, rank: torch.Tensor, width: int, shared: torch.Tensor | None
    ) -> None:
        """Evaluate a batch of sets for all columns of their groups."""
        start = self._row_start[group]
        position = self._unrank(rank, self._row_start[group + 1] - start)
        given = self._rows[start[:, None] + position]
        first = self._column_start[group]
        column = torch.arange(width, device=group.device)
        valid = column < (self._column_start[group + 1] - first)[:, None]
        entry = torch.where(valid, first[:, None] + column, 0)
        y = self._columns[entry]
        valid &= ~(y[:, :, None] == given[:, None, :]).any(dim=2)
        if shared is not None:
            second = torch.as_tensor(self._groups.second, device=group.device)
            spared = shared[start[:, None] + position].all(dim=1)
            valid &= ~(spared[:, None] & (second[entry] == 1))
        square = self._squares(self._centers[group], given, y)
        hit = valid & (square < self._limit[entry])
        tested = entry[valid]
        self.tested.index_add_(0, tested, torch.ones_like(tested))
        self.smallest.scatter_reduce_(0, tested, square[valid], "amin")
        at, _ = torch.nonzero(hit, as_tuple=True)
        found = entry[hit]
        self.separated.index_add_(0, found, torch.ones_like(found))
        self._first.scatter_reduce_(0, found, rank[at], "amin")
        if self._order:
            where = found[:, None].expand(-1, self._order)
            one = torch.ones(where.shape, dtype=self.held.dtype, device=group.device)
            counting = self.held.dtype != torch.bool
            self.held.index_put_((where, position[at]), one, accumulate=counting)

    def _squares(self, x: torch.Tensor, given: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Return the squared partial correlations of x [B] and y [B, a] given sets [B, k]."""
        top = self._correlation[x[:, None], y]
        if self._order == 0:
            return top**2
        block = self._correlation[given[:, :, None], given[:, None, :]]
        factor, failed = torch.linalg.cholesky_ex(block)
        pivots = torch.diagonal(factor, dim1=1, dim2=2)
        sides = torch.cat(
            [
                self._correlation[given, x[:, None]][:, :, None],
                self._correlation[given[:, :, None], y[:, None, :]],
            ],
            dim=2,
        )
        solved = torch.linalg.solve_triangular(factor, sides, upper=False)
        left = 1 - (solved**2).sum(dim=1)
        bad = (failed != 0) | (pivots.amin(dim=1) ** 2 < _COLLINEAR) | (left[:, 0] < _COLLINEAR)
        if bool(bad.any()):
            column = int(x[bad][0])
            raise DataError(
                f"Column number {column} or one of its neighbours is an exact linear "
                "combination of other columns, so the covariance is singular; leave it out."
            )
        top = top - (solved[:, :, :1] * solved[:, :, 1:]).sum(dim=1)
        square = top**2 / (left[:, :1] * left[:, 1:])
        return torch.where(left[:, 1:] < _COLLINEAR, 1.0, square)

    def _unrank(self, rank: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        """Return the positions [B, k] of the sets of lexicographic ranks [B] among rows [B].

        Counted from the last set backwards, a set is written in the combinatorial number system
        (Knuth, "The Art of Computer Programming", 4A, 7.2.1.3).
        """
        order = self._order
        left = self._choose[rows, order] - 1 - rank
        position = torch.empty((len(rank), order), dtype=torch.int64, device=rank.device)
        for k in range(order):
            size = order - k
            steps = self._choose[:, size].contiguous()
            value = torch.searchsorted(steps, left, right=True) - 1
            left = left - self._choose[value, size]
            position[:, k] = rows - 1 - value
        return position

    def _rank(self, position: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return the lexicographic ranks of sets at ascending positions [B, k] among rows [B]."""
        rank = np.zeros(len(position))
        low = np.zeros(len(position), dtype=np.int64)
        for k in range(self._order):
            size = self._order - k
            rank += self._binomial[rows - low, size] - self._binomial[rows - position[:, k], size]
            low = position[:, k] + 1
        return np.round(rank).astype(np.int64)
