"""What ranks the paths of a model, and what says which of them stay: what contributions implement.

A **screen** scores every path between two parts of a model; the strongest are the candidates of a
graph, and every other screen is a baseline beside it. A **rule** says which candidates stay. A
contribution is one file that binds an instance to ``PATH_SCREEN`` or ``PATH_RULE``; see
`causattn.base.registry` for the ways in.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

    from causattn.attention import PathCase
    from causattn.circuits.settings import HeadsSettings
    from causattn.models import LanguageModel


@dataclass(frozen=True)
class CircuitTask:
    """A model at a task.

    Parameters
    ----------
    model
        A decoder or masked model.
    cases
        The documents on which the graph is looked for, some of one length each; ``paths`` of any of
        them names senders and receivers.
    settings
        Of the graph.
    seed
        The run's.
    """

    model: LanguageModel
    cases: tuple[PathCase, ...]
    settings: HeadsSettings
    seed: int


class PathScreen(ABC):
    """A way to rank paths.

    The first line of its docstring says what it is.
    """

    name: str
    """What ``graph.candidates`` and ``graph.baselines`` call it."""
    paper: str = ""
    """Where it was first described."""

    @abstractmethod
    def scores(self, task: CircuitTask) -> torch.Tensor:
        """Return how strong each path is.

        Parameters
        ----------
        task
            The model and its documents.

        Returns
        -------
        torch.Tensor
            float [B, R, S], by document, **from sender (column) to receiver (row)**; B is 1 where
            documents do not differ. The size counts; of equal sizes the earlier path goes first.
        """


class PathRule(ABC):
    """A way to say which candidates stay.

    The first line of its docstring says what it is.
    """

    name: str
    """What ``graph.rule`` calls it."""
    paper: str = ""
    """Where it was first described."""

    @abstractmethod
    def keep(self, task: CircuitTask, tried: torch.Tensor) -> torch.Tensor:
        """Return the paths of the graph, bool [R, S].

        Parameters
        ----------
        task
            The model and its documents.
        tried
            bool [R, S], the candidates.
        """
