"""What an algorithm declares of itself, and the check of a question against it before it runs."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from causattn.base import CapabilityError, DataError
from causattn.discovery.data import DiscoveryData, named_list
from causattn.discovery.knowledge import Knowledge
from causattn.graphs import CausalGraph

if TYPE_CHECKING:
    from causattn.candidates import CandidateEdges

_CONTINUOUS, _DISCRETE = frozenset({"continuous"}), frozenset({"discrete"})

Kinds = Mapping[str, frozenset[str]]
"""Tests or scores by name, each with the kinds of data it is for."""

TESTS: Kinds = {"fisher_z": _CONTINUOUS, "chi_square": _DISCRETE, "g_square": _DISCRETE}
SCORES: Kinds = {"bic": _CONTINUOUS | _DISCRETE, "bdeu": _DISCRETE}
REFERENCE_SCORES: Kinds = {"bic": _CONTINUOUS, "bdeu": _DISCRETE}

_AUTOMATIC = {
    "test": {"continuous": "fisher_z", "discrete": "g_square"},
    "score": {"continuous": "bic", "discrete": "bdeu"},
}

CandidateUse = Literal["auto", "restrict", "weigh", "ignore"]
"""What to do with candidates: ``"auto"`` restricts where the engine can and else searches all pairs
and says so, the others do as they are told or raise."""


@dataclass(frozen=True, kw_only=True)
class RunSettings:
    """What every algorithm can be told.

    Parameters
    ----------
    kind
        The algorithm's name.
    discretise
        Cut continuous columns into this many categories of equal frequency; None leaves them.
    timeout_s
        End the run after this many seconds; None for no limit.
    """

    kind: str
    discretise: int | None = None
    timeout_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class Capability:
    """What an algorithm, run by one engine, takes.

    Parameters
    ----------
    data_kinds
        Of ``"continuous"``, ``"discrete"`` and ``"mixed"``.
    tests, scores
        Independence tests and scores it can use.
    candidates
        How it can use candidates: ``"restrict"`` (only candidates can be adjacent), ``"weigh"``.
    knowledge
        Whether it honours background knowledge.
    seeded
        Whether its result depends on the seed.
    needs_candidates
        Whether it cannot run without candidates.
    """

    data_kinds: frozenset[str]
    tests: Kinds = field(default_factory=dict)
    scores: Kinds = field(default_factory=dict)
    candidates: frozenset[str] = frozenset()
    knowledge: bool = False
    seeded: bool = False
    needs_candidates: bool = False


@dataclass(frozen=True)
class Problem:
    """One question to an algorithm.

    Parameters
    ----------
    data
        The table.
    candidates
        Candidate edges over the table's variables, or None.
    knowledge
        Background knowledge, or None.
    seed
        Seed of whatever the algorithm draws.
    """

    data: DiscoveryData
    candidates: CandidateEdges | None = None
    knowledge: Knowledge | None = None
    seed: int = 0


@dataclass(frozen=True)
class Algorithm:
    """One entry of the registry.

    Parameters
    ----------
    name, title
        The word in a configuration, and its name in words.
    gives
        Kind of graph: ``"dag"``, ``"cpdag"`` or ``"pag"``.
    settings
        Its settings, a dataclass derived from `RunSettings`.
    engines
        What each engine takes; where there is one engine only, settings need not name it.
    run
        Solves a problem with settings.
    source
        The paper.
    package
        Import name of an optional package it needs.
    extra
        The extra of causattn that brings the package, None where causattn itself does.
    """

    name: str
    title: str
    gives: str
    settings: type[RunSettings]
    engines: Mapping[str, Capability]
    run: Callable[[Problem, Any], CausalGraph]
    source: str
    package: str | None = None
    extra: str | None = None

    def capability(self, settings: RunSettings) -> Capability:
        """Return what the engine that the settings name takes."""
        return self.engines[getattr(settings, "engine", next(iter(self.engines)))]


def prepared(problem: Problem, algorithm: Algorithm, settings: RunSettings) -> Problem:
    """Return the problem as the algorithm takes it, or say why it does not.

    Raises
    ------
    CapabilityError
        Where the algorithm does not take the data's kind, the test, the score, candidates used
        that way, or knowledge, or needs a package that is not installed.
    DataError
        Where candidates are over other variables than the data.
    """
    capability = algorithm.capability(settings)
    package = algorithm.package
    if package is not None and importlib.util.find_spec(package) is None:
        wanted = f"causattn[{algorithm.extra}]" if algorithm.extra else package
        raise CapabilityError(
            f"{algorithm.name} needs the package {package}, which is not installed; run pip "
            f"install '{wanted}' or choose another algorithm."
        )
    if settings.discretise is not None:
        problem = replace(problem, data=problem.data.discretised(settings.discretise))
    _check_kind(problem.data, algorithm.name, capability)
    problem = replace(problem, candidates=_candidates_to_use(problem, algorithm, settings))
    written = getattr(settings, "knowledge", None)
    if problem.knowledge is None and written is not None:
        known = Knowledge.from_settings(written, "discovery.knowledge")
        problem = replace(problem, knowledge=known)
    if problem.knowledge is not None and not capability.knowledge:
        raise CapabilityError(
            f"{described(algorithm, settings)} takes no background knowledge; leave knowledge out "
            "or choose pc or ges with engine=causattn."
        )
    return problem


def candidate_use(algorithm: Algorithm, settings: RunSettings) -> str:
    """Return what a run does with candidates: ``"restrict"``, ``"weigh"`` or ``"ignore"``.

    Raises
    ------
    CapabilityError
        Where the settings ask for a use that the engine does not have.
    """
    capability = algorithm.capability(settings)
    use = getattr(settings, "candidates", "ignore")
    if use == "auto":
        return "restrict" if "restrict" in capability.candidates else "ignore"
    if use != "ignore" and use not in capability.candidates:
        can = " and ".join(sorted(capability.candidates)) or "nothing with candidates"
        raise CapabilityError(
            f"{described(algorithm, settings)} cannot {use} by candidates, it can do {can}; set "
            "candidates=ignore or choose another engine."
        )
    return str(use)


def resolved(
    wanted: str, data: DiscoveryData, offered: Kinds, what: Literal["test", "score"]
) -> str:
    """Return the test or score to use: the one named, or for ``"auto"`` the one for this data.

    Raises
    ------
    CapabilityError
        Where it is not offered or is made for another kind of data.
    """
    fitting = [name for name, kinds in offered.items() if data.kind in kinds]
    name = _AUTOMATIC[what].get(data.kind, "") if wanted == "auto" else wanted
    if name in fitting:
        return name
    choices = ", ".join(["auto", *fitting] if fitting else list(offered))
    if name not in offered:
        raise CapabilityError(f"{what}={wanted} is not offered here; choose one of {choices}.")
    made_for = " or ".join(sorted(offered[name]))
    raise CapabilityError(
        f"{what}={name} is for {made_for} data and the data are {data.kind}; choose one of "
        f"{choices}" + (", or set discretise=4." if offered[name] == _DISCRETE else ".")
    )


def described(algorithm: Algorithm, settings: RunSettings) -> str:
    """Return the algorithm's name and, where there is a choice, its engine."""
    if len(algorithm.engines) == 1:
        return algorithm.name
    return f"{algorithm.name} (engine={getattr(settings, 'engine', '')})"


