"""What an explainer is: from a batch of cases to a score for each token."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causattn.attribution.cases import CaseBatch
from causattn.attribution.output import ModelOutput
from causattn.attribution.settings import ExplainerSettings
from causattn.base import generator


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


class Explainer:
    """One way of giving the tokens of a document their share of a model's output.

    Parameters
    ----------
    output
        The number that is explained.
    settings
        The explainer's own settings.
    seed
        The run's seed.
    """

    settings_kind: type[ExplainerSettings] = ExplainerSettings
    """Its settings."""
    draws = False
    """Whether it draws at random, so that two explanations of one case differ."""

    def __init__(self, output: ModelOutput, settings: ExplainerSettings, seed: int) -> None:
        self.output, self.settings, self._seed = output, settings, seed
        self.prepare()

    def prepare(self) -> None:
        """Get ready, where there is something to get ready."""

    def attribute(self, batch: CaseBatch) -> Scores:
        """Return the scores of a batch."""
        raise NotImplementedError

    def generator(self, number: int) -> np.random.Generator:
        """Return the random generator of a case, the same whatever batch it is in."""
        return generator(self._seed, "attribution", str(self.settings.kind), int(number))
