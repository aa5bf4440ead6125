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
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Protocol

from causattn.base import CausattnError
from causattn.discovery.contract import ANY_DATA
from causattn.discovery.scores.local_score import LocalScore

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


class ForeignScore(LocalScore):
    """A score from outside as the searches ask for it: checked, and each family once."""

    def __init__(self, score: Any, size: int, name: str) -> None:
        super().__init__()
        self.size = size
        self._score, self._name = score, name

    def _compute(self, target: int, parents: tuple[int, ...]) -> float:
        found = float(self._score.local_score(target, parents))
        if not found < float("inf"):
            raise CausattnError(
                f"The score {self._name} gave {found} for variable {target} with parents "
                f"{parents}; give a number, or minus infinity for a family without a score."
            )
        return found
