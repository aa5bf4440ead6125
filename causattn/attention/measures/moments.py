"""`AttentionSummary`: attention over a corpus from feature to feature, as mergeable moments.

For one document, one layer and one head, the attention that feature i **pays to** feature j is

    a[i, j] = mean over the tokens q of i of the sum over the tokens k of j of attention[q, k],

one observation for each document that carries both. A summary holds, per layer and head, the
number of observations, their sum, sum of squares and maximum. These merge by addition (and
maximum), so that the summary of a corpus is the merge of the summaries of its shards in any order
(to floating-point tolerance): a commutative monoid with `AttentionMoments.zero` as its identity.

Rows pay, columns receive: ``sum[layer, head, i, j]`` is attention paid **from i (row, query) to
j (column, key)**. Information flows the other way, from the attended feature to the attending one;
`causattn.candidates` turns the matrix over once, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from causattn.base import DataError, Shown

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class AttentionMoments:
    """Moments of one measure (raw weights, rollout ...) from feature to feature.

    Parameters
    ----------
    count
        int64 [f, f], documents in which both features have tokens.
    sum, sum_of_squares, maximum
        float64 [layers, heads, f, f]; a measure that mixes layers or heads has size 1 there.
        `maximum` is 0 where nothing was observed.
    """

    count: np.ndarray
    sum: np.ndarray
    sum_of_squares: np.ndarray
    maximum: np.ndarray

    @classmethod
    def zero(cls, layers: int, heads: int, features: int) -> AttentionMoments:
        """Return the moments of no document, the identity of `merge`."""
        shape = (layers, heads, features, features)
        return cls(
            np.zeros((features, features), dtype=np.int64),
            np.zeros(shape),
            np.zeros(shape),
            np.zeros(shape),
        )

    def merge(self, other: AttentionMoments) -> AttentionMoments:
        """Return the moments of both sets of documents together."""
        if self.sum.shape != other.sum.shape:
            raise DataError(
                f"Attention of shapes {self.sum.shape} and {other.sum.shape} cannot be merged; "
                "summarise both with the same model and features."
            )
        return AttentionMoments(
            self.count + other.count,
            self.sum + other.sum,
            self.sum_of_squares + other.sum_of_squares,
            np.maximum(self.maximum, other.maximum),
        )

    def seen(self) -> np.ndarray:
        """Return which features occur in any pair, bool [f]."""
        occurs = self.count > 0
        return np.asarray(occurs.any(axis=0) | occurs.any(axis=1))

    def subset(self, features: Sequence[int] | np.ndarray) -> AttentionMoments:
        """Return the moments between some features, in the order given."""
        row, column = np.ix_(np.asarray(features), np.asarray(features))
        parts = (self.sum, self.sum_of_squares, self.maximum)
        return AttentionMoments(
            self.count[row, column], *(part[:, :, row, column] for part in parts)
        )

    def mean(self) -> np.ndarray:
        """Return the mean over documents, float64 [layers, heads, f, f]; 0 where never observed."""
        return self.sum / np.maximum(self.count, 1)

    def standard_error(self) -> np.ndarray:
        """Return the standard error of the mean; NaN where observed fewer than twice."""
        count = self.count.astype(float)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = self.sum / count
            variance = np.maximum(self.sum_of_squares / count - mean**2, 0.0) * count / (count - 1)
            error = np.sqrt(variance / count)
        return np.where(self.count > 1, error, np.nan)


@dataclass(frozen=True, repr=False)
class AttentionSummary(Shown):
    """Attention over a corpus from feature to feature, one `AttentionMoments` a measure.

    Parameters
    ----------
    names
        The features' names, in the order of the table.
    measures
        Moments by measure: ``"raw"`` per layer and head, ``"rollout"`` and others.
    documents
        Number of documents summarised.
    query
        ``"observed"``, ``"masked"`` where each feature's slot was hidden while it attended, or
        ``"next"`` where it attends while it is predicted.
    about
        Model, how attention was captured, layers and heads chosen; JSON-like.
    """

    names: tuple[str, ...]
    measures: Mapping[str, AttentionMoments]
    documents: int
    query: str
    about: Mapping[str, Any] = field(default_factory=dict)

    def merge(self, other: AttentionSummary) -> AttentionSummary:
        """Return the summary of both sets of documents together."""
        if self.names != other.names or self.query != other.query:
            raise DataError(
                "Summaries over different features or query modes cannot be merged; summarise "
                "both shards with the same settings."
            )
        measures = {name: self.measures[name].merge(other.measures[name]) for name in self.measures}
        return AttentionSummary(
            self.names, measures, self.documents + other.documents, self.query, self.about
        )

    def subset(self, names: Sequence[str]) -> AttentionSummary:
        """Return the summary of some features, in the order given, with full matrices.

        Raises
        ------
        DataError
            For a name that is not among the features.
        """
        place = {name: number for number, name in enumerate(self.names)}
        unknown = [name for name in names if name not in place]
        if unknown:
            raise DataError(
                f"The attention summary has no feature {unknown[0]}; choose of its names."
            )
        chosen = [place[name] for name in names]
        measures = {name: moments.subset(chosen) for name, moments in self.measures.items()}
        return AttentionSummary(
            tuple(names), measures, self.documents, self.query, {**self.about, "sums": "dense"}
        )

    def summary(self) -> dict[str, Any]:
        """Return how many documents were summarised, and how."""
        return {"documents": self.documents, "query": self.query, **self.about}

    def to_frame(self) -> pd.DataFrame:
        """Return one row an ordered pair: who attends to whom, and each measure's mean.

        Measures that keep layers and heads apart are averaged over them.
        """
        import pandas as pd

        i, j = np.nonzero(~np.eye(len(self.names), dtype=bool))
        names = np.array(self.names, dtype=object)
        columns: dict[str, Any] = {"attends": names[i], "to": names[j]}
        for name, moments in self.measures.items():
            columns[name] = moments.mean().mean((0, 1))[i, j]
        return pd.DataFrame(columns)
