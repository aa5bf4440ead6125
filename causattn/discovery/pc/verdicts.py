"""What each unshielded triple is: by separating sets at hand or looked for again, or by vote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from causattn.discovery.pc.evaluators import Tests
from causattn.discovery.pc.knowledge import Constraints
from causattn.discovery.pc.pools import Pools
from causattn.discovery.pc.skeleton import LargestSets, Skeleton, search_separating_sets
from causattn.discovery.pc.triples import Verdict, by_vote

Rules = Literal["causal-learn", "standard", "majority", "conservative", "ranked"]


@dataclass(frozen=True)
class Plan:
    """How PC is to go about it.

    Parameters
    ----------
    rules
        How separating sets are chosen and colliders found.
    on_paths
        Whether conditioning sets are drawn from paths between a pair only.
    reach
        How large conditioning sets may become.
    """

    rules: Rules
    on_paths: bool
    reach: LargestSets

    @property
    def like_causal_learn(self) -> bool:
        """Whether to do as causal-learn does."""
        return self.rules == "causal-learn"

    @property
    def vote(self) -> Literal["majority", "conservative"] | None:
        """How all separating sets vote on colliders, None where one set decides."""
        if self.rules == "conservative":
            return "conservative"
        return "majority" if self.rules in ("majority", "ranked") else None


def judge(
    tests: Tests, known: Constraints, found: Skeleton, plan: Plan
) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Judge the unshielded triples of a skeleton.

    Returns
    -------
    The triples, int64 [m, 3], their verdicts, int8 [m], and the tests by order that it took.
    """
    pools = Pools.of(
        found.adjacency, known, narrow=not plan.like_causal_learn, on_paths=plan.on_paths
    )
    triples = pools.unshielded_triples()
    if not len(triples):
        return triples, np.zeros(0, dtype=np.int8), []
    if plan.vote is not None:
        verdicts, counts = by_vote(
            tests.orientation, pools, triples, plan.vote, plan.reach.max_order
        )
        return triples, verdicts, counts
    x, _, z = triples.T
    sets = found.separating_sets
    again = ~sets.separated(x, z) | tests.doubted[x, z]
    lacking = np.zeros(len(triples), dtype=bool)
    counts = []
    if again.any():
        pairs = pools.pairs(triples[again])
        before = sets.withdraw(pairs.ends)
        counts = search_separating_sets(
            tests.orientation,
            pairs,
            sets,
            keep_all=plan.like_causal_learn,
            reach=plan.reach,
        )
        lacking[again] = ~sets.separated(x[again], z[again])
        sets.restore(pairs.ends, before)
    verdicts = np.where(sets.holds(triples), Verdict.NO_COLLIDER, Verdict.COLLIDER).astype(np.int8)
    verdicts[lacking] = Verdict.UNDECIDED
    return triples, verdicts, counts
