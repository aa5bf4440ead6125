"""`AttributionSummary`: what features contribute to each other's prediction, over a corpus.

One document with feature i explained is one observation of each other feature j that it carries,

    s[i, j] = sum over the tokens k of j of score[k],

the score explaining what the model says of i: of its true word where it was hidden, or of the class
where i is a classifier's output. It is kept as a share of the sum of ``|s[i, j]|`` over j, or in
the output's own unit. A summary holds the moments of ``|s|`` and the sum of ``s``; both merge by
addition (and maximum), as `causattn.attention.AttentionMoments` do.

Row i is explained, column j got the score. Information flows the other way, **from column to row**;
`causattn.candidates` turns the matrix over once, as it does for attention.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from causattn.attention import AttentionMoments, AttentionSummary, read_summary, write_summary
from causattn.base import DataError, Shown

if TYPE_CHECKING:
    import pandas as pd

_MAGNITUDE, _SIGNED = "mean", "signed"


@dataclass(frozen=True, repr=False)
class AttributionSummary(Shown):
    """Attribution over a corpus from feature to feature.

    Parameters
    ----------
    names
        The f features' names, in the order of the table.
    moments
        Moments [1, 1, f, f] of the absolute contributions.
    signed
        float64 [f, f], sums of the contributions with their sign: positive where j raised what the
        model said of i.
    documents
        Number of documents.
    query
        ``"masked"`` or ``"label"``.
    method
        The explainer.
    about
        Model, settings, sequences run; JSON-like.
    """

    names: tuple[str, ...]
    moments: AttentionMoments
    signed: np.ndarray
    documents: int
    query: str
    method: str
    about: Mapping[str, Any] = field(default_factory=dict)

    def merge(self, other: AttributionSummary) -> AttributionSummary:
        """Return the summary of both sets of documents together.

        Raises
        ------
        DataError
            For other features, another query or another explainer.
        """
        mine, theirs = ((s.names, s.query, s.method) for s in (self, other))
        if mine != theirs:
            raise DataError(
                "Attributions over different features, queries or explainers cannot be merged; "
                "summarise both shards with the same settings."
            )
        return replace(
            self,
            moments=self.moments.merge(other.moments),
            signed=self.signed + other.signed,
            documents=self.documents + other.documents,
            about=_merged(self.about, other.about),
        )

    def signed_mean(self) -> np.ndarray:
        """Return the mean contribution with its sign, float64 [f, f]; 0 where never observed."""
        mean: np.ndarray = self.signed / np.maximum(self.moments.count, 1)
        return mean

    def signed_standard_error(self) -> np.ndarray:
        """Return the standard error of `signed_mean`; NaN where observed fewer than twice."""
        return self._signed_moments().standard_error()[0, 0]

    def as_attention(self) -> AttentionSummary:
        """Return the absolute contributions where attention is asked for, as measure ``mean``."""
        return AttentionSummary(
            self.names,
            {_MAGNITUDE: self.moments, _SIGNED: self._signed_moments()},
            self.documents,
            self.query,
            {**self.about, "method": self.method},
        )

    def summary(self) -> dict[str, Any]:
        """Return the explainer, how many documents were explained, and how."""
        return {
            "method": self.method,
            "documents": self.documents,
            "query": self.query,
            **self.about,
        }

    def to_frame(self) -> pd.DataFrame:
        """Return one row an ordered pair: what the explained feature owes to the other."""
        import pandas as pd

        i, j = np.nonzero(~np.eye(len(self.names), dtype=bool))
        names = np.array(self.names, dtype=object)
        return pd.DataFrame(
            {
                "explained": names[i],
                "by": names[j],
                "contribution": self.moments.mean()[0, 0][i, j],
                "signed": self.signed_mean()[i, j],
            }
        )

    def _signed_moments(self) -> AttentionMoments:
        return replace(self.moments, sum=self.signed[None, None])


def write_attribution(summary: AttributionSummary, folder: Path) -> None:
    """Write a summary as an artefact folder (see `causattn.base.new_artefact`)."""
    write_summary(summary.as_attention(), folder)


def read_attribution(folder: Path) -> AttributionSummary:
    """Read what `write_attribution` wrote.

    Raises
    ------
    ArtefactError
        Where the folder holds no such summary, or a file is missing or changed.
    """
    stored = read_summary(folder)
    about = dict(stored.about)
    return AttributionSummary(
        names=stored.names,
        moments=stored.measures[_MAGNITUDE],
        signed=stored.measures[_SIGNED].sum[0, 0],
        documents=stored.documents,
        query=stored.query,
        method=about.pop("method"),
        about=about,
    )


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is known of both parts: counts added up, the rest as it is."""
    counts = {"sequences", "mentions_without_token", "documents_truncated"}
    return {
        key: value + other.get(key, 0) if key in counts else value for key, value in one.items()
    }
