"""Settings of the group `effects`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from causattn.base import ConfigError
from causattn.effects.estimate.adjustment import Choice
from causattn.effects.estimate.estimators import EstimatorName
from causattn.effects.estimate.regression import StandardError

Refuter = Literal[
    "placebo",
    "random_common_cause",
    "data_subset",
    "bootstrap",
    "dummy_outcome",
    "unobserved_common_cause",
]
Cut = Literal["renormalise", "zero"]
Operation = Literal["mask", "delete", "replace"]
ALL_REFUTERS: tuple[Refuter, ...] = (
    "placebo",
    "random_common_cause",
    "data_subset",
    "bootstrap",
    "dummy_outcome",
    "unobserved_common_cause",
)

STANDING_OUT = {"placebo", "dummy_outcome", "unobserved_common_cause"}
"""Refuters that an effect passes by standing out of their draws: a small p is good."""


@dataclass(frozen=True)
class NoneSettings:
    """Kind ``none``: attention, graph and truth only, no effect is estimated."""

    kind: str = "none"
    negligible: float = 0.01


@dataclass(frozen=True)
class DowhySettings:
    """Kind ``dowhy``: linear effects with adjustment sets from the graph, refuted, and tried.

    Parameters
    ----------
    adjustment
        ``"parents"`` or ``"optimal"``; see `causattn.effects.estimate.adjustment`.
    estimator
        ``"linear"``, or one of `estimate.estimators` for sources with two values to
        compare: ``"glm"``, ``"propensity_weighting"``, ``"propensity_stratification"``,
        ``"propensity_matching"``, ``"doubly_robust"``.
    engine
        Who gives the linear estimate: ``"dowhy"``, or ``"closed_form"``, which equals it to 1e-6
        and is faster, for hundreds of edges.
    standard_error
        ``"conservative"``, ``"classical"`` (DoWhy's) or ``"robust"``; see
        `causattn.effects.estimate.regression`.
    confidence
        Coverage of all intervals.
    minimum_count
        Fewest rows a value must have to be contrasted.
    levels
        The contrast (from, to) wanted of every feature that has both values; the most significant
        one of all where None.
    refuters
        Which to run: ``"placebo"``, ``"random_common_cause"``, ``"data_subset"``, and where asked
        for ``"bootstrap"``, ``"dummy_outcome"`` and ``"unobserved_common_cause"``.
    draws
        Draws a refuter.
    subset_fraction
        Share of the rows in a subset.
    hidden_strength
        Share of the residual variance of both source and target that the simulated unobserved
        common cause explains.
    shared_draws
        One set of draws for all edges (`refuters.shared`), for hundreds of edges; needs
        the linear estimator and classical standard errors. Bootstrap, dummy outcome and unobserved
        common cause draw for each edge all the same.
    alpha
        The p of placebo, dummy outcome and unobserved common cause must be at most this for an
        effect to stand out.
    refuter_alpha
        The other refuters' p must be below this to fail.
    negligible
        See `causattn.effects.VerdictRule`.
    interventions
        On which pairs to intervene on the model: ``"all"`` rows of the table, the graph's
        ``"edges"`` (of any kind), or ``"none"``.
    knock_outs
        How attention is cut along each edge (``"renormalise"``, ``"zero"``), or ``"none"``.
    documents
        Documents sampled for interventions and knock-outs.
    operation
        What is done to a feature's tokens where there are no slots: ``"mask"``, ``"delete"`` or
        ``"replace"``.
    attention_levels
        Report tau, too: the effect on the model from the source's value that the target attends to
        least up to the one that it attends to most.
    batch_size
        Most documents in a forward pass.
    """

    kind: str = "dowhy"
    adjustment: Choice = "optimal"
    estimator: EstimatorName = "linear"
    engine: Literal["dowhy", "closed_form"] = "dowhy"
    standard_error: StandardError = "conservative"
    confidence: float = 0.95
    minimum_count: int = 10
    levels: list[str] | None = None
    refuters: list[Refuter] = field(default_factory=lambda: list(ALL_REFUTERS[:3]))
    draws: int = 100
    subset_fraction: float = 0.8
    hidden_strength: float = 0.02
    shared_draws: bool = False
    alpha: float = 0.05
    refuter_alpha: float = 0.01
    negligible: float = 0.01
    interventions: Literal["all", "edges", "none"] = "all"
    knock_outs: Literal["renormalise", "zero", "none"] = "renormalise"
    documents: int = 100
    operation: Operation = "mask"
    attention_levels: bool = False
    batch_size: int = 256

    def __post_init__(self) -> None:
        for name in ("confidence", "subset_fraction", "hidden_strength", "alpha", "refuter_alpha"):
            value = getattr(self, name)
            if not 0.0 < value < 1.0:
                raise ConfigError(f"effects.{name}={value} must lie between 0 and 1.")
        for name, least in (
            ("draws", 2),
            ("minimum_count", 2),
            ("documents", 2),
            ("batch_size", 1),
        ):
            if getattr(self, name) < least:
                raise ConfigError(
                    f"effects.{name}={getattr(self, name)} is too few; ask for at least {least}."
                )
        if self.negligible < 0:
            raise ConfigError(f"effects.negligible={self.negligible} must not be negative.")
        if self.levels is not None and (len(self.levels) != 2 or len(set(self.levels)) != 2):
            raise ConfigError(
                f"effects.levels={self.levels} must name two values, such as [Negative, Positive]."
            )
        if self.shared_draws and (self.estimator, self.standard_error) != ("linear", "classical"):
            raise ConfigError(
                "effects.shared_draws=true needs effects.estimator=linear and "
                "effects.standard_error=classical; set both, or shared_draws=false."
            )
        if 1 / (1 + self.draws) > self.alpha and STANDING_OUT & {*self.refuters}:
            raise ConfigError(
                f"effects.draws={self.draws} cannot give a p of effects.alpha={self.alpha}; ask "
                f"for at least {round(1 / self.alpha)} draws."
            )
