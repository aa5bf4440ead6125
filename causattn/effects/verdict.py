"""The verdict on the claim "source causes target directly": one rule, written here only.

The graph makes the claim, the data and the model speak for or against it. Attention does not vote,
since it is what is on trial, and neither does the truth.

**Data** (estimate with interval, from the feature table). The direct effect decides where there is
one, since that is what an edge claims; the total effect where there is none. Both are by the same
estimator, of the same contrast, and both are named.

=========  =========================================================================================
for        the interval excludes 0 and every refuter that was run passed
shaken     the interval excludes 0 but a refuter that `shakes` failed
against    the interval holds 0 and lies within +- `negligible` units of `data_scale`
unclear    the interval holds 0 and is wider than that
unknown    there is no estimate
=========  =========================================================================================

**Model** (intervention, with interval): *for* where the interval lies outside +- `negligible` units
of `model_scale`, *against* where it lies inside, *unclear* where it crosses, *unknown* without one.
A trained model answers every change a little, so that 0 itself is no yardstick for it. Read at a
masked slot, with all other slots in view, "against" is no more than *silent*: what is in view may
already determine the target, as an effect's effects do. Read at the model's output it is the
verdict of the mechanism that the edge is about.

==================== ============ ======================= ========================================
graph                data         model                   verdict
==================== ============ ======================= ========================================
other direction      any          any                     contradicted
<-> or <-o           any          any                     contradicted (no cause of the target)
no edge, was tested  any          any                     contradicted
no edge, not allowed any          any                     undetermined (nothing was tested)
not directed         any          any                     undetermined
source --> target    for          against, output         contradicted
source --> target    for          anything else           supported
source --> target    shaken       any                     undetermined
source --> target    against      for                     undetermined (they disagree)
source --> target    against      anything else           contradicted
source --> target    unclear,     against, output         contradicted
                     unknown
source --> target    unclear,     anything else           undetermined
                     unknown
==================== ============ ======================= ========================================
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from causattn.effects.registry import REFUTERS

Verdict = Literal["supported", "contradicted", "undetermined"]
OUTPUT = "output"


@dataclass(frozen=True)
class VerdictRule:
    """Thresholds of the rule.

    Parameters
    ----------
    negligible
        Effects smaller than this are none: in probability, or in units of the row's scale.
    """

    negligible: float = 0.01


def judge(row: Mapping[str, Any], rule: VerdictRule) -> tuple[Verdict, str]:
    """Return the verdict on one row of the evidence table and the sentence that says why.

    Parameters
    ----------
    row
        The row's other columns; see `causattn.effects.evidence_columns`.
    rule
        The thresholds.
    """
    source, target = row["source"], row["target"]
    if not row["discovery_directed"]:
        return _without_claim(row, source, target)
    data, data_says = _data(row, rule)
    model, model_says = _model(row, rule)
    refused = model == "against" and row.get("model_reads") == OUTPUT
    both = f"{data_says}, and {model_says}." if model != "unknown" else f"{data_says}."
    both = both[0].upper() + both[1:]
    if data != "shaken" and refused:
        return "contradicted", both
    if data == "for":
        return "supported", both
    if data == "against" and model != "for":
        return "contradicted", both
    return "undetermined", both


def _without_claim(row: Mapping[str, Any], source: str, target: str) -> tuple[Verdict, str]:
    """Judge a pair whose directed edge is not in the graph."""
    edge = row.get("discovery_edge")
    if edge == "<--":
        return "contradicted", f"The graph directs the edge from {target} to {source}."
    if edge == "<->":
        return (
            "contradicted",
            f"The graph joins {source} and {target} by a hidden common cause; neither acts on the "
            "other.",
        )
    if edge and edge.startswith("<"):
        return "contradicted", f"In the graph {source} is no cause of {target} ({edge})."
    if edge == "o->":
        return (
            "undetermined",
            f"In the graph {source} acts on {target}, or a hidden common cause acts on both "
            f"({source} {edge} {target}).",
        )
    if edge:
        return "undetermined", f"The graph leaves the direction open ({source} {edge} {target})."
    separating = row.get("discovery_separating_set")
    if separating is not None:
        given = f"given {', '.join(separating)}" if len(separating) else "given nothing"
        return "contradicted", f"{source} and {target} are independent {given}."
    if not row["candidate_allowed"]:
        return (
            "undetermined",
            f"{source} and {target} were no candidates, so no test was made of them.",
        )
    return "contradicted", f"The graph was free to join {source} and {target} and did not."


def _data(row: Mapping[str, Any], rule: VerdictRule) -> tuple[str, str]:
    """Return the data's vote and its words."""
    kind = "direct" if not math.isnan(_number(row, "direct_low")) else "data"
    estimate, low, high = (_number(row, f"{kind}_{key}") for key in ("estimate", "low", "high"))
    if math.isnan(low) or math.isnan(high):
        reason = row.get("data_reason") or "none was asked for"
        return "unknown", f"the data give no effect ({reason.rstrip('.')})"
    named = "a direct effect" if kind == "direct" else "an effect"
    shown = f"{estimate:.3g} [{low:.3g}, {high:.3g}]"
    if kind == "direct" and row.get("data_effect") == "total":
        total = [_number(row, f"data_{key}") for key in ("estimate", "low", "high")]
        shown += " ({:.3g} [{:.3g}, {:.3g}] in total)".format(*total)
    if low > 0 or high < 0:
        failed = [
            name
            for name in REFUTERS
            if row.get(f"{name}_outcome") == "failed" and REFUTERS[name].shakes
        ]
        if kind == "direct" and row.get("data_effect") == "total" and _holds_zero(row):
            # What was refuted is the total effect: that it does not stand out is known already.
            failed = [name for name in failed if not REFUTERS[name].stands_out]
        if failed:
            words = ", ".join(name.replace("_", " ") for name in failed)
            return "shaken", f"the data show {named} of {shown} that fails the test of {words}"
        return "for", f"the data show {named} of {shown}"
    margin = rule.negligible * _number(row, "data_scale", 1.0)
    if -margin <= low and high <= margin:
        return "against", f"the data show no {named.split(' ', 1)[1]} beyond {margin:.3g} ({shown})"
    return "unclear", f"the data leave open whether there is {named} ({shown})"


def _model(row: Mapping[str, Any], rule: VerdictRule) -> tuple[str, str]:
    """Return the model's vote and its words."""
    estimate, low, high = (_number(row, f"model_{key}") for key in ("estimate", "low", "high"))
    if math.isnan(low) or math.isnan(high):
        return "unknown", "the model was not asked"
    shown = f"{estimate:.3g} [{low:.3g}, {high:.3g}]"
    margin = rule.negligible * _number(row, "model_scale", 1.0)
    if low > margin or high < -margin:
        return "for", f"changing the tokens moves the model by {shown}"
    if -margin <= low and high <= margin:
        return (
            "against",
            f"changing the tokens moves the model by no more than {margin:.3g} ({shown})",
        )
    return "unclear", f"changing the tokens may or may not move the model ({shown})"


def _number(row: Mapping[str, Any], key: str, missing: float = math.nan) -> float:
    """Return a number of the row, `missing` where it is not known."""
    value = row.get(key)
    return missing if value is None or math.isnan(value) else float(value)


def _holds_zero(row: Mapping[str, Any]) -> bool:
    """Return whether the interval of the effect that was refuted holds 0."""
    return _number(row, "data_low") <= 0.0 <= _number(row, "data_high")
