"""Algorithms, independence tests and scores by name; see `causattn.base.registry`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causattn.base import Registry

if TYPE_CHECKING:
    from causattn.discovery.contract import Algorithm
    from causattn.discovery.scores.contract import Score
    from causattn.discovery.tests.contract import IndependenceTest

ALGORITHMS: Registry[Algorithm] = Registry(
    "discovery",
    "algorithm",
    "ALGORITHM",
    "causattn.discovery",
    "causattn.discovery.contract:Algorithm",
    "discovery.kind",
)
TESTS: Registry[IndependenceTest] = Registry(
    "tests",
    "independence test",
    "TEST",
    "causattn.discovery.tests",
    "causattn.discovery.tests.contract:IndependenceTest",
    "discovery.test",
)
SCORES: Registry[Score] = Registry(
    "scores",
    "score",
    "SCORE",
    "causattn.discovery.scores",
    "causattn.discovery.scores.contract:Score",
    "discovery.score",
)
