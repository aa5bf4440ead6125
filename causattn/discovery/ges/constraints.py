"""What a search may do: candidate pairs, knowledge, an edge prior and a bound on parents.

**Restriction.** ``allowed`` names candidate pairs. With ``adaptive="none"`` no other pair can be
adjacent. That alone breaks greedy search even where the candidates contain the true skeleton,
because on its way it may need an edge that it later removes. Adaptively restricted GES (Nandy,
Hauser and Maathuis 2018, "High-dimensional consistency in score-based and hybrid structure
learning", Annals of Statistics 46) therefore also lets a pair in while it stands at the ends of

=========================== =======================================================================
``"unshielded_triples"``    an unshielded triple of the current graph: consistent where the
                            candidates contain the skeleton (their ARGES-skeleton)
``"v_structures"``          an unshielded collider of the current graph: consistent where the
                            candidates contain the conditional independence graph (their ARGES-CIG)
=========================== =======================================================================

**Knowledge.** ``required[i, j]`` puts i -> j into the graph, ``forbidden[i, j]`` keeps i -> j out.
Where one direction only is ruled out, an adjacent pair is directed the other way, and what follows
from that is directed too (Meek 1995, "Causal inference and causal explanation with background
knowledge", rules 1 to 4). The search then walks over those maximally oriented graphs (MPDAGs):
each stands for the DAGs of a Markov equivalence class that honour the knowledge, and a move is
admitted where such a DAG can make it and end in one. Pairs forbidden both ways are never scored,
under adaptive restriction too, nor are insertions in a forbidden direction.

With true tiers (or a known order) this stays consistent (Larsen, Ekstrom and Petersen 2025,
"Score-based causal discovery with temporal background information"), and with required edges we
have seen no exception. Other prohibitions, even true ones, can bar the way to the true class: with
population covariances of 150 random graphs over 8 variables, this search alone stopped short of it
in a tenth to a sixth with prohibitions one way, and in a fifth with pairs forbidden both ways. So
`causattn.discovery.ges.search` then goes on without them, pairs that are forbidden coming in
while they end an unshielded triple as above. Greedy search is consistent from wherever it starts,
and true prohibitions hold in the class that it ends in, so the result is consistent; and most of
the scores that knowledge saves stay saved.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from causattn.base import ConfigError, DataError

Adaptive = Literal["none", "v_structures", "unshielded_triples"]


@dataclass(frozen=True)
class Constraints:
    """Checked constraints over p variables; build with `constraints`.

    Attributes
    ----------
    allowed
        bool [p, p], symmetric: pairs that may be adjacent whatever the graph.
    possible
        bool [p, p], symmetric: pairs that adaptive restriction may let in.
    permitted
        bool [p, p], from row to column: which way an edge may point.
    required
        bool [p, p], from row to column.
    adaptive
        As described above.
    prior
        float64 [p, p], symmetric, added to the score for each adjacency.
    max_parents
        The largest family that an insertion or turn may make; p - 1 where unbounded.
    oriented
        Whether knowledge rules out one direction of some pair and leaves the other.
    barred
        bool [p, p], from row to column: forbidden directions that may bar the way; none where what
        is forbidden makes up tiers.
    """

    allowed: np.ndarray
    possible: np.ndarray
    permitted: np.ndarray
    required: np.ndarray
    adaptive: Adaptive
    prior: np.ndarray
    max_parents: int
    oriented: bool
    barred: np.ndarray

    def without_bars(self) -> Constraints:
        """Return the same without the prohibitions that may bar the way."""
        permitted = self.permitted | self.barred
        pairs = self.barred & self.barred.T
        return replace(
            self,
            possible=self.possible | pairs,
            adaptive="unshielded_triples" if pairs.any() else self.adaptive,
            permitted=permitted,
            oriented=bool(np.any(permitted != permitted.T)),
            barred=np.zeros_like(self.barred),
        )


def constraints(
    size: int,
    *,
    allowed: np.ndarray | None = None,
    adaptive: Adaptive = "unshielded_triples",
    required: np.ndarray | None = None,
    forbidden: np.ndarray | None = None,
    edge_log_prior: np.ndarray | None = None,
    max_parents: int | None = None,
) -> Constraints:
    """Check what was asked for and put it into one shape.

    Raises
    ------
    DataError
        Where a matrix has the wrong shape, or `allowed` or `edge_log_prior` is not symmetric or not
        finite.
    ConfigError
        Where `adaptive` or `max_parents` cannot be used, or knowledge contradicts itself.
    """
    if adaptive not in ("none", "v_structures", "unshielded_triples"):
        raise ConfigError(
            f"adaptive={adaptive!r} is not known; say 'none', 'v_structures' or "
            "'unshielded_triples'."
        )
    if max_parents is not None and max_parents < 0:
        raise ConfigError(f"max_parents={max_parents} cannot be used; give at least 0, or None.")
    apart = ~np.eye(size, dtype=bool)
    must = _matrix(required, "required", size, default=False)
    never = _matrix(forbidden, "forbidden", size, default=False)
    pairs = _matrix(allowed, "allowed", size, default=True) & apart
    if np.any(pairs != pairs.T):
        i, j = np.argwhere(pairs & ~pairs.T)[0]
        raise DataError(
            f"allowed is about pairs, so it must be symmetric, but has ({i}, {j}) and not "
            f"({j}, {i}); use `forbidden` for directions."
        )
    bound = size - 1 if max_parents is None else min(max_parents, size - 1)
    if must.any():  # nothing else can contradict itself
        from causattn.discovery.knowledge import check_edges

        check_edges(must, never & apart)
    crowded = np.flatnonzero(must.sum(axis=0) > bound)
    if len(crowded):
        raise ConfigError(
            f"Variable {crowded[0]} has {int(must[:, crowded[0]].sum())} required parents but "
            f"max_parents is {bound}; raise it or drop required edges."
        )
    permitted = apart & ~never & ~must.T
    possible = (permitted | permitted.T) & apart
    barred = never & apart & ~must.T
    # With a strict restriction only candidates can bar the way.
    if adaptive == "none":
        barred &= pairs
    if _are_tiers(never & ~never.T) and not np.any(never & never.T):
        barred[:] = False
    return Constraints(
        allowed=(pairs & possible) | must | must.T,
        possible=possible if allowed is not None and adaptive != "none" else np.zeros_like(pairs),
        permitted=permitted,
        required=must,
        adaptive=adaptive if allowed is not None else "none",
        prior=_prior(edge_log_prior, size),
        max_parents=bound,
        oriented=bool(np.any(possible & (permitted != permitted.T))),
        barred=barred,
    )


def _are_tiers(forbidden: np.ndarray) -> bool:
    """Return whether directions are forbidden exactly from later to earlier tiers, or none are."""
    later = forbidden.sum(axis=1) - forbidden.sum(axis=0)
    return bool(np.array_equal(forbidden, later[:, None] > later[None, :])) or not forbidden.any()


def _matrix(given: np.ndarray | None, name: str, size: int, *, default: bool) -> np.ndarray:
    if given is None:
        return np.full((size, size), default)
    matrix = np.asarray(given)
    if matrix.shape != (size, size):
        raise DataError(
            f"{name} is a matrix over {size} variables, so of shape ({size}, {size}), not "
            f"{matrix.shape}."
        )
    return matrix != 0


def _prior(given: np.ndarray | None, size: int) -> np.ndarray:
    if given is None:
        return np.zeros((size, size))
    prior = np.array(given, dtype=np.float64)
    if prior.shape != (size, size):
        raise DataError(
            f"edge_log_prior is a matrix over {size} variables, so of shape ({size}, {size}), not "
            f"{prior.shape}."
        )
    np.fill_diagonal(prior, 0.0)
    if not np.all(np.isfinite(prior)):
        raise DataError(
            "edge_log_prior has a value that is not finite; rule pairs out with `allowed` or "
            "`forbidden`."
        )
    if not np.allclose(prior, prior.T, rtol=1e-9, atol=1e-12):
        raise DataError("edge_log_prior is about adjacency, so it must be symmetric.")
    return 0.5 * (prior + prior.T)
