"""The columns of the evidence table: name, type and meaning of each, in this one place.

Columns stand in groups by source, known by their first word: ``candidate_`` (how the pair was
proposed, by attention or the explainer in its place), ``discovery_``, ``robust_`` (what other
searches say of the arrow), ``independent_`` (what no search has seen), ``data_`` (effect estimated
from the feature table), ``direct_`` (the part of it that does not pass through the target's other
parents, by the same estimator), a group for each refuter of the effect in ``data_``, named as the
refuter, ``sensitivity_`` (how strong a hidden common cause of its linear estimate would have to
be), ``path_`` (of a graph of heads: what reads, and the effect over phrasings), ``model_``
(interventions on the model, read at its output), ``conditional_`` (what it says at a hidden slot,
which is no intervention), ``tau_`` (the same between values chosen by attention),
``knock_out_`` (attention along the edge cut), ``truth_``, ``verdict`` (about the documents) and
``model_verdict`` (about the model). A number that
is not known is NaN, a text or list that is not known is None, and the ``_reason`` beside it says
why.

Effects on a discrete outcome are differences of probability, effects on a continuous (or
numerically named) outcome are in the outcome's unit, per unit of a continuous source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from causattn.base import Registry
    from causattn.effects.contract import Refuter

ColumnType = Literal["text", "list", "number", "count", "flag", "maybe"]


class Column(NamedTuple):
    """One column of the evidence table.

    `type` is ``"text"``, ``"list"`` (of texts), ``"number"`` (float64, NaN where unknown),
    ``"count"`` (Int64, missing where unknown), ``"flag"`` (bool) or ``"maybe"`` (float64: 1 yes,
    0 no, NaN unknown).
    """

    name: str
    type: ColumnType
    meaning: str


_BEFORE: tuple[Column, ...] = (
    Column("source", "text", "feature that the claim 'source causes target directly' starts at"),
    Column("target", "text", "feature that the claim ends at"),
    Column("candidate_allowed", "flag", "the pair was allowed as a candidate"),
    Column("candidate_screen", "text", "what scored the pairs: attention, or another explainer"),
    Column(
        "candidate_score", "number", "attention target pays to source, or what source adds to it"
    ),
    Column("candidate_strength", "number", "the larger score of both directions of the pair"),
    Column("candidate_p", "number", "p of the strength under the null of permuted documents"),
    Column("discovery_edge", "text", "the graph's edge, source first: --> <-- --- <-> o-> ..."),
    Column(
        "discovery_directed",
        "flag",
        "the claim: the graph says source --> target, read through its equivalence class",
    ),
    Column("discovery_free", "flag", "the equivalence class leaves its arrow open"),
    Column("discovery_separating_set", "list", "a set that separated the pair"),
    Column("discovery_frequency", "number", "share of bootstrap graphs with source --> target"),
    Column("robust_compelled", "maybe", "the arrow is the same in the whole equivalence class"),
    Column("robust_majority", "text", "the edge by PC with majority rules; empty: none"),
    Column("robust_fci", "text", "the edge by FCI, which allows for hidden causes; empty: none"),
    Column("robust_benchmark", "text", "the covariate that a hidden cause is taken to be like"),
    Column("robust_low", "number", "lower end of the interval with such a hidden cause"),
    Column("robust_high", "number", "upper end of the interval with such a hidden cause"),
    Column("robust_reason", "text", "which of these checks were not made, and why"),
    Column("independent_kind", "text", "intervention, order, people or truth: no search saw it"),
    Column("independent_says", "text", "for or against the claim"),
    Column("independent_words", "text", "the same in words"),
    Column("data_rows", "text", "unseen by discovery, or seen"),
    Column("data_family", "count", "arrows over which the joint intervals hold at once"),
    Column("data_effect", "text", "total effect, or direct where the total is not identified"),
    Column("data_adjustment", "list", "adjustment set, computed from the graph"),
    Column("data_method", "text", "estimator and how its standard error was got"),
    Column("data_from", "text", "value of source that the contrast starts at"),
    Column("data_to", "text", "value of source that the contrast ends at"),
    Column("data_outcome", "text", "what the effect is on, such as P(target = yes)"),
    Column("data_contrasts", "count", "contrasts among which this one was chosen"),
    Column("data_scale", "number", "1 for a probability, else the outcome's standard deviation"),
    Column("data_population", "text", "over which rows the effect is averaged"),
    Column("data_estimate", "number", "change of the outcome from data_from to data_to"),
    Column("data_standard_error", "number", "standard error of the estimate"),
    Column("data_low", "number", "lower end of the interval, simultaneous over the contrasts"),
    Column("data_high", "number", "upper end of the interval, simultaneous over the contrasts"),
    Column("data_joint_low", "number", "lower end of the interval over all arrows at once"),
    Column("data_joint_high", "number", "upper end of the interval over all arrows at once"),
    Column("data_linear_estimate", "number", "the same contrast's effect by linear regression"),
    Column("data_linear_low", "number", "lower end of its simultaneous interval"),
    Column("data_linear_high", "number", "upper end of its simultaneous interval"),
    Column("data_n", "count", "rows the estimate rests on"),
    Column("data_possible_minimum", "number", "smallest effect over the graphs of the class"),
    Column("data_possible_maximum", "number", "largest effect over the graphs of the class"),
    Column("direct_adjustment", "list", "the target's other parents"),
    Column("direct_estimate", "number", "the same contrast's effect, the other parents held"),
    Column("direct_low", "number", "lower end of its simultaneous interval"),
    Column("direct_high", "number", "upper end of its simultaneous interval"),
    Column("direct_joint_low", "number", "lower end of its interval over all arrows at once"),
    Column("direct_joint_high", "number", "upper end of its interval over all arrows at once"),
    Column("direct_reason", "text", "why there is no direct effect"),
    Column("data_reason", "text", "why there is no estimate, or what to know about it"),
)

_AFTER: tuple[Column, ...] = (
    Column("sensitivity_partial_r2", "number", "share of residual variance that source explains"),
    Column("sensitivity_robustness", "number", "partial R2 of a hidden cause that brings it to 0"),
    Column("sensitivity_robustness_interval", "number", "the same for the interval to hold 0"),
    Column("sensitivity_e_value", "number", "risk ratio of a hidden cause that explains it away"),
    Column("path_through", "text", "in a graph of heads: what of the target reads the source"),
    Column("path_phrased_low", "number", "lower end of the model's effect over phrasings"),
    Column("path_phrased_high", "number", "upper end of the model's effect over phrasings"),
    Column("model_kind", "text", "what was done to the model's input: rewrite, mask, delete ..."),
    Column("model_reads", "text", "what is read: output, or of a decoder next, answer or span"),
    Column("model_outcome", "text", "what the effect on the model's output is on"),
    Column("model_scale", "number", "1 for a probability, else the range of the output's values"),
    Column("model_estimate", "number", "mean change of the model's output under intervention"),
    Column("model_low", "number", "lower end of its interval over documents"),
    Column("model_high", "number", "upper end of its interval over documents"),
    Column("model_total_variation", "number", "mean total variation of the output's distribution"),
    Column("model_n", "count", "documents that were intervened on"),
    Column("model_reason", "text", "why there is no effect on the model"),
    Column("conditional_kind", "text", "how the source's tokens were changed"),
    Column("conditional_outcome", "text", "what the hidden slot was asked: P(target = yes)"),
    Column("conditional_scale", "number", "1 for a probability, else the range of the values"),
    Column(
        "conditional_estimate",
        "number",
        "mean change of the model's P(target | all other slots), which is no intervention",
    ),
    Column("conditional_low", "number", "lower end of its interval over documents"),
    Column("conditional_high", "number", "upper end of its interval over documents"),
    Column("conditional_total_variation", "number", "mean total variation of that distribution"),
    Column("conditional_n", "count", "documents in which the tokens were changed"),
    Column("conditional_reason", "text", "why the hidden slot was not asked"),
    Column("tau_from", "text", "value of source that target attends to least"),
    Column("tau_to", "text", "value of source that target attends to most"),
    Column("tau_estimate", "number", "mean change of the model's output from the one to the other"),
    Column("tau_low", "number", "lower end of its interval over documents"),
    Column("tau_high", "number", "upper end of its interval over documents"),
    Column("tau_reason", "text", "why there is no such effect"),
    Column("knock_out_kind", "text", "how the target's attention to the source was cut"),
    Column("knock_out_effect", "number", "mean total variation of the target's distribution"),
    Column("knock_out_low", "number", "lower end of its interval over documents"),
    Column("knock_out_high", "number", "upper end of its interval over documents"),
    Column("knock_out_n", "count", "documents in which attention was cut"),
    Column("knock_out_reason", "text", "why no attention was cut"),
    Column("truth_adjacent", "maybe", "the pair is adjacent in the true graph"),
    Column("truth_directed", "maybe", "the true graph says source --> target"),
    Column("verdict", "text", "about the documents: supported, robust, consistent, drawn, ..."),
    Column("verdict_reason", "text", "why, in one sentence"),
    Column("model_verdict", "text", "about the model: used, opposite or unused"),
    Column("model_verdict_reason", "text", "why, in one sentence"),
)


def evidence_columns() -> tuple[Column, ...]:
    """Return all columns, those of every estimator and refuter that there is among them."""
    from causattn.effects.registry import ESTIMATORS, REFUTERS

    of_estimators = (
        Column(*one) for name in ESTIMATORS for one in ESTIMATORS.said(name, "columns")
    )
    of_refuters = (column for name in REFUTERS for column in _of_refuter(name, REFUTERS))
    found = {one.name: one for one in (*_BEFORE, *of_estimators, *of_refuters, *_AFTER)}
    return tuple(found.values())


def _of_refuter(name: str, refuters: Registry[Refuter]) -> tuple[Column, ...]:
    """Return the columns that a refuter fills."""
    measure, means, p_means = (
        refuters.said(name, each) for each in ("measure", "measure_means", "p_means")
    )
    return (
        Column(f"{name}_p", "number", p_means),
        Column(f"{name}_{measure}", "number", means),
        Column(f"{name}_outcome", "text", "passed, failed, or why not run"),
    )


EARLIER = {
    f"attention_{name}": f"candidate_{name}" for name in ("allowed", "score", "strength", "p")
}
"""What columns were called in tables of schema 2, and what they are called now."""

EMPTY: dict[ColumnType, object] = {
    "text": None,
    "list": None,
    "number": float("nan"),
    "count": None,
    "flag": False,
    "maybe": float("nan"),
}
