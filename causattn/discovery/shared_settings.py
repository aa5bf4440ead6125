"""Settings that families of algorithms share: one test or one score, named, for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from causattn.base import Bounds, CapabilityError, ConfigError
from causattn.discovery.contract import (
    CONTINUOUS,
    DISCRETE,
    CandidateUse,
    Capability,
    Offer,
    Problem,
    RunSettings,
)
from causattn.discovery.data import DiscoveryData, Missing
from causattn.discovery.registry import SCORES, TESTS

if TYPE_CHECKING:
    from causattn.candidates import CandidateEdges
    from causattn.discovery.scores.contract import LocalScore, Score
    from causattn.discovery.tests.contract import IndependenceTest

REFERENCE_SCORES = {"bic": CONTINUOUS, "bdeu": DISCRETE}
"""causal-learn's scores, with the data that each is for."""

ONLY_ITS_OWN = "causal-learn computes its scores itself"

SHARPNESS = 4.0
"""How fast the probability of an edge falls with its rank, see `edge_probabilities`."""

_AUTOMATIC = {
    "test": {"continuous": "fisher_z", "discrete": "g_square"},
    "score": {"continuous": "bic", "discrete": "bdeu"},
}
_FOR_MIXED = "degenerate_gaussian"


@dataclass(frozen=True, kw_only=True)
class TestSettings(RunSettings):
    """Settings of algorithms that test independence.

    Parameters
    ----------
    test
        ``"auto"`` (fisher_z for continuous, g_square for discrete data, degenerate_gaussian for
        mixed data and for categories with an order), ``"fisher_z"``, ``"chi_square"``,
        ``"g_square"``, ``"degenerate_gaussian"``, ``"conditional_gaussian"``, or a test of a
        plugin.
    alpha
        Level of each test.
    missing
        ``refuse`` missing values; leave the rows that lack one of its variables out of each test
        (``test-wise``), right where what is missing does not depend on the values; or correct that
        by the variables that what is missing depends on (``corrected``, MVPC; fisher_z only).
    """

    __test__ = False  # not a test of pytest's

    test: str = "auto"
    alpha: float = 0.01
    missing: Missing = "refuse"


@dataclass(frozen=True, kw_only=True)
class ScoreSettings(RunSettings):
    """Settings of algorithms that search by a score.

    Parameters
    ----------
    score
        ``"auto"`` (bic for continuous, bdeu for discrete data, degenerate_gaussian for mixed data
        and for categories with an order), ``"bic"``, ``"ebic"``, ``"bdeu"``,
        ``"degenerate_gaussian"``, ``"conditional_gaussian"``, or a score of a plugin.
    penalty
        Price of a parameter in units of log n, but for bdeu; 0.5 is the BIC as published
        (Schwarz).
    equivalent_sample_size
        bdeu: weight of the uniform prior in rows.
    structure_prior
        bdeu: expected number of parents of a variable; None for no such prior.
    ebic_gamma
        ebic: what a parent costs more, in units of the logarithm of the number of variables.
    ridge
        bic of continuous data, ebic: share of each variance added to the diagonal of the
        covariance, where columns are linear combinations of others.
    """

    score: str = "auto"
    penalty: float = 0.5
    equivalent_sample_size: Annotated[float, Bounds(above=0)] = 1.0
    structure_prior: Annotated[float, Bounds(above=0)] | None = 1.0
    ebic_gamma: Annotated[float, Bounds(least=0)] = 0.5
    ridge: Annotated[float, Bounds(least=0)] = 0.0


@dataclass(frozen=True, kw_only=True)
class CandidateSettings(RunSettings):
    """Settings of algorithms that can restrict and weigh by candidates.

    Parameters
    ----------
    candidates
        ``restrict`` (only candidates can be adjacent), ``weigh`` (candidates are evidence: a level
        for each pair's tests, or a prior on edges), ``ignore``, or ``auto``: restrict where the
        engine can.
    expected_edges
        weigh: rank of the pair that is an edge with probability one half, null for the number of
        variables; see `edge_probabilities`.
    sharpness
        weigh: how fast the probability falls with the rank.
    """

    candidates: CandidateUse = "auto"
    expected_edges: Annotated[float, Bounds(above=0)] | None = None
    sharpness: Annotated[float, Bounds(above=0)] = SHARPNESS

    def levels(self, candidates: CandidateEdges, alpha: float) -> np.ndarray:
        """Return a level for each pair, of mean `alpha`; float64 [p, p], symmetric."""
        from causattn.discovery.running.weights import pair_levels

        return pair_levels(
            candidates, alpha, expected_edges=self.expected_edges, sharpness=self.sharpness
        )

    def log_prior(self, candidates: CandidateEdges) -> np.ndarray:
        """Return each pair's log odds of being adjacent; float64 [p, p], symmetric."""
        from causattn.discovery.running.weights import edge_log_prior

        return edge_log_prior(
            candidates, expected_edges=self.expected_edges, sharpness=self.sharpness
        )


@dataclass(frozen=True)
class ChosenScore:
    """A score of the data, its name, and what it is in words."""

    local: LocalScore
    name: str
    text: str


