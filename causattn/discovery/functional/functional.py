"""Searches that assume a functional form: LiNGAM (linear, not Gaussian) and CAM-UV (additive).

============== ====================================================================================
`direct_lingam` Shimizu et al. (2011), "DirectLiNGAM: a direct method for learning a linear
               non-Gaussian structural equation model"
`ica_lingam`   Shimizu et al. (2006), "A linear non-Gaussian acyclic model for causal discovery"
`cam_uv`       Maeda and Shimizu (2021), "Causal additive models with unobserved variables"
============== ====================================================================================

All by causal-learn, whose coefficients stand **from column to row**. CAM-UV needs the package
pygam.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from causattn.base import ConfigError, DataError, integer_seed
from causattn.discovery.contract import Algorithm, Capability, Problem, RunSettings
from causattn.discovery.libraries.calls import seeded, silenced
from causattn.discovery.libraries.causal_learn_graphs import check_regular
from causattn.discovery.shared_settings import check_alpha
from causattn.graphs import CausalGraph, Mark

_CONTINUOUS = frozenset({"continuous"})


@dataclass(frozen=True, kw_only=True)
class DirectLingamSettings(RunSettings):
    """DirectLiNGAM: linear, not Gaussian, a DAG; continuous data.

    Parameters
    ----------
    measure
        Of independence: ``"pwling"`` (likelihood ratio) or ``"kernel"`` (slow).
    """

    kind: str = "direct_lingam"
    measure: Literal["pwling", "kernel"] = "pwling"


@dataclass(frozen=True, kw_only=True)
class IcaLingamSettings(RunSettings):
    """ICA-LiNGAM: linear, not Gaussian, a DAG; continuous data.

    Parameters
    ----------
    max_iterations
        Of FastICA.
    """

    kind: str = "ica_lingam"
    max_iterations: int = 1000


@dataclass(frozen=True, kw_only=True)
class CamUvSettings(RunSettings):
    """CAM-UV: additive models with unobserved variables; needs the extra cam-uv (pygam).

    Parameters
    ----------
    alpha
        Level of each independence test.
    max_set_size
        Largest set of variables, child included, that is looked at together.
    """

    kind: str = "cam_uv"
    alpha: float = 0.01
    max_set_size: int = 3


def run_direct_lingam(problem: Problem, settings: DirectLingamSettings) -> CausalGraph:
    """Solve a prepared problem."""
    from causallearn.search.FCMBased.lingam import DirectLiNGAM

    seed = integer_seed(problem.seed, "discovery", "direct_lingam")
    model = DirectLiNGAM(random_state=seed, measure=settings.measure)
    return _lingam(model, problem, f"direct lingam ({settings.measure}, causal-learn)", seed)


def run_ica_lingam(problem: Problem, settings: IcaLingamSettings) -> CausalGraph:
    """Solve a prepared problem."""
    from causallearn.search.FCMBased.lingam import ICALiNGAM

    seed = integer_seed(problem.seed, "discovery", "ica_lingam")
    model = ICALiNGAM(random_state=seed, max_iter=settings.max_iterations)
    return _lingam(model, problem, "ica lingam (causal-learn)", seed)


def run_cam_uv(problem: Problem, settings: CamUvSettings) -> CausalGraph:
    """Solve a prepared problem; a pair with an unobserved cause in common is ``<->``."""
    from causallearn.search.FCMBased.lingam import CAMUV

    check_alpha(settings.alpha)
    if settings.max_set_size < 2:
        raise ConfigError(f"max_set_size={settings.max_set_size} holds no pair; choose 2 or more.")
    data = problem.data
    with silenced(), seeded(integer_seed(problem.seed, "discovery", "cam_uv")):
        # The library's random Fourier features and splines want float64 in row order.
        parents, confounded = CAMUV.execute(
            np.ascontiguousarray(data.values), settings.alpha, settings.max_set_size
        )
    marks = np.zeros((data.size, data.size), dtype=np.int8)
    for child, sources in enumerate(parents):
        for source in sources:
            marks[source, child], marks[child, source] = Mark.ARROW, Mark.TAIL
    for pair in confounded:
        i, j = sorted(pair)
        marks[i, j] = marks[j, i] = Mark.ARROW
    return CausalGraph(
        data.names,
        marks,
        kind="pag",
        algorithm=f"cam-uv (alpha {settings.alpha:g}, causal-learn)",
    )


def _lingam(model: Any, problem: Problem, algorithm: str, seed: int) -> CausalGraph:
    """Fit one of causal-learn's LiNGAM models and return its DAG."""
    data = problem.data
    if data.rows <= data.size:
        raise DataError(
            f"LiNGAM needs more rows than variables, and there are {data.rows} rows for "
            f"{data.size}; add rows or leave variables out."
        )
    check_regular(data)
    with silenced(), seeded(seed):
        model.fit(np.ascontiguousarray(data.values))
    return CausalGraph.from_adjacency(
        model.adjacency_matrix_ != 0,
        data.names,
        direction="from column to row",
        kind="dag",
        algorithm=algorithm,
        details={"causal_order": [data.names[int(k)] for k in model.causal_order_]},
    )


FUNCTIONAL = (
    Algorithm(
        name="direct_lingam",
        title="DirectLiNGAM",
        gives="dag",
        settings=DirectLingamSettings,
        engines={"": Capability(data_kinds=_CONTINUOUS, seeded=True)},
        run=run_direct_lingam,
        source="Shimizu et al. 2011",
    ),
    Algorithm(
        name="ica_lingam",
        title="ICA-LiNGAM",
        gives="dag",
        settings=IcaLingamSettings,
        engines={"": Capability(data_kinds=_CONTINUOUS, seeded=True)},
        run=run_ica_lingam,
        source="Shimizu et al. 2006",
    ),
    Algorithm(
        name="cam_uv",
        title="Causal additive models with unobserved variables",
        gives="pag",
        settings=CamUvSettings,
        engines={"": Capability(data_kinds=_CONTINUOUS)},
        run=run_cam_uv,
        source="Maeda and Shimizu 2021",
        package="pygam",
        extra="cam-uv",
    ),
)
