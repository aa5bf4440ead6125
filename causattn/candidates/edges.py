"""`CandidateEdges`: which pairs of features may be adjacent, how strongly, and how surely.

``score[i, j]`` is the evidence for information flowing **from row i to column j**: the attention
that feature j pays to feature i. An edge of a causal graph can show in either direction of
attention, so that a pair is allowed as a whole; `strength` is the larger of its two scores.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from causattn.base import Shown
from causattn.candidates.quality import score_candidates
from causattn.graphs import CausalGraph


@dataclass(frozen=True)
class CandidateEdges(Shown):
    """Candidate edges over named features.

    Parameters
    ----------
    names
        The f features' names.
    score
        float64 [f, f], from row to column, diagonal 0.
    p_value
        float64 [f, f], symmetric, calibrated against a null; NaN where no null was run.
    allowed
        bool [f, f], symmetric, diagonal False: may the pair be adjacent?
    method
        How they were chosen, in words, such as ``"mean attention (masked), top 92 pairs"``.
    about
        Anything else, JSON-like.
    """

    names: tuple[str, ...]
    score: np.ndarray
    p_value: np.ndarray
    allowed: np.ndarray
    method: str
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def strength(self) -> np.ndarray:
        """The larger of the two scores of a pair, float64 [f, f], symmetric."""
        return np.maximum(self.score, self.score.T)

    @property
    def pair_count(self) -> int:
        """Number of allowed pairs."""
        return int(np.count_nonzero(np.triu(self.allowed, 1)))

    def summary(self, truth: CausalGraph | None = None) -> dict[str, Any]:
        """Return how many pairs were chosen, and how.

        Parameters
        ----------
        truth
            The true graph over the same names, for how well `strength` ranks its adjacencies.
        """
        return {
            **({} if truth is None else score_candidates(self.strength, truth.skeleton())),
            "pairs": self.pair_count,
            "method": self.method,
            **self.about,
        }

    def to_frame(self) -> pd.DataFrame:
        """Return `frame`, the strongest pairs first."""
        return self.frame().sort_values("strength", ascending=False, kind="stable")

    def frame(self) -> pd.DataFrame:
        """Return one row an ordered pair: source, target, score, strength, p_value, allowed."""
        i, j = np.nonzero(~np.eye(len(self.names), dtype=bool))
        names = np.array(self.names, dtype=object)
        return pd.DataFrame(
            {
                "source": names[i],
                "target": names[j],
                "score": self.score[i, j],
                "strength": self.strength[i, j],
                "p_value": self.p_value[i, j],
                "allowed": self.allowed[i, j],
            }
        )
