"""GES: greedy equivalence search, by causattn's own engine or by causal-learn.

Chickering (2002), "Optimal structure identification with greedy search"; turning phase by Hauser
and Bühlmann (2012), "Characterization and greedy learning of interventional Markov equivalence
classes"; restriction by Nandy, Hauser and Maathuis (2018), "High-dimensional consistency in
score-based and hybrid structure learning".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from causattn.discovery.contract import (
    ANY,
    CONTINUOUS_OR_DISCRETE,
    Algorithm,
    Capability,
    Problem,
)
from causattn.discovery.discover import called
from causattn.discovery.ges.constraints import Adaptive
from causattn.discovery.ges.search import PHASES, run_ges
from causattn.discovery.running.preparing import evidence_for
from causattn.discovery.shared_settings import (
    ONLY_ITS_OWN,
    REFERENCE_SCORES,
    CandidateSettings,
    ScoreSettings,
    chosen_score,
)
from causattn.graphs import CausalGraph

if TYPE_CHECKING:
    from causattn.candidates import CandidateEdges
    from causattn.discovery.data import Data
    from causattn.discovery.knowledge import Knowledge
    from causattn.discovery.scores.contract import AnyScore

Engine = Literal["causattn", "causal-learn"]


@dataclass(frozen=True, kw_only=True)
class GesSettings(ScoreSettings, CandidateSettings):
    """GES, greedy equivalence search: a score, a CPDAG.

    Parameters
    ----------
    engine
        ``causattn``, or ``causal-learn``: the reference, over all pairs, with its own scores.
    turning
        Search on with a turning phase and through all phases again (causattn's engine).
    adaptive
        Where candidates restrict, when another pair may come in: while it ends one of the
        ``unshielded_triples`` or ``v_structures``, or ``none``.
    knowledge
        ``{required: [[a, b]], forbidden: [[c, d]], tiers: [[a], [b, c]], order: [a, b]}``;
        null: a label comes after all else, unless the truth is known; ``{}``: nothing is assumed.
    max_parents
        The largest family an insertion may make, null for no bound.
    threads
        Threads of the compiled engine; the result does not depend on it.
    """

    kind: str = "ges"
    engine: Engine = "causattn"
    turning: bool = True
    adaptive: Adaptive = "unshielded_triples"
    knowledge: dict[str, Any] | None = None
    max_parents: int | None = None
    threads: int = 1


_OURS = Capability(
    data_kinds=CONTINUOUS_OR_DISCRETE,
    scores=ANY,
    candidates=frozenset({"restrict", "weigh"}),
    knowledge=True,
)
_ENGINES = {
    "causattn": _OURS,
    "causal-learn": Capability(
        data_kinds=CONTINUOUS_OR_DISCRETE,
        scores=REFERENCE_SCORES,
        only=ONLY_ITS_OWN,
        imports=("causallearn.search.ScoreBased.GES",),
    ),
}


class Ges(Algorithm):
    """GES, greedy equivalence search: a score, a CPDAG."""

    name = "ges"
    settings = GesSettings
    capability = _OURS
    engines = _ENGINES
    paper = (
        "Chickering (2002), Optimal structure identification with greedy search; Hauser and "
        "Bühlmann (2012); Nandy, Hauser and Maathuis (2018)"
    )

    def run(self, problem: Problem, settings: GesSettings) -> CausalGraph:
        """Solve a prepared problem."""
        data = problem.data
        chosen = chosen_score(problem, settings, self.capability_of(settings))
        about = [chosen.text, settings.engine]
        if settings.engine == "causal-learn":
            from causattn.discovery.ges.by_causal_learn import ges_by_causal_learn
            from causattn.discovery.libraries.causal_learn_graphs import check_causal_learn_priors

            check_causal_learn_priors(chosen, settings)
            graph = ges_by_causal_learn(data, chosen.name, settings.penalty, settings.max_parents)
            return replace(graph, algorithm=f"ges ({', '.join(about)})")
        evidence = evidence_for(self, settings, problem.candidates)
        weighing, known = evidence.weighing, problem.knowledge
        required, forbidden = (None, None) if known is None else known.matrices(data.names)
        found = run_ges(
            chosen.local,
            phases=PHASES if settings.turning else PHASES[:2],
            repeat=settings.turning,
            allowed=evidence.allowed,
            adaptive=settings.adaptive,
            edge_log_prior=None if weighing is None else settings.log_prior(weighing),
            required=required,
            forbidden=forbidden,
            max_parents=settings.max_parents,
            threads=settings.threads,
        )
        outside = 0
        if evidence.allowed is not None:
            outside = int(np.count_nonzero(found.adjacency.astype(bool) & ~evidence.allowed))
        return CausalGraph.from_adjacency(
            found.adjacency,
            data.names,
            direction="from row to column",
            kind="cpdag",
            algorithm=f"ges ({', '.join((*about, *evidence.words))})",
            tests=found.local_scores,
            score=float(found.score),
            details={"moves": dict(found.steps_by_phase), "pairs_outside_candidates": outside},
        )


ALGORITHM = Ges()


def ges(
    data: Data,
    *,
    score: AnyScore = "auto",
    penalty: float = 0.5,
    equivalent_sample_size: float = 1.0,
    structure_prior: float | None = 1.0,
    ridge: float = 0.0,
    engine: Engine = "causattn",
    turning: bool = True,
    candidates: CandidateEdges | None = None,
    use_candidates: Literal["restrict", "weigh"] = "restrict",
    adaptive: Adaptive = "unshielded_triples",
    knowledge: Knowledge | Mapping[str, Any] | None = None,
    max_parents: int | None = None,
    discretise: int | None = None,
    threads: int = 1,
    names: Sequence[str] | None = None,
) -> CausalGraph:
    """Find a CPDAG by greedy equivalence search.

    Parameters
    ----------
    data
        An array [n, p] (integers are discrete, floating-point numbers continuous), a data frame,
        or a feature table.
    score
        ``"bic"``, ``"bdeu"``, ``"degenerate_gaussian"``, ``"conditional_gaussian"``, or ``"auto"``:
        BIC for continuous, BDeu for discrete, the degenerate Gaussian for mixed data. Or an object
        of your own with ``local_score(node, parents)``: the score of a column with an
        ascending tuple of columns as parents, higher is better. The search goes over equivalence
        classes, so members of a class should have the same sum.
    penalty
        Price of a parameter in units of log n, for the BIC; 0.5 is Schwarz's criterion.
    equivalent_sample_size, structure_prior
        Weight of the uniform prior in rows and expected number of parents of a variable (None for
        no such prior), for BDeu. The defaults are those of causal-learn.
    ridge
        Share of each variance added to the covariance's diagonal, for the Gaussian BIC of columns
        that are linear combinations of others.
    engine
        ``"causattn"``, or ``"causal-learn"``: the reference, over all pairs, which computes its
        scores itself and so takes none of yours.
    turning
        Search on with a turning phase and through all phases again until none finds a move
        (causattn's engine); else forward and backward once.
    candidates
        Candidate edges over the table's variables, None for none.
    use_candidates
        ``"restrict"``: candidate pairs, and others as far as `adaptive` lets them in; ``"weigh"``:
        candidates are a prior on edges (`edge_log_prior`).
    adaptive
        When a pair that is no candidate may come in: while it ends an ``"unshielded_triples"`` or a
        ``"v_structures"``, or ``"none"``.
    knowledge
        What is known of the graph, as `Knowledge` or as a configuration writes it; the graph is
        then the maximally oriented one that honours it.
    max_parents
        The largest family an insertion may make, None for no bound. With fewer rows than variables
        the BIC alone bounds little: set it then.
    discretise
        Cut continuous columns into this many categories of equal frequency.
    threads
        Threads of the compiled engine; the result does not depend on it.
    names
        Names of an array's columns.

    Returns
    -------
    CausalGraph
        A CPDAG with its score, higher is better; ``tests`` counts local scores.

    Raises
    ------
    CapabilityError
        Where the score is not for this kind of data, or the engine does not take what is asked.
    ConfigError
        For a penalty that is not above 0, or contradictory knowledge.
    DataError
        For a table that cannot be used, or a singular covariance.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> x, z = rng.normal(size=(2, 500))
    >>> graph = ges(np.column_stack([x, x + z + rng.normal(size=500), z]), names=["x", "y", "z"])
    >>> [f"{edge.source} {edge.symbol} {edge.target}" for edge in graph.edges()]
    ['x --> y', 'z --> y']

    With a score of your own, here the Gaussian log-likelihood at five a parent:

    >>> table = np.column_stack([x, x + z + rng.normal(size=500), z])
    >>> class Mine:
    ...     def local_score(self, node, parents):
    ...         design = np.column_stack([np.ones(500), table[:, parents]])
    ...         left = np.linalg.lstsq(design, table[:, node], rcond=None)[1]
    ...         return -250 * np.log(left[0]) - 5 * len(parents)
    >>> [f"{e.source} {e.symbol} {e.target}" for e in ges(table, score=Mine()).edges()]
    ['X1 --> X2', 'X3 --> X2']
    """
    return called(
        ALGORITHM,
        data,
        names,
        candidates,
        use_candidates,
        knowledge,
        score=score,
        penalty=penalty,
        equivalent_sample_size=equivalent_sample_size,
        structure_prior=structure_prior,
        ridge=ridge,
        engine=engine,
        turning=turning,
        adaptive=adaptive,
        max_parents=max_parents,
        discretise=discretise,
        threads=threads,
    )
