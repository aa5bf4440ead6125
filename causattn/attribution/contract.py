"""What an explainer is: from a batch of cases to a score for each token.

`Explainer` is what a contribution implements, in one file with ``EXPLAINER = Mine``; its settings
are a dataclass of their own (`ExplainerSettings`) in the same file.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from causattn.attribution.settings import ExplainerSettings
from causattn.base import generator

if TYPE_CHECKING:
    from causattn.attribution.cases import CaseBatch
    from causattn.attribution.output import ModelOutput


@dataclass(frozen=True)
class Scores:
    """Scores of a batch.

    Parameters
    ----------
    score
        float64 [b, T], 0 where a token gets none.
    error
        float64 [b, T], standard errors by the method's own draws; None where it draws nothing.
    """

    score: np.ndarray
    error: np.ndarray | None = None


class Explainer(ABC):
    """One way of giving the tokens of a document their share of a model's output.

    It refuses settings that make no sense in its dataclass's ``__post_init__``, and a model that it
    cannot explain in `prepare`, with one of the errors of `causattn.base`.

    Parameters
    ----------
    output
        The number that is explained, as a function of tokens or of their embeddings.
    options
        Its settings.
    seed
        The run's seed.
    """

    name: str
    """What ``attribution.kind`` calls it."""
    settings: type[ExplainerSettings] = ExplainerSettings
    """The dataclass of its settings."""
    paper: str = ""
    """Where it was first described."""
    draws: bool = False
    """Whether it draws at random, so that two explanations of one case differ."""

    def __init__(self, output: ModelOutput, options: Any, seed: int) -> None:
        self.output, self.options, self._seed = output, options, seed
        self.prepare()

    def prepare(self) -> None:  # noqa: B027
        """Get ready, where there is something to get ready."""

    @abstractmethod
    def attribute(self, batch: CaseBatch) -> Scores:
        """Return the scores of a batch, 0 where ``batch.explained`` is false."""

    def generator(self, number: int) -> np.random.Generator:
        """Return the random generator of a case, the same whatever batch it is in."""
        return generator(self._seed, "attribution", self.name, int(number))
