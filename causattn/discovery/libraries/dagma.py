"""Continuous optimisation over weighted graphs: DAGMA, the successor of NOTEARS, linear.

Bello, Aragam and Ravikumar (2022), "DAGMA: learning DAGs via M-matrices and a log-determinant
acyclicity characterization". Needs the package dagma. Raw simulated data give it away: its order
follows the variances (Reisach, Seiler and Weichwald 2021), so columns are standardised unless
asked otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from causattn.base import Bounds, CapabilityError, ConfigError
from causattn.discovery.contract import (
    CONTINUOUS,
    Algorithm,
    CandidateUse,
    Capability,
    Problem,
    RunSettings,
)
from causattn.discovery.libraries.calls import silenced
from causattn.graphs import CausalGraph, is_dag


@dataclass(frozen=True, kw_only=True)
class DagmaSettings(RunSettings):
    """DAGMA, the successor of NOTEARS: continuous optimisation, a DAG; needs the package dagma.

    Parameters
    ----------
    l1
        Weight of the sum of absolute coefficients.
    threshold
        Coefficients below it are no edges.
    standardise
        Give every column variance 1 first.
    candidates
        ``restrict`` (only candidates can be adjacent), ``ignore``, or ``auto``: restrict.
    """

    kind: str = "dagma"
    l1: Annotated[float, Bounds(least=0)] = 0.03
    threshold: Annotated[float, Bounds(least=0)] = 0.3
    standardise: bool = True
    candidates: CandidateUse = "auto"


class Dagma(Algorithm):
    """DAGMA, the successor of NOTEARS: continuous optimisation, a DAG; needs the package dagma."""

    name = "dagma"
    gives = "dag"
    settings = DagmaSettings
    capability = Capability(
        data_kinds=CONTINUOUS, candidates=frozenset({"restrict"}), imports=("dagma.linear",)
    )
    paper = (
        "Bello, Aragam and Ravikumar (2022), DAGMA: learning DAGs via M-matrices and a "
        "log-determinant acyclicity characterization"
    )
    package = "dagma"
    extra = "dagma"

    def run(self, problem: Problem, settings: DagmaSettings) -> CausalGraph:
        """Solve a prepared problem.

        Raises
        ------
        CapabilityError
            Where the weights above the threshold make a cycle.
        """
        from dagma.linear import DagmaLinear

        if settings.l1 < 0 or settings.threshold < 0:
            raise ConfigError("l1 and threshold must not be negative; raise them to 0 or above.")
        data = problem.data
        values = data.values - data.values.mean(axis=0)
        if settings.standardise:
            values /= values.std(axis=0)
        excluded = None
        if problem.candidates is not None:
            pairs = np.argwhere(~problem.candidates.allowed & ~np.eye(data.size, dtype=bool))
            excluded = tuple((int(i), int(j)) for i, j in pairs) or None
        with silenced():
            weights = DagmaLinear(loss_type="l2").fit(
                values,
                lambda1=settings.l1,
                w_threshold=settings.threshold,
                exclude_edges=excluded,
            )
        adjacency = weights != 0
        if not is_dag(adjacency):
            raise CapabilityError(
                f"DAGMA's coefficients above threshold={settings.threshold:g} make a cycle; raise "
                "the threshold."
            )
        return CausalGraph.from_adjacency(
            adjacency,
            data.names,
            direction="from row to column",
            kind="dag",
            algorithm=f"dagma (linear, l1 {settings.l1:g}, threshold {settings.threshold:g})",
        )


ALGORITHM = Dagma()
