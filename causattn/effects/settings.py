"""Settings of the group `effects`."""

from __future__ import annotations

import difflib
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from causattn.base import ConfigError
from causattn.effects.contract import READS, Reads
from causattn.effects.registry import ESTIMATORS, INTERVENTIONS, REFUTERS

Choice = Literal["parents", "optimal"]
"""Which adjustment set an effect takes; see `causattn.effects.estimate.adjustment`."""
Split = Literal["half", "cross", "none"]
"""Which documents effects are estimated on; see `causattn.effects.unseen`."""
StandardError = Literal["conservative", "classical", "robust"]
"""Whose standard error; see `causattn.effects.estimate.regression`."""


def _refuters_by_default() -> list[str]:
    return [name for name in REFUTERS if REFUTERS.said(name, "default")]


def _refuter_settings() -> dict[str, dict[str, Any]]:
    """Return the settings of all refuters that have any."""
    every = {name: asdict(REFUTERS[name].settings()) for name in REFUTERS}
    return {name: given for name, given in every.items() if given}


@dataclass(frozen=True)
class DowhySettings:
    """Every directed edge: adjustment set from the graph, effect, refuters, and interventions.

    The interventions are real ones on the model.

    Parameters
    ----------
    adjustment
        Which variables are adjusted for: the set of smallest variance (``"optimal"``), or the
        source's ``"parents"``, which may leave the source no room to vary.
    estimator
        How effects are estimated, see causattn list estimators: means over the strata of what is
        adjusted for, cross-fitted where there are numbers (``"standardised"``), cross-fitted
        throughout (``"cross_fitted"``), DoWhy's regression (``"linear"``), the same with
        interactions (``"interacted"``), and those for sources with two values to compare.
    estimator_settings
        The estimator's own settings.
    engine
        Who gives the linear estimate: ``"dowhy"``, or ``"closed_form"``, which equals it to 1e-6
        and is faster, for hundreds of edges.
    standard_error
        ``"conservative"`` (the larger of the others), ``"classical"`` (DoWhy's own) or ``"robust"``
        (HC3).
    split
        Which documents effects are estimated from: the ``"half"`` that a repetition of the search
        on the other half has not seen; ``"cross"``, which turns the halves round for arrows that
        this does not draw; or ``"none"``: all of them, and no arrow is more than drawn.
    bootstraps
        Samples of the documents on which PC with majority rules is asked again for each arrow,
        beside FCI on all of them; 0 for none of these searches, and then no arrow is robust.
    search_s
        Longest seconds of PC and of FCI, in a process of its own; one that takes longer is not
        asked. None for no limit, which is quicker where there are many small studies.
    confidence
        Coverage of every interval; the joint ones hold over all arrows of the table at once.
    minimum_count
        Fewest rows that a value must have to be contrasted with another.
    levels
        The contrast wanted of features that have both values, such as [Negative, Positive]; None is
        the most significant one, its interval widened for the choice.
    refuters
        Which refuters to run, see causattn list refuters.
    refuter_settings
        Settings of refuters, by name: share of the rows in a subset; how strong the simulated
        unobserved common cause is, as its share of the residual variance of both.
    draws
        Draws a refuter.
    shared_draws
        One set of draws for all edges, for hundreds of them; needs linear and classical. Refuters
        whose draws cannot be shared draw for each edge all the same.
    alpha
        Level of the refuters that an effect must stand out of (such as the placebo): their p must
        be at most this.
    refuter_alpha
        Level of the other refuters: they fail where their p is below this (and the matter is large
        enough).
    negligible
        Effects smaller than this (in probability, or in standard deviations) count as none.
    interventions
        On which pairs to intervene on the model: ``"all"`` rows of the evidence table, the graph's
        ``"edges"`` (of any kind), or ``"none"``.
    knock_outs
        How attention is cut along each edge: before the softmax (``"renormalise"``), after it
        (``"zero"``), another intervention on attention, or ``"none"``.
    documents
        Documents sampled for interventions and knock-outs.
    operation
        What is done to a feature's tokens where there are no slots to rewrite: ``"mask"``,
        ``"delete"``, ``"replace"`` (by tokens of another value from other documents), or another
        intervention on tokens.
    reads
        What is read of a decoder where the target is first predicted: the ``"next"`` token (its
        distribution over the target's values, or the own token's probability), the ``"answer"``
        (logit of the own token, less that of the wrong ones), or the log-probability of its whole
        ``"span"``.
    attention_levels
        Also the effect on the model from the value that is attended to least up to the one attended
        to most (tau).
    batch_size
        Most documents in a forward pass.
    """

    kind: str = "dowhy"
    adjustment: Choice = "optimal"
    estimator: str = "standardised"
    estimator_settings: dict[str, Any] = field(default_factory=dict)
    engine: Literal["dowhy", "closed_form"] = "dowhy"
    standard_error: StandardError = "conservative"
    split: Split = "half"
    bootstraps: int = 50
    search_s: float | None = 60.0
    confidence: float = 0.95
    minimum_count: int = 10
    levels: list[str] | None = None
    refuters: list[str] = field(default_factory=_refuters_by_default)
    refuter_settings: dict[str, dict[str, Any]] = field(default_factory=_refuter_settings)
    draws: int = 100
    shared_draws: bool = False
    alpha: float = 0.05
    refuter_alpha: float = 0.01
    negligible: float = 0.01
    interventions: Literal["all", "edges", "none"] = "all"
    knock_outs: str = "renormalise"
    documents: int = 100
    operation: str = "mask"
    reads: Reads = "next"
    attention_levels: bool = False
    batch_size: int = 256

    def __post_init__(self) -> None:
        for name in ("confidence", "alpha", "refuter_alpha"):
            value = getattr(self, name)
            if not 0.0 < value < 1.0:
                raise ConfigError(f"effects.{name}={value} must lie between 0 and 1.")
        for name, least in (
            ("draws", 2),
            ("minimum_count", 2),
            ("documents", 2),
            ("batch_size", 1),
            ("bootstraps", 0),
        ):
            if getattr(self, name) < least:
                raise ConfigError(
                    f"effects.{name}={getattr(self, name)} is too few; ask for at least {least}."
                )
        if self.search_s is not None and self.search_s <= 0:
            raise ConfigError(f"effects.search_s={self.search_s:g} must be above 0.")
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
        if self.reads not in READS:
            raise ConfigError(
                f"effects.reads={self.reads} is not known; choose one of {', '.join(READS)}."
            )
        ESTIMATORS.entry(self.estimator)
        _of_kind("knock_outs", self.knock_outs, "attention")
        _of_kind("operation", self.operation, "tokens")
        for name in (*self.refuters, *self.refuter_settings):
            REFUTERS.entry(name)
        standing = [name for name in self.refuters if REFUTERS.said(name, "stands_out")]
        if 1 / (1 + self.draws) > self.alpha and standing:
            raise ConfigError(
                f"effects.draws={self.draws} cannot give a p of effects.alpha={self.alpha}; ask "
                f"for at least {round(1 / self.alpha)} draws."
            )


def _of_kind(key: str, name: str, changes: str) -> None:
    """Raise where a setting does not name an intervention on what it is meant to change."""
    if key == "knock_outs" and name == "none":
        return
    if name not in INTERVENTIONS or INTERVENTIONS.said(name, "changes") != changes:
        fit = [each for each in INTERVENTIONS if INTERVENTIONS.said(each, "changes") == changes]
        near = difflib.get_close_matches(name, fit, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise ConfigError(
            f"effects.{key}={name} is not known; {hint}choose one of {', '.join(fit)}."
        )
