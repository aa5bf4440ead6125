"""What a discovery algorithm is: the classes that a contribution implements, and what it is handed.

A contribution is one file that defines ``ALGORITHM``::

    class Strongest(Algorithm):
        "Pairs whose correlation exceeds a threshold."

        name = "strongest"
        settings = StrongestSettings  # a frozen dataclass derived from RunSettings
        capability = Capability(data_kinds=CONTINUOUS)

        def run(self, problem, settings):
            strong = abs(np.corrcoef(problem.data.values.T)) > settings.threshold
            np.fill_diagonal(strong, False)
            return CausalGraph.from_adjacency(
                strong, problem.data.names, direction="from row to column", kind="cpdag"
            )

    ALGORITHM = Strongest()

From then on it runs by its name in `discover`, `compare_algorithms` and `edge_frequencies`, under a
time limit and in sweeps. Independence tests and scores have contracts of their own,
`IndependenceTest` and `Score`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal

from causattn.base import Bounds
from causattn.discovery.data import DiscoveryData
from causattn.graphs import CausalGraph

if TYPE_CHECKING:
    from causattn.candidates import CandidateEdges
    from causattn.discovery.knowledge import Knowledge
    from causattn.discovery.scores.contract import Score
    from causattn.discovery.tests.contract import IndependenceTest

CONTINUOUS = frozenset({"continuous"})
DISCRETE = frozenset({"discrete"})
CONTINUOUS_OR_DISCRETE = CONTINUOUS | DISCRETE
ANY_DATA = CONTINUOUS_OR_DISCRETE | {"mixed"}

Offer = Sequence[str] | Mapping[str, frozenset[str]]
"""Tests or scores by name; a mapping narrows the kinds of data that each is used for."""

ANY: Offer = ("any",)
"""Every registered test or score, those from outside and functions handed in among them."""

CandidateUse = Literal["auto", "restrict", "weigh", "ignore"]
"""What to do with candidates: ``"auto"`` restricts where the engine can and else searches all pairs
and says so, the others do what they say or raise."""


@dataclass(frozen=True, kw_only=True)
class RunSettings:
    """Settings of every algorithm.

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
    discretise: Annotated[int, Bounds(least=2)] | None = None
    timeout_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class Capability:
    """What an algorithm, run by one engine, takes; anything else is refused before it runs.

    Parameters
    ----------
    data_kinds
        Of ``"continuous"``, ``"discrete"`` and ``"mixed"``. An algorithm of `ANY` test or score
        also takes what the test or score takes.
    tests, scores
        Independence tests and scores it can use, by name, or `ANY`.
    only
        Why it takes these tests or scores only, as a clause: ``"its tests are compiled in
        batches"``; for messages.
    candidates
        How it can use candidates: ``"restrict"`` (only candidates can be adjacent), ``"weigh"``.
    knowledge
        Whether it honours background knowledge.
    seeded
        Whether its result depends on the seed.
    needs_candidates
        Whether it cannot run without candidates.
    imports
        Modules that a run imports; they are loaded before its clock starts.
    """

    data_kinds: frozenset[str]
    tests: Offer = ()
    scores: Offer = ()
    only: str = ""
    candidates: frozenset[str] = frozenset()
    knowledge: bool = False
    seeded: bool = False
    needs_candidates: bool = False
    imports: tuple[str, ...] = ()


@dataclass(frozen=True)
class Problem:
    """One question to an algorithm.

    Parameters
    ----------
    data
        The table.
    candidates
        Candidate edges over the table's variables, in its order; None where there are none or the
        settings ignore them.
    knowledge
        Background knowledge, or None.
    seed
        Seed of whatever the algorithm draws.
    test, score
        Handed in from Python; None for those that the settings name.
    """

    data: DiscoveryData
    candidates: CandidateEdges | None = None
    knowledge: Knowledge | None = None
    seed: int = 0
    test: IndependenceTest | None = None
    score: Score | None = None


class Algorithm(ABC):
    """A discovery algorithm. The first line of the class's docstring says what it is.

    Attributes
    ----------
    name
        The word in a configuration, and the name of its file.
    capability
        What it takes.
    settings
        Its settings, a frozen dataclass derived from `RunSettings`.
    gives
        Kind of graph: ``"dag"``, ``"cpdag"`` or ``"pag"``.
    paper
        Its source.
    engines
        What each engine takes, where the settings have a field ``engine``; the first is the
        default, and `capability` is what it takes.
    package
        Import name of an optional package it needs.
    extra
        The extra of causattn that brings the package, None where causattn itself does.
    baseline
        Whether it is there to be beaten: comparisons list it last.
    order_matters
        Why the result depends on the columns' order, as a clause; empty where it does not. Columns
        are then put into an order that the data settle, and ``graph.details["column_order"]`` says
        so.
    """

    name: str
    capability: Capability
    settings: type[Any] = RunSettings
    gives: str = "cpdag"
    paper: str = ""
    engines: Mapping[str, Capability] = MappingProxyType({})
    package: str | None = None
    extra: str | None = None
    baseline: bool = False
    order_matters: str = ""

    @abstractmethod
    def run(self, problem: Problem, settings: Any) -> CausalGraph:
        """Solve a problem that `capability` admits.

        Parameters
        ----------
        problem
            Data of a kind that it takes; candidates only where it uses them.
        settings
            An instance of ``settings``.

        Returns
        -------
        graph
            Over ``problem.data.names``. ``graph.algorithm`` should name test, score and penalty.

        Raises
        ------
        CausattnError
            For what a person can mend, in one sentence; a comparison then goes on with the next.
        """

    def beyond_class(self, problem: Problem, graph: CausalGraph) -> tuple[bool, str] | None:
        """Return whether the data bear out what directs the graph beyond its equivalence class.

        The same documents fit every graph of a class, so that arrows which turn within it are no
        findings, unless an algorithm assumes more than a graph (noise that is not Gaussian, for
        example), and tests that. Such an algorithm returns whether the tests passed, and what was
        tested, in words. None, as by default, says that there is nothing beyond the class.

        Parameters
        ----------
        problem
            What was solved.
        graph
            What `run` returned for it.
        """
        return None

    def load(self, problem: Problem, settings: Any) -> None:
        """Load what a run needs and what is no part of the algorithm; its time is not counted."""
        for module in self.capability_of(settings).imports:
            import_module(module)

    def capability_of(self, settings: RunSettings) -> Capability:
        """Return what the engine that the settings name takes."""
        return self.engines.get(getattr(settings, "engine", ""), self.capability)