def _check_kind(data: DiscoveryData, name: str, capability: Capability) -> None:
    if data.kind in capability.data_kinds:
        return
    takes = " or ".join(sorted(capability.data_kinds))
    if data.kind == "mixed":
        discrete = [
            n for n, count in zip(data.names, data.categories, strict=True) if count is not None
        ]
        continuous = [n for n in data.names if n not in discrete]
        has = (
            f"the data are mixed (discrete: {named_list(discrete)}; "
            f"continuous: {named_list(continuous)})"
        )
    else:
        has = f"the data are {data.kind}"
    cut = "discrete" in capability.data_kinds and data.kind != "discrete"
    mend = (
        "set discretise=4 to cut continuous columns into categories, or leave columns out"
        if cut
        else "leave the discrete columns out or choose another algorithm"
    )
    raise CapabilityError(f"{name} takes {takes} data and {has}; {mend}.")


def _candidates_to_use(
    problem: Problem, algorithm: Algorithm, settings: RunSettings
) -> CandidateEdges | None:
    """Return the candidates in the data's order where the run uses them."""
    needed = algorithm.capability(settings).needs_candidates
    if not needed and candidate_use(algorithm, settings) == "ignore":
        return None
    if problem.candidates is not None:
        return _matched(problem.candidates, problem.data)
    if needed:
        raise CapabilityError(
            f"{algorithm.name} is made of candidates and none were given; hand candidates in."
        )
    return None


def _matched(candidates: CandidateEdges, data: DiscoveryData) -> CandidateEdges:
    """Return the candidates in the order of the data's variables."""
    if candidates.names == data.names:
        return candidates
    missing = [name for name in data.names if name not in candidates.names]
    if missing:
        raise DataError(
            f"The candidates know nothing of {named_list(missing)}; make candidates over the "
            "table's variables."
        )

    order = np.array([candidates.names.index(name) for name in data.names])
    inside = np.ix_(order, order)
    return replace(
        candidates,
        names=data.names,
        score=candidates.score[inside],
        p_value=candidates.p_value[inside],
        allowed=candidates.allowed[inside],
    )
