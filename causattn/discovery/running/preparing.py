"""Settings read, and a question held against what the algorithm declares, before it runs."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from causattn.base import (
    Bounds,
    CapabilityError,
    ConfigError,
    ConfigMistakes,
    DataError,
    settings_from,
)
from causattn.discovery.contract import Algorithm, Capability, Problem, RunSettings
from causattn.discovery.data import DiscoveryData, named_list, refuse_missing
from causattn.discovery.registry import ALGORITHMS
from causattn.discovery.running.names_of_others import own_names
from causattn.discovery.shared_settings import (
    check_alpha,
    check_named,
    named_kinds,
    what_takes_mixed,
)

if TYPE_CHECKING:
    from causattn.candidates import CandidateEdges

S = TypeVar("S", bound=RunSettings)

_BOUNDS = {
    ("max_order", "max_parents", "max_path_length", "restarts"): Bounds(least=0),
    ("penalty", "timeout_s"): Bounds(above=0),
    ("threads", "starts"): Bounds(least=1),
}
"""What numbers may be that algorithms, those of plugins too, call by these names."""


def chosen_algorithm(
    settings: Mapping[str, Any], where: str = "discovery"
) -> tuple[Algorithm, RunSettings]:
    """Return the algorithm that settings name, and the settings as it has them, checked.

    Parameters
    ----------
    settings
        ``{"kind": name, ...}``; in Python ``kind`` may also be an `Algorithm`.
    where
        What the settings are called, for messages.

    Raises
    ------
    ConfigError
        For an unknown algorithm or setting.
    """
    if "kind" not in settings:
        raise ConfigError(f"{where}.kind is missing; set it, for example {where}.kind=pc.")
    kind = settings["kind"]
    algorithm = ALGORITHMS[kind] if isinstance(kind, str) else kind
    if isinstance(algorithm, type):
        algorithm = algorithm()
    name = getattr(algorithm, "name", kind)
    if not isinstance(algorithm, Algorithm):
        raise ConfigError(
            f"{where}.kind={name} is no Algorithm; derive its class from "
            "causattn.discovery.Algorithm."
        )
    if not issubclass(algorithm.settings, RunSettings):
        raise ConfigError(
            f"The settings of {name} are no RunSettings; derive {algorithm.settings.__name__} from "
            "causattn.discovery.RunSettings, as a frozen dataclass."
        )
    return algorithm, checked(algorithm.settings, {**settings, "kind": name}, where)


def checked(kind: type[S], values: Mapping[str, Any], where: str = "") -> S:
    """Return settings of an algorithm, from a configuration or from a function's arguments.

    Raises
    ------
    ConfigError
        For an unknown setting, or a value that cannot be.
    """
    plain = {
        key: value.item() if isinstance(value, np.generic) else value
        for key, value in own_names(values).items()
    }
    prefix = f"{where}." if where else ""
    mistakes = ConfigMistakes()
    with mistakes.noted():
        found = settings_from(kind, plain, where)
        check_named(found)
    if isinstance(alpha := plain.get("alpha"), int | float):
        with mistakes.noted():
            check_alpha(alpha, f"{prefix}alpha")
    for names, bounds in _BOUNDS.items():
        for name in names:
            with mistakes.noted():
                bounds.check(plain.get(name), f"{prefix}{name}")
    mistakes.raise_all()
    return found


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
    capability = algorithm.capability_of(settings)
    package = algorithm.package
    if package is not None and importlib.util.find_spec(package) is None:
        wanted = f"causattn[{algorithm.extra}]" if algorithm.extra else package
        raise CapabilityError(
            f"{algorithm.name} needs the package {package}, which is not installed; run pip "
            f"install '{wanted}' or choose another algorithm."
        )
    if getattr(settings, "missing", "refuse") == "refuse":
        refuse_missing(problem.data)
    if settings.discretise is not None:
        problem = replace(problem, data=problem.data.discretised(settings.discretise))
    _check_given(problem, algorithm, settings)
    _check_kind(problem, algorithm.name, capability, settings)
    problem = replace(problem, candidates=_candidates_to_use(problem, algorithm, settings))
    written = getattr(settings, "knowledge", None)
    if problem.knowledge is None and written is not None:
        from causattn.discovery.knowledge import Knowledge

        known = Knowledge.from_settings(written, "discovery.knowledge")
        problem = replace(problem, knowledge=known)
    if problem.knowledge is not None and not capability.knowledge:
        raise CapabilityError(
            f"{described(algorithm, settings)} takes no background knowledge; leave knowledge out "
            "or choose pc, ges, boss or fci with engine=causattn, or ils, icd, rfci, gfci or "
            "hill_climbing."
        )
    return problem


def candidate_use(algorithm: Algorithm, settings: RunSettings) -> str:
    """Return what a run does with candidates: ``"restrict"``, ``"weigh"`` or ``"ignore"``.

    Raises
    ------
    CapabilityError
        Where the settings ask for a use that the engine does not have.
    """
    capability = algorithm.capability_of(settings)
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


def described(algorithm: Algorithm, settings: RunSettings) -> str:
    """Return the algorithm's name and, where there is a choice, its engine."""
    if not algorithm.engines:
        return algorithm.name
    return f"{algorithm.name} (engine={getattr(settings, 'engine', '')})"


