"""Sort by variance or R2, then regress each variable on those before it, by CausalDisco.

Reisach, Seiler and Weichwald (2021), "Beware of the simulated DAG!"; Reisach et al. (2023), "A
scale-invariant sorting criterion".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from causattn.base import DataError
from causattn.discovery.contract import CONTINUOUS, Algorithm, Capability, Problem, RunSettings
from causattn.discovery.libraries.calls import seeded, silenced
from causattn.discovery.libraries.causal_learn_graphs import check_regular
from causattn.graphs import CausalGraph


@dataclass(frozen=True, kw_only=True)
class SortRegressSettings(RunSettings):
    """Baseline: sort the variables by a trivial property, regress each on those before it.

    Parameters
    ----------
    criterion
        Sort by ``r2`` (how well the others explain a variable), by ``variance``, or in ``random``
        order.
    """

    kind: str = "sort_regress"
    criterion: Literal["r2", "variance", "random"] = "r2"


class SortRegress(Algorithm):
    """Baseline: sort the variables by a trivial property, regress each on those before it."""

    name = "sort_regress"
    gives = "dag"
    settings = SortRegressSettings
    capability = Capability(data_kinds=CONTINUOUS, seeded=True, imports=("CausalDisco.baselines",))
    paper = (
        "Reisach, Seiler and Weichwald (2021), Beware of the simulated DAG!; Reisach et al. "
        "(2023), A scale-invariant sorting criterion"
    )
    package = "CausalDisco"
    baseline = True

    def run(self, problem: Problem, settings: SortRegressSettings) -> CausalGraph:
        """Return the DAG of CausalDisco's sort and regress."""
        from CausalDisco import baselines

        data = problem.data
        if data.rows <= data.size:
            raise DataError(
                "Sort and regress needs more rows than variables, and there are "
                f"{data.rows} rows for {data.size}; add rows or leave variables out."
            )
        check_regular(data)
        with silenced(), seeded(problem.seed):
            if settings.criterion == "r2":
                weights = baselines.r2_sort_regress(data.values)
            elif settings.criterion == "variance":
                weights = baselines.var_sort_regress(data.values)
            else:
                weights = baselines.random_sort_regress(data.values, seed=problem.seed)
        return CausalGraph.from_adjacency(
            weights != 0,
            data.names,
            direction="from row to column",
            kind="dag",
            algorithm=f"sort and regress ({settings.criterion})",
        )


ALGORITHM = SortRegress()