def chosen_test(
    problem: Problem, settings: TestSettings, capability: Capability
) -> IndependenceTest:
    """Return the test that was handed in or that the settings name.

    Raises
    ------
    CapabilityError
        Where it is not offered or is made for another kind of data.
    """
    if problem.test is not None:
        return problem.test
    test = TESTS[_resolved(settings.test, problem.data, capability, "test")]
    if problem.data.absent is None:
        return test
    if not takes_any(capability.tests):
        raise CapabilityError(
            f"missing={settings.missing} needs an engine that takes any test; set engine=causattn."
        )
    if settings.missing == "corrected":
        from causattn.discovery.tests.corrected import CorrectedTest

        return CorrectedTest(test, settings.alpha)
    from causattn.discovery.tests.contract import TestWise

    return TestWise(test)


def chosen_score(problem: Problem, settings: ScoreSettings, capability: Capability) -> ChosenScore:
    """Return the score that was handed in or that the settings name, of the data.

    Raises
    ------
    CapabilityError
        Where it is not offered or is made for another kind of data.
    ConfigError
        For a penalty that is not above 0.
    """
    if not settings.penalty > 0:
        raise ConfigError(f"penalty={settings.penalty} must be above 0; 0.5 is the BIC.")
    score = problem.score
    if score is None:
        score = SCORES[_resolved(settings.score, problem.data, capability, "score")]
    return ChosenScore(
        local_score(problem.data, score, settings), score.name, score.words(settings)
    )


def local_score(data: DiscoveryData, score: str | Score, settings: ScoreSettings) -> LocalScore:
    """Return a score of the data, as searches ask for it.

    Parameters
    ----------
    data
        The table.
    score
        A score or its name.
    settings
        What it is priced by.
    """
    if isinstance(score, str):
        score = SCORES[score]
    from causattn.discovery.scores.contract import ForeignScore, LocalScore

    found = score.on(data, settings)
    return found if isinstance(found, LocalScore) else ForeignScore(found, data.size, score.name)


def check_named(settings: RunSettings) -> None:
    """Raise where the settings name a test or score that is not registered."""
    for what, registry in (("test", TESTS), ("score", SCORES)):
        name = getattr(settings, what, "auto")
        if name != "auto" and name not in registry:
            registry.entry(name)


def named_kinds(settings: RunSettings, capability: Capability) -> frozenset[str]:
    """Return the kinds of data of the test, the score or both, where the algorithm takes any."""
    kinds = []
    for what in what_takes_mixed(capability):
        name = getattr(settings, what, "auto")
        registry: Any = TESTS if what == "test" else SCORES
        kinds.append({"mixed"} if name == "auto" else registry[name].data_kinds)
    return frozenset.intersection(*map(frozenset, kinds)) if kinds else frozenset()


def what_takes_mixed(capability: Capability) -> tuple[str, ...]:
    """Return what the algorithm uses of ``"test"`` and ``"score"``, where it takes any of each."""
    offers = {"test": capability.tests, "score": capability.scores}
    used = tuple(what for what, offer in offers.items() if offer)
    return used if all(takes_any(offers[what]) for what in used) else ()


def _automatic(data: DiscoveryData, offer: Offer, what: str) -> str:
    """Return the test or score for these data, nothing where there is none."""
    ranked = any(
        name in data.ordered and count is not None and count > 2
        for name, count in zip(data.names, data.categories, strict=True)
    )
    if takes_any(offer) and (ranked or data.kind == "mixed"):
        return _FOR_MIXED
    return _AUTOMATIC[what].get(data.kind, "")


def takes_any(offer: Offer) -> bool:
    """Return whether every registered test or score will do."""
    return "any" in offer


def check_alpha(alpha: float, where: str = "alpha") -> None:
    """Raise where a level is none; `where` is what it is called."""
    if not 0 < alpha < 1:
        raise ConfigError(f"{where}={alpha:g} is no level of a test; choose one between 0 and 1.")


def _resolved(wanted: str, data: DiscoveryData, capability: Capability, what: str) -> str:
    """Return the test or score to use: the one named, or for ``"auto"`` the one for this data."""
    registry: Any = TESTS if what == "test" else SCORES
    offer = capability.tests if what == "test" else capability.scores
    name = _automatic(data, offer, what) if wanted == "auto" else wanted
    if takes_any(offer) and name:
        registry.entry(name)  # says what is near where it is not known
        if data.kind in registry[name].data_kinds:
            return name
    if takes_any(offer):
        offer = tuple(registry)
    offered = {
        each: offer[each] if isinstance(offer, dict) else registry[each].data_kinds
        for each in offer
    }
    fitting = [each for each, kinds in offered.items() if data.kind in kinds]
    if name in fitting:
        return name
    choices = ", ".join(["auto", *fitting] if fitting else list(offered))
    if name not in offered:
        reason = f": {capability.only}" if capability.only else ""
        raise CapabilityError(
            f"{what}={wanted} is not offered here{reason}; choose one of {choices}."
        )
    made_for = " or ".join(sorted(offered[name]))
    mend = {
        "continuous": ", set discretise=4, or convert codes of categories with astype(int).",
        "discrete": ", or convert numbers with astype(float).",
    }
    raise CapabilityError(
        f"{what}={name} is for {made_for} data and the data are {data.kind}; choose one of "
        f"{choices}" + mend.get(data.kind, ".")
    )
