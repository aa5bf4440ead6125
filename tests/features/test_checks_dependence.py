"""Dependent columns against NumPy's ranks, where correlations settle it and where not."""

import numpy as np
import pytest

from causattn.corpora import Mentions
from causattn.features import FeatureKind, FeatureTable, checks, dependent_columns


def _table(values: np.ndarray) -> FeatureTable:
    count, width = values.shape
    return FeatureTable(
        names=tuple(f"f{k}" for k in range(width)),
        kinds=(FeatureKind.PRESENCE,) * width,
        values=values,
        categories=(None,) * width,
        carriers=Mentions.empty(),
        documents=np.arange(count),
    )


def _by_ranks(values: np.ndarray) -> list[int]:
    """Columns that do not raise the rank of those before them."""
    centred = values - values.mean(0)
    ranks = [np.linalg.matrix_rank(centred[:, : k + 1]) for k in range(values.shape[1])]
    return [k for k, rank in enumerate(ranks) if rank == (ranks[k - 1] if k else 0)]


@pytest.mark.parametrize("rows", [120, 700])
@pytest.mark.parametrize("block", [64, 8192])
def test_the_columns_that_add_no_rank(rows, block, monkeypatch):
    monkeypatch.setattr(checks, "_BLOCK", block)
    monkeypatch.setattr(checks, "_TOGETHER", 7)
    rng = np.random.default_rng(rows)
    values = (rng.random((rows, 40)) < 0.3).astype(float)
    assert dependent_columns(_table(values)) == {}
    assert _by_ranks(values) == []
    values[:, 3] = 5 - values[:, 0]
    values[:, 20] = values[:, 2] + 2 * values[:, 9] - values[:, 17]
    values[:, 31] = values[:, 30] - 3 * values[:, 12]
    found = dependent_columns(_table(values))
    assert found == {3: [0], 20: [2, 9, 17], 31: [12, 30]}
    assert _by_ranks(values) == sorted(found)


def test_correlations_alone_settle_an_ordinary_table(monkeypatch):
    monkeypatch.setattr(checks, "_eliminated", None)
    rng = np.random.default_rng(0)
    for values in (
        (rng.random((300, 30)) < 0.3).astype(float),
        rng.normal(1e6, 1e-2, (300, 30)),
        rng.normal(0, 1e150, (300, 5)),
    ):
        assert dependent_columns(_table(values)) == {}


def test_more_columns_than_rows():
    values = np.random.default_rng(0).normal(size=(10, 14))
    assert sorted(dependent_columns(_table(values))) == [9, 10, 11, 12, 13] == _by_ranks(values)
