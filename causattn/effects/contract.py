"""What an estimator, a refuter and an intervention are: the classes that a contribution implements.

An **estimator** gives the effect of one contrast, an **effect** can be estimated again on changed
data, and a **refuter** says what is changed at random and what the estimates must look like then.
So a refuter works with every estimator and an estimator with every refuter. An **intervention**
changes documents (or the attention of the model) and reads what the model says.

A contribution is one file that binds an instance to ``ESTIMATOR``, ``REFUTER`` or ``INTERVENTION``;
see `causattn.base.registry` for the ways in.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from causattn.effects.columns import ColumnType

if TYPE_CHECKING:
    from causattn.effects.estimate.design import Design
    from causattn.effects.estimate.linear_effects import LinearEffects
    from causattn.effects.interventions.changes import ModelEffect
    from causattn.effects.interventions.contrast import Contrast
    from causattn.effects.interventions.trial import Trial

Reads = Literal["next", "answer", "span"]
READS: tuple[Reads, ...] = ("next", "answer", "span")
"""What is read of a decoder, see `causattn.effects.interventions.next_reading`."""


@dataclass(frozen=True)
class NoOptions:
    """Settings of a contribution that has none."""


@dataclass(frozen=True)
class EstimationProblem:
    """One contrast to estimate.

    Parameters
    ----------
    treatment
        float64 [n], 0 or 1; any numbers where the estimator takes `numbers`.
    outcome
        float64 [n].
    adjustment
        float64 [n, q], linearly independent, the intercept among them.
    """

    treatment: np.ndarray
    outcome: np.ndarray
    adjustment: np.ndarray


class PointEstimate(NamedTuple):
    """An estimate, its standard error, and what there is to know about it (or nothing).

    `population` says over which rows the effect is averaged, `more` holds the estimator's own
    columns of the evidence table.
    """

    estimate: float
    standard_error: float
    note: str = ""
    population: str = "all rows"
    more: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Question:
    """Which effect is asked for.

    Parameters
    ----------
    design
        The table's columns, as regressions take them.
    linear
        Linear effects of that table.
    source, target, adjustment
        Columns of the table.
    levels
        The one contrast (from, to) that is wanted; all pairs of values where None.
    reported
        Which contrast and which of the outcome's columns to report; the most significant where
        None. Its interval is widened for the choice either way.
    settings
        The estimator's own.
    """

    design: Design
    linear: LinearEffects
    source: int
    target: int
    adjustment: tuple[int, ...]
    levels: tuple[str, str] | None = None
    reported: tuple[int, int] | None = None
    settings: Any = field(default_factory=NoOptions)


@dataclass(frozen=True)
class Change:
    """What one draw of a refuter changes before the effect is estimated again; one of these.

    Parameters
    ----------
    treatment, outcome
        int64 [n], the order into which its rows are put.
    column
        float64 [n], a further column to adjust for.
    times
        int64 [n], how often each row counts: 0 leaves it out.
    made
        float64 [m, n], what the outcome's m columns become.
    """

    treatment: np.ndarray | None = None
    outcome: np.ndarray | None = None
    column: np.ndarray | None = None
    times: np.ndarray | None = None
    made: np.ndarray | None = None


@dataclass(frozen=True)
class Draws:
    """Estimates of the reported contrast over draws.

    Parameters
    ----------
    estimates
        float64 [draws], NaN where a draw leaves nothing to estimate from.
    statistic
        float64 [draws], the largest |estimate| / standard error over all contrasts, where the
        change allows for one; else None.
    """

    estimates: np.ndarray
    statistic: np.ndarray | None = None


class Refutation(NamedTuple):
    """What a refuter found.

    `p`, the refuter's measure, and ``"passed"``, ``"failed"`` or why it was not run.
    """

    p: float
    measure: float
    outcome: str


class Meaning(NamedTuple):
    """What an effect is an effect of, and on what.

    Parameters
    ----------
    start, end
        The source's values that are compared; ``""`` and ``"+1"`` where it is a number.
    outcome, value
        What the effect is on, such as ``"P(lung = yes)"``, and the value whose probability it is;
        None where it is a number.
    scale
        1 for a probability, else the outcome's standard deviation.
    compared
        Number of contrasts among which this one was chosen.
    """

    start: str
    end: str
    outcome: str
    value: str | None
    scale: float
    compared: int


class Effect(ABC):
    """An estimated effect that can be estimated again on changed data.

    Attributes
    ----------
    estimate, standard_error, low, high
        The reported contrast's effect and interval, simultaneous over all contrasts.
    statistic
        The largest |estimate| / standard error over all contrasts that were compared.
    scatter_error
        The standard error that the estimate's scatter over samples should show.
    reported
        Which contrast and which of the outcome's columns is reported.
    meaning
        What it is an effect of.
    rows
        Number of rows that it rests on, and that a `Change` speaks of.
    method, note, population, more
        How it was estimated, what there is to know about it, over which rows it is averaged, and
        the estimator's own columns.
    """

    estimate: float
    standard_error: float
    low: float
    high: float
    statistic: float
    scatter_error: float
    reported: tuple[int, int]
    meaning: Meaning
    rows: int
    method: str
    note: str
    population: str
    more: Mapping[str, Any]

    @abstractmethod
    def again(self, changes: Iterable[Change]) -> Draws:
        """Estimate the effect once more on each change; changes are all of one kind."""

    def residuals(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Return what the adjustment leaves of treatment, [n], and outcome, [m, n]; None if unsaid.

        Of the treatment's columns the combination that the reported contrast rests on.
        """
        return None

    @property
    def decided(self) -> bool:
        """Whether the treatment decides the outcome exactly, but for rounding."""
        return self.scatter_error <= 1e-9 * abs(self.estimate)


