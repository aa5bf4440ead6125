from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causattn.base import DataError
from causattn.exemplars import typical_documents
from causattn.exemplars.typical import distances


def cost(apart: np.ndarray, medoids: tuple[int, ...]) -> float:
    return float(apart[:, list(medoids)].min(axis=1).sum())


@given(st.integers(0, 500), st.integers(2, 9))
def test_one_medoid_is_the_best_of_all(seed: int, count: int) -> None:
    vectors = np.random.default_rng(seed).normal(size=(count, 3))
    apart = distances(vectors)
    np.testing.assert_allclose(
        apart, np.linalg.norm(vectors[:, None] - vectors[None], axis=-1), atol=1e-6
    )
    best = min(cost(apart, (k,)) for k in range(count))
    found = typical_documents(vectors, 1)
    assert cost(apart, tuple(found.documents)) == pytest.approx(best)
    assert found.distance == pytest.approx(best / count)
    assert found.count.tolist() == [count]


@given(st.integers(0, 500))
def test_no_swap_betters_several_medoids(seed: int) -> None:
    vectors = np.random.default_rng(seed).normal(size=(9, 2))
    apart = distances(vectors)
    found = typical_documents(vectors, 3)
    now = cost(apart, tuple(found.documents))
    swaps = [
        (*(m for m in found.documents if m != left), new)
        for left in found.documents
        for new in range(9)
    ]
    assert now <= min(cost(apart, swap) for swap in swaps) + 1e-9
    assert now <= 1.5 * min(cost(apart, some) for some in combinations(range(9), 3))
    assert found.count.sum() == 9
    assert (np.diff(found.count) <= 0).all()


def test_groups_are_found_and_equal_documents_are_one() -> None:
    groups = np.repeat(np.eye(3), [5, 3, 2], axis=0)
    found = typical_documents(groups, 4)
    assert found.documents.tolist() == [0, 5, 8]
    assert found.count.tolist() == [5, 3, 2]
    assert found.distance == 0


def test_no_documents_are_a_sentence() -> None:
    with pytest.raises(DataError, match="between 1 and"):
        typical_documents(np.empty((0, 3)), 2)
