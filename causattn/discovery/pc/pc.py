"""PC: the PC algorithm in its stable form, by causattn's own engine or by causal-learn.

Spirtes, Glymour and Scheines (2000), "Causation, Prediction, and Search", section 5.4.2; stable
form by Colombo and Maathuis (2014), "Order-independent constraint-based causal structure learning".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from causattn.discovery.contract import (
    ANY,
    CONTINUOUS_OR_DISCRETE,
    Algorithm,
    Capability,
    Problem,
)
from causattn.discovery.data import Data, Missing
from causattn.discovery.discover import called
from causattn.discovery.knowledge import Knowledge
from causattn.discovery.pc.engines import (
    Conditioning,
    PcSearch,
    Rules,
    pc_by_causal_learn,
    pc_by_causattn,
)
from causattn.discovery.running.preparing import evidence_for
from causattn.discovery.shared_settings import CandidateSettings, TestSettings, chosen_test
from causattn.discovery.tests.contract import AnyTest
from causattn.graphs import CausalGraph

if TYPE_CHECKING:
    from causattn.candidates import CandidateEdges

Engine = Literal["causattn", "causal-learn"]


@dataclass(frozen=True, kw_only=True)
class PcSettings(TestSettings, CandidateSettings):
    """PC, stable: independence tests, a CPDAG.

    Parameters
    ----------
    engine
        ``causattn``, compiled, or ``causal-learn``: the reference, with its own fisher_z,
        chi_square and g_square.
    rules
        ``causal-learn`` (the same graph as causal-learn), ``standard`` (the textbook's),
        ``majority`` or ``conservative`` (colliders by all separating sets), or ``ranked`` (as
        majority; of two colliders that contradict each other the one with the larger p-value).
        The skeleton never depends on the columns' order, nor do majority's and conservative's
        directions. causal-learn's may where they contradict each other, standard's and ranked's
        where marginal tests are equally strong; the graph's ``column_order`` then says so.
    conditioning
        What conditioning sets for a pair are drawn from: ``neighbours`` of either end, or those of
        them on ``paths`` between the two; ``auto`` takes paths where candidates restrict.
    max_order
        Largest conditioning set; None for no limit, except that an order of more than 10^10 tests
        (discrete data: 10^8) is left out and named.
    knowledge
        ``{required: [[a, b]], forbidden: [[c, d]], tiers: [[a], [b, c]], order: [a, b]}``;
        null: a label comes after all else, unless the truth is known; ``{}``: nothing is assumed.
    threads
        Threads of the compiled engine; the result does not depend on it.
    """

    kind: str = "pc"
    engine: Engine = "causattn"
    rules: Rules = "causal-learn"
    conditioning: Conditioning = "auto"
    max_order: int | None = None
    knowledge: dict[str, Any] | None = None
    threads: int = 1


_OURS = Capability(
    data_kinds=CONTINUOUS_OR_DISCRETE,
    tests=ANY,
    candidates=frozenset({"restrict", "weigh"}),
    knowledge=True,
)
_ENGINES = {
    "causattn": _OURS,
    "causal-learn": replace(
        _OURS,
        imports=("causallearn.utils.cit", "causallearn.utils.PCUtils.SkeletonDiscovery"),
    ),
}


class Pc(Algorithm):
    """PC, stable: independence tests, a CPDAG."""

    name = "pc"
    settings = PcSettings
    capability = _OURS
    engines = _ENGINES
    paper = (
        "Spirtes, Glymour and Scheines (2000), Causation, Prediction, and Search, section 5.4.2; "
        "Colombo and Maathuis (2014), Order-independent constraint-based causal structure learning"
    )

    def run(self, problem: Problem, settings: PcSettings) -> CausalGraph:
        """Solve a prepared problem."""
        data = problem.data
        test = chosen_test(problem, settings, self.capability_of(settings))
        evidence = evidence_for(self, settings, problem.candidates)
        weighing = evidence.weighing
        knowledge = None if problem.knowledge is None else problem.knowledge.matrices(data.names)
        search = PcSearch(
            test,
            settings.alpha if weighing is None else settings.levels(weighing, settings.alpha),
            settings.rules,
            evidence.allowed,
            knowledge,
            settings.conditioning,
            settings.max_order,
            None if weighing is None else settings.alpha,
        )
        if settings.engine == "causattn":
            graph = pc_by_causattn(data, search, settings.threads)
        else:
            graph = pc_by_causal_learn(data, search)
        about = [test.name, f"alpha {settings.alpha:g}", f"{settings.rules} rules", settings.engine]
        about += evidence.words
        return replace(graph, algorithm=f"pc ({', '.join(about)})")


ALGORITHM = Pc()


def pc(
    data: Data,
    *,
    test: AnyTest = "auto",
    alpha: float = 0.01,
    engine: Engine = "causattn",
    rules: Rules = "causal-learn",
    candidates: CandidateEdges | None = None,
    use_candidates: Literal["restrict", "weigh"] = "restrict",
    knowledge: Knowledge | Mapping[str, Any] | None = None,
    conditioning: Conditioning = "auto",
    max_order: int | None = None,
    discretise: int | None = None,
    threads: int = 1,
    missing: Missing = "refuse",
    names: Sequence[str] | None = None,
) -> CausalGraph:
    """Find a CPDAG by the stable PC algorithm.

    Parameters
    ----------
    data
        An array [n, p] (integers are discrete, floating-point numbers continuous), a data frame,
        or a feature table.
    test
        ``"fisher_z"``, ``"chi_square"``, ``"g_square"``, ``"degenerate_gaussian"``,
        ``"conditional_gaussian"``, or ``"auto"``: Fisher z for continuous, G-square for discrete
        data, the degenerate Gaussian for mixed data and where categories have an order (pandas'
        ordered categories). Or one of your own: a function ``(x, y, given)`` of two columns
        x < y and an ascending tuple of columns that returns a p-value, or an object with
        ``p_values(questions)`` that answers a list of such triples at once.
    alpha
        Level of each test; the mean level where candidates weigh.
    engine
        ``"causattn"``, compiled for the named tests, or ``"causal-learn"``: the reference, with its
        own version of the named tests.
    rules
        ``"causal-learn"`` (the same graph as causal-learn), ``"standard"`` (the textbook's),
        ``"majority"`` or ``"conservative"`` (colliders by all separating sets), or ``"ranked"``
        (as majority; of two colliders that contradict each other the one with the larger p-value).
        The skeleton never depends on the columns' order, nor do the directions by ``"majority"``
        and ``"conservative"``. By ``"causal-learn"`` they may where two directions contradict each
        other, by ``"standard"`` and ``"ranked"`` where marginal tests are equally strong (p-values
        of 0, which causal-learn's Fisher's z has from z = 8.3 on); then
        ``graph.details["column_order"]`` says so.
    candidates
        Candidate edges over the table's variables, None for none.
    use_candidates
        ``"restrict"``: only candidate pairs can be adjacent; ``"weigh"``: each pair has a level of
        its own (`pair_levels`).
    knowledge
        What is known of the graph, as `Knowledge` or as a configuration writes it.
    conditioning
        What conditioning sets for a pair are drawn from: ``"neighbours"`` of either end, or those
        of them on ``"paths"`` between the two; ``"auto"`` takes paths where candidates restrict.
    max_order
        Largest conditioning set, None for no limit but that of reach: an order that would need
        more than 10^10 tests (discrete data: 10^8) is left out with a warning that says so.
        Fisher's z stops at n - 4 in any case.
    discretise
        Cut continuous columns into this many categories of equal frequency.
    threads
        Threads of the compiled engine; the result does not depend on it.
    missing
        ``"refuse"`` missing values; leave the rows that lack one of its variables out of each test
        (``"test-wise"``); or correct that where values are missing because of others
        (``"corrected"``, MVPC; Fisher's z only).
    names
        Names of an array's columns.

    Returns
    -------
    CausalGraph
        A CPDAG with its separating sets and the number of tests. On finite samples PC's answers
        can contradict each other, and then the graph is no valid CPDAG.

    Raises
    ------
    CapabilityError
        Where the test is not for this kind of data.
    ConfigError
        For a level outside (0, 1), or contradictory knowledge.
    DataError
        For a table that cannot be used, or a singular correlation matrix.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> x, z = rng.normal(size=(2, 500))
    >>> graph = pc(np.column_stack([x, x + z + rng.normal(size=500), z]), names=["x", "y", "z"])
    >>> [f"{edge.source} {edge.symbol} {edge.target}" for edge in graph.edges()]
    ['x --> y', 'z --> y']

    With a test of your own, here of the correlations' ranks:

    >>> from scipy import stats
    >>> table = np.column_stack([x, x + z + rng.normal(size=500), z])
    >>> ranks = stats.rankdata(table, axis=0)
    >>> def spearman(x, y, given):
    ...     design = np.column_stack([np.ones(500), ranks[:, given]])
    ...     left = ranks - design @ np.linalg.lstsq(design, ranks, rcond=None)[0]
    ...     return stats.pearsonr(left[:, x], left[:, y]).pvalue
    >>> [f"{e.source} {e.symbol} {e.target}" for e in pc(table, test=spearman).edges()]
    ['X1 --> X2', 'X3 --> X2']
    """
    return called(
        ALGORITHM,
        data,
        names,
        candidates,
        use_candidates,
        knowledge,
        test=test,
        alpha=alpha,
        engine=engine,
        rules=rules,
        conditioning=conditioning,
        max_order=max_order,
        discretise=discretise,
        threads=threads,
        missing=missing,
    )
