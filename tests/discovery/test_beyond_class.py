"""LiNGAM's assumptions are tested before its arrows within a class count."""

import numpy as np
import pytest

from causattn.discovery import BEYOND_CLASS, discover
from causattn.effects import claims_of

ROWS = 3000


def chain(noise, rng: np.random.Generator) -> np.ndarray:
    a, b, c = (noise(rng, ROWS) for _ in range(3))
    b = b + a
    return np.column_stack([a, b, c + b])


def uniform(rng: np.random.Generator, rows: int) -> np.ndarray:
    return rng.uniform(-1, 1, rows)


def gaussian(rng: np.random.Generator, rows: int) -> np.ndarray:
    return rng.normal(size=rows)


@pytest.mark.parametrize("kind", ["direct_lingam", "ica_lingam"])
def test_where_the_assumptions_hold_arrows_within_the_class_are_claims(kind: str) -> None:
    graph = discover({"kind": kind}, chain(uniform, np.random.default_rng(0)))
    assert graph.details[BEYOND_CLASS]["holds"]
    claims = claims_of(graph)
    assert np.array_equal(claims.graph.directed(), np.eye(3, k=1, dtype=bool))
    assert not claims.free.any()


def test_gaussian_noise_gives_no_direction() -> None:
    graph = discover({"kind": "direct_lingam"}, chain(gaussian, np.random.default_rng(0)))
    assert not graph.details[BEYOND_CLASS]["holds"]
    assert "Gaussian" in graph.details[BEYOND_CLASS]["tested"]
    claims = claims_of(graph)
    assert not claims.graph.directed().any()
    assert claims.free.sum() == 2


def test_a_hidden_cause_shows_in_the_noises() -> None:
    rng = np.random.default_rng(0)
    hidden = uniform(rng, ROWS)
    a, b, c = (uniform(rng, ROWS) for _ in range(3))
    table = np.column_stack([a + hidden, b + hidden, c])
    graph = discover({"kind": "direct_lingam"}, table)
    assert "depend on each other" in graph.details[BEYOND_CLASS]["tested"]
    assert not claims_of(graph).graph.directed().any()


def test_two_variables_give_nothing() -> None:
    table = chain(uniform, np.random.default_rng(0))[:, :2]
    graph = discover({"kind": "direct_lingam"}, table)
    assert not graph.details[BEYOND_CLASS]["holds"]
    assert claims_of(graph).free.sum() == 1


def test_the_tests_have_their_level() -> None:
    """The true graph is held against its own data: few of them are turned down."""
    kept = []
    for seed in range(30):
        graph = discover({"kind": "direct_lingam"}, chain(uniform, np.random.default_rng(seed)))
        kept.append(graph.details[BEYOND_CLASS]["holds"])
    assert np.mean(kept) > 0.85
