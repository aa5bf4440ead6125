"""Summaries with known moments, and tables of any kind."""

from collections.abc import Callable

import numpy as np
import pytest

from causattn.attention import AttentionMoments, AttentionSummary
from causattn.corpora import Mentions
from causattn.features import FeatureKind, FeatureTable


def _moments(values: np.ndarray) -> AttentionMoments:
    count = np.full(values.shape[-2:], len(values))
    return AttentionMoments(count, values.sum(0), (values**2).sum(0), values.max(0))


@pytest.fixture
def summary_of() -> Callable[..., AttentionSummary]:
    """A summary of observations [n, layers, heads, f, f], paid from row to column."""

    def make(values: np.ndarray, query: str = "observed", **about: object) -> AttentionSummary:
        size = values.shape[-1]
        measures = {
            "raw": _moments(values),
            "mean": _moments(values.mean((1, 2), keepdims=True)),
            "rollout": _moments(values.mean((1, 2), keepdims=True) ** 2),
        }
        names = tuple(f"f{k}" for k in range(size))
        return AttentionSummary(names, measures, len(values), query, about)

    return make


@pytest.fixture
def table_of() -> Callable[..., FeatureTable]:
    """A table of given values; columns named in `continuous` are no codes."""

    def make(values: np.ndarray, continuous: tuple[int, ...] = ()) -> FeatureTable:
        size = values.shape[1]
        return FeatureTable(
            names=tuple(f"f{k}" for k in range(size)),
            kinds=(FeatureKind.SLOT,) * size,
            values=np.asarray(values, dtype=float),
            categories=tuple(
                None if k in continuous else tuple("abcdefgh"[: int(values[:, k].max()) + 1])
                for k in range(size)
            ),
            carriers=Mentions.empty(),
            documents=np.arange(len(values)),
        )

    return make