def _check_given(problem: Problem, algorithm: Algorithm, settings: RunSettings) -> None:
    """Raise where a test or score was handed in and the engine takes named ones only."""
    capability = algorithm.capability_of(settings)
    for what, given, offer in (
        ("test", problem.test, capability.tests),
        ("score", problem.score, capability.scores),
    ):
        if given is not None and "any" not in offer:
            reason = f": {capability.only}" if capability.only else ""
            raise CapabilityError(
                f"{described(algorithm, settings)} cannot take the {what} {given.name}{reason}; "
                f"choose one of {', '.join(offer) or 'none'}, or another engine."
            )


def _check_kind(problem: Problem, name: str, capability: Capability, settings: RunSettings) -> None:
    """Raise where neither the algorithm nor the test or score it is given takes the data."""
    data = problem.data
    kinds = capability.data_kinds | named_kinds(settings, capability)
    for given in (problem.test, problem.score):
        kinds |= given.data_kinds if given is not None else frozenset()
    if data.kind in kinds:
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
    if data.kind == "mixed" and (own := what_takes_mixed(capability)):
        named = " and ".join(f"{what}=degenerate_gaussian" for what in own)
        mend = f"set {named}, which is for both, or {mend}"
    raise CapabilityError(
        f"{name} takes {takes} data and {has}; {mend}; more: causattn explain errors.data-kind."
    )


@dataclass(frozen=True)
class Evidence:
    """The candidates of a run, by what is done with them.

    Parameters
    ----------
    restricting, weighing
        The candidates, in one of the two or in neither.
    words
        What is done with them: ``"restricted"``, ``"weighed"``, or nothing.
    """

    restricting: CandidateEdges | None
    weighing: CandidateEdges | None
    words: tuple[str, ...]

    @property
    def allowed(self) -> np.ndarray | None:
        """Which pairs may be adjacent, bool [p, p], symmetric; None for all."""
        return None if self.restricting is None else self.restricting.allowed


def evidence_for(
    algorithm: Algorithm, settings: RunSettings, candidates: CandidateEdges | None
) -> Evidence:
    """Return the candidates by what a run does with them.

    Raises
    ------
    CapabilityError
        Where the settings ask for a use that the engine does not have.
    """
    use = "ignore" if candidates is None else candidate_use(algorithm, settings)
    if use == "restrict":
        return Evidence(candidates, None, ("restricted",))
    if use == "weigh":
        return Evidence(None, candidates, ("weighed",))
    return Evidence(None, None, ())


def _candidates_to_use(
    problem: Problem, algorithm: Algorithm, settings: RunSettings
) -> CandidateEdges | None:
    """Return the candidates in the data's order where the run uses them."""
    needed = algorithm.capability_of(settings).needs_candidates
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