class Estimator(ABC):
    """One way to estimate an effect.

    Attributes
    ----------
    name
        What ``effects.estimator`` calls it.
    settings
        A frozen dataclass of its options (``effects.estimator_settings``).
    paper
        Where it is from.
    columns
        Columns that it adds to the evidence table (name, type, meaning), filled from
        `PointEstimate.more`.
    """

    name: str
    settings: type = NoOptions
    paper: str = ""
    columns: tuple[tuple[str, ColumnType, str], ...] = ()

    @abstractmethod
    def estimate(self, problem: EstimationProblem, settings: Any) -> PointEstimate | str:
        """Return the effect of treatment 1 rather than 0, or the sentence that says why none."""

    def effect(self, question: Question) -> Effect | str:
        """Return the effect that is asked for, or the sentence that says why there is none.

        By default linear regression chooses the contrast and `estimate` answers for it, from the
        rows at its two values.
        """
        from causattn.effects.estimate.estimated import estimated_effect

        return estimated_effect(self, question)


class Refuter(ABC):
    """One way to try to make an estimate fall.

    Attributes
    ----------
    name
        What ``effects.refuters`` calls it; its columns are ``NAME_p``, ``NAME_{measure}`` and
        ``NAME_outcome``.
    settings
        A frozen dataclass of its options (``effects.refuter_settings.NAME``).
    paper
        Where it is from.
    measure, measure_means, p_means
        Name of the number beside p, and what both mean, for the columns' descriptions.
    stands_out
        Whether an effect passes by standing out of the draws: a small p is good and is held
        against ``effects.alpha``. Else a small p is bad: ``effects.refuter_alpha``.
    shared
        Whether its draws need `Effect.rows` alone, so that all effects of a table may share them.
    decided
        Whether it has something to say of an effect that decides its outcome exactly.
    shakes
        Whether an effect that fails it no longer speaks for an edge.
    default
        Whether a study runs it where it does not say which.
    """

    name: str
    settings: type = NoOptions
    paper: str = ""
    measure: str
    measure_means: str
    p_means: str
    stands_out: bool = False
    shared: bool = False
    decided: bool = False
    shakes: bool = True
    default: bool = False

    @abstractmethod
    def draw(self, effect: Effect, settings: Any, rng: np.random.Generator) -> Change | None:
        """Return one change of the data at random; None where this effect cannot be refuted so."""

    @abstractmethod
    def judge(self, effect: Effect, draws: Draws, settings: Any, alpha: float) -> Refutation:
        """Return what the estimates on the changed data say of the effect."""


class Intervention(ABC):
    """One way to set a feature in the documents that a model reads.

    Attributes
    ----------
    name
        What ``effects.operation`` (``effects.knock_outs``) calls it.
    settings, paper
        Its options, and where it is from.
    changes
        ``"slots"`` (of corpora that have them), ``"tokens"``, or ``"attention"``.
    reads
        Where the effect can be read: at the model's ``"output"`` (which needs a classifier), at
        the target's ``"masked slot"`` (a masked language model), or in what a decoder predicts of
        the target (``"next"``).
    """

    name: str
    settings: type = NoOptions
    paper: str = ""
    changes: Literal["slots", "tokens", "attention"] = "tokens"
    reads: frozenset[str] = frozenset({"output", "masked slot"})

    @abstractmethod
    def effect(
        self, trial: Trial, source: int, target: int, contrast: Contrast | None
    ) -> ModelEffect | str:
        """Return the effect of one feature on what the model says of another, or why none.

        Parameters
        ----------
        trial
            The model, the sampled documents and their features.
        source, target
            Columns of the feature table.
        contrast
            The change to measure; where None, the most significant one of all.
        """
