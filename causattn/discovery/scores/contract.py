"""What a score is.

A contribution is one file that defines ``SCORE``::

    class Mine(Score):
        "Residual sum of squares, a price a parent."

        name = "mine"
        data_kinds = CONTINUOUS

        def on(self, data, settings):
            return Families(data.values, settings.penalty)  # has local_score(node, parents)

    SCORE = Mine()

From then on ``discovery.score=mine`` names it. In Python an object with ``local_score`` will do:
``ges(data, score=families)``.

A score is decomposable where the score of a DAG is the sum over variables of a **local score** of a
variable and its parents; higher is better. Greedy search only ever asks by how much a local score
rises where one variable joins the parents, so `LocalScore.gains` answers that for many families at
once, and a score that can share work between them overrides it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from causattn.base import CausattnError, ConfigError, DataError, check_takes, number_given
from causattn.discovery.contract import ANY_DATA

if TYPE_CHECKING:
    from causattn.discovery.data import DiscoveryData
    from causattn.discovery.shared_settings import ScoreSettings


class Families(Protocol):
    """What a search asks: a score of a variable with its parents, higher is better."""

    def local_score(self, node: int, parents: tuple[int, ...]) -> float:
        """Return the score of a column with ascending columns as its parents.

        A family that has no score is minus infinity. The sum over the variables should be the same
        for Markov equivalent graphs, or a search over classes goes astray.
        """
        ...


AnyScore = str | Families
"""A score by name, or an object with ``local_score(node, parents)``."""


class Score(ABC):
    """A decomposable score. The first line of its docstring says what it is.

    Attributes
    ----------
    name
        The word in a configuration, and the name of its file.
    data_kinds
        Of ``"continuous"``, ``"discrete"`` and ``"mixed"``.
    paper
        Its source.
    """

    name: str
    data_kinds: frozenset[str]
    paper: str = ""

    @abstractmethod
    def on(self, data: DiscoveryData, settings: ScoreSettings) -> Families:
        """Return the score of these data.

        Parameters
        ----------
        data
            The table.
        settings
            With ``penalty`` and whatever else scores are priced by. Each family is asked for once.
        """

    def words(self, settings: ScoreSettings) -> str:
        """Return the score and its price in words; results are labelled with it."""
        return self.name


class GivenScore(Score):
    """An object that was handed in, as a score; it knows its data."""

    data_kinds = ANY_DATA

    def __init__(self, score: Families) -> None:
        self._score = score
        self.name = str(getattr(score, "name", type(score).__name__))

    def on(self, data: DiscoveryData, settings: ScoreSettings) -> Families:
        """Return what was handed in."""
        return self._score


class Extensions(NamedTuple):
    """Families to extend: group g asks for ``targets[g]`` what each candidate adds to its parents.

    Attributes
    ----------
    targets
        int32 [groups].
    parent_start, parents
        int64 [groups + 1] and int32 [all parents]: the parents of group g are
        ``parents[parent_start[g]:parent_start[g + 1]]``.
    candidate_start, candidates
        int64 [groups + 1] and int32 [all candidates]: likewise the variables that could join.
    """

    targets: np.ndarray
    parent_start: np.ndarray
    parents: np.ndarray
    candidate_start: np.ndarray
    candidates: np.ndarray


class LocalScore(ABC):
    """A decomposable score over `size` variables.

    Attributes
    ----------
    size
        Number of variables, p.
    evaluations
        How many local scores have been computed so far; those answered from memory don't count.
    tie_tolerance
        Two gains closer than this are a tie: far above rounding, far below what matters.
    """

    size: int
    evaluations: int = 0
    tie_tolerance: float = 1e-9

    def __init__(self) -> None:
        self._known: dict[tuple[int, tuple[int, ...]], float] = {}

    @abstractmethod
    def _compute(self, target: int, parents: tuple[int, ...]) -> float:
        """Return the local score; parents are in ascending order."""

    def _compute_all(self, families: list[tuple[int, tuple[int, ...]]]) -> list[float]:
        """Return the local scores of targets with their parents, which may share work."""
        return [self._compute(*family) for family in families]

    def local_score(self, target: int, parents: Collection[int]) -> float:
        """Return the local score of `target` with `parents`, higher is better.

        A score that cannot be computed (more parents than the data can distinguish) is minus
        infinity, so that no search goes there.
        """
        key = (target, tuple(sorted(parents)))
        if key not in self._known:
            self.evaluations += 1
            self._known[key] = self._compute(*key)
        return self._known[key]

    def local_scores(
        self, families: list[tuple[int, tuple[int, ...]]], *, keep: bool = True
    ) -> list[float]:
        """Return many local scores, of targets with ascending parents; each is computed once.

        Those that will not be asked for again need not be kept.
        """
        if not keep:
            self.evaluations += len(families)
            return self._compute_all(families)
        new = [family for family in dict.fromkeys(families) if family not in self._known]
        if new:
            self.evaluations += len(new)
            self._known.update(zip(new, self._compute_all(new), strict=True))
        return [self._known[family] for family in families]

    def total(self, adjacency: np.ndarray) -> float:
        """Return the score of a DAG given as 0/1 [p, p], from row to column."""
        matrix = np.asarray(adjacency) != 0
        if matrix.shape != (self.size, self.size):
            raise DataError(
                f"A score over {self.size} variables needs a graph of shape "
                f"({self.size}, {self.size}), not {matrix.shape}."
            )
        families = [(j, tuple(np.flatnonzero(matrix[:, j]).tolist())) for j in range(self.size)]
        return float(sum(self.local_scores(families)))

    def gains(
        self, families: Extensions, *, floor: float = -np.inf, threads: int = 1
    ) -> np.ndarray:
        """Return what each candidate adds to its group's local score.

        Parameters
        ----------
        families
            The groups.
        floor
            Gains at or below it may come back as minus infinity, which saves work.
        threads
            How many threads may share the work; the result does not depend on it.

        Returns
        -------
        gains
            float64, one a candidate, in the order of ``families.candidates``.
        """
        gains = np.empty(len(families.candidates))
        for group, target in enumerate(families.targets.tolist()):
            parents = families.parents[slice(*families.parent_start[group : group + 2])].tolist()
            first, last = families.candidate_start[group : group + 2].tolist()
            alone = self.local_score(target, parents)
            for place in range(first, last):
                joined = self.local_score(target, [*parents, int(families.candidates[place])])
                gains[place] = joined - alone if joined > -np.inf else -np.inf
        return gains


class ForeignScore(LocalScore):
    """A score from outside as the searches ask for it: checked, and each family once."""

    def __init__(self, score: Any, size: int, name: str) -> None:
        super().__init__()
        self.size = size
        self._score, self._name = score, name

    def _compute(self, target: int, parents: tuple[int, ...]) -> float:
        given = self._score.local_score(target, parents)
        found = number_given(given)
        if not found < float("inf"):
            shown = repr(given) if isinstance(given, str) else given
            raise CausattnError(
                f"The score {self._name} gave {shown} for variable {target} with parents "
                f"{parents}; give a number, or minus infinity for a family without a score."
            )
        return found


def share(groups: int, threads: int, work: Callable[[int, int], None]) -> None:
    """Call ``work(first, last)`` over ranges that cover all groups, on up to `threads` threads.

    Kernels release the interpreter lock and write to places of their own, so the outcome is the
    same for any number of threads.
    """
    if threads <= 1 or groups < 2 * threads:
        work(0, groups)
        return
    # More ranges than threads, since groups differ in cost.
    bounds = np.linspace(0, groups, min(groups, 8 * threads) + 1).astype(int)
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, bounds[:-1].tolist(), bounds[1:].tolist()))


def given_score(score: AnyScore) -> tuple[str, Score | None]:
    """Return what `ges` and its kind were given as a name for the settings, and a score."""
    if isinstance(score, str):
        return score, None
    if isinstance(score, Score):
        return "auto", score
    if not hasattr(score, "local_score"):
        raise ConfigError(
            f"score={score!r} is no score; give a name, or an object with "
            "local_score(node, parents)."
        )
    check_takes(score.local_score, ("node", "parents"))
    return "auto", GivenScore(score)
