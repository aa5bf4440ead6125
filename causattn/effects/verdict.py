"""The verdicts on the claim "source causes target directly": one rule, written here only.

Two questions, two answers, from two sets of columns that never mix. Attention does not vote, since
it is what is on trial, and neither does what a model says of a hidden slot (``conditional_``): that
is the model's P(target | all other slots) and no intervention.

**About the documents** (`Judgement.documents`):

=========== ======================================================================================
supported   evidence that no search has seen says so: a real intervention, people, the truth; or a
            known order, where the arrow is robust beside
robust      consistent, and every check of `missing_checks` was made and passed
consistent  the estimate agrees, on documents that discovery has not seen: its interval, valid over
            all arrows of the table, excludes 0, and no refuter that `shakes` failed
drawn       discovery drew the arrow, and that is all there is
disputed    drawn, and a refuter that `shakes` failed, or another search says that the source is no
            cause of the target, or other evidence speaks for an arrow that was not drawn
refuted     drawn, and the interval lies within +- `negligible` units of `data_scale`; or evidence
            that no search has seen says no
open        the pair is joined, and the documents do not say in which direction: the mark is a tail
            or circle, or the arrow is free within its equivalence class
absent      the arrow is not drawn, which refutes it only as far as the tests saw everything
=========== ======================================================================================

The direct effect decides where there is one, since that is what an edge claims; the total effect
where there is none.

**About the model** (`Judgement.model`), from changed tokens where the model's output is read:

=========== ======================================================================================
used        the interval lies outside +- `negligible` units of `model_scale`
opposite    so, and on the other side of 0 than the documents' effect of the same contrast
unused      the interval lies inside
(none)      it crosses, or nothing was changed
=========== ======================================================================================
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from causattn.base import held_apart
from causattn.effects.outcome import of_and_on, outcome_in_words
from causattn.effects.registry import REFUTERS

DOCUMENT_VERDICTS = (
    "supported",
    "robust",
    "consistent",
    "drawn",
    "disputed",
    "refuted",
    "open",
    "absent",
)
"""What can be said of a claim about the documents, what carries most first."""
MODEL_VERDICTS = ("used", "opposite", "unused")
"""What can be said of a claim about the model."""
UNSEEN = "unseen"
"""What ``data_rows`` holds where discovery has not seen the documents of the estimate."""


@dataclass(frozen=True)
class VerdictRule:
    """Thresholds of the rule.

    Parameters
    ----------
    negligible
        Effects smaller than this are none: in probability, or in units of the row's scale.
    stable
        Least share of bootstraps that draw a robust arrow.
    """

    negligible: float = 0.01
    stable: float = 0.9


class Judgement(NamedTuple):
    """What is said of a claim, and why in a sentence each; ``model`` is None where nothing is."""

    documents: str
    documents_reason: str
    model: str | None
    model_reason: str

    def columns(self) -> dict[str, str | None]:
        """Return the columns of the evidence table."""
        return {
            "verdict": self.documents,
            "verdict_reason": self.documents_reason,
            "model_verdict": self.model,
            "model_verdict_reason": self.model_reason,
        }


def judge(row: Mapping[str, Any], rule: VerdictRule) -> Judgement:
    """Return the verdicts on one row of the evidence table.

    Parameters
    ----------
    row
        The row's other columns; see `causattn.effects.evidence_columns`. What it lacks is unknown.
    rule
        The thresholds.
    """
    word, why = _documents(row, rule)
    return Judgement(word, why[0].upper() + why[1:] + ".", *_model(row, rule))


def missing_checks(row: Mapping[str, Any], rule: VerdictRule) -> list[str]:
    """Return why an arrow is not robust, a clause each; nothing where it is.

    Parameters
    ----------
    row, rule
        As for `judge`. A check that was not made is among them: what was not asked is not robust.
    """
    found = []
    compelled = _number(row, "robust_compelled")
    if compelled != 1.0:
        found.append(
            "the graph has no equivalence class to read it in"
            if math.isnan(compelled)
            else "its equivalence class leaves the direction open"
        )
    for key, who in (("robust_majority", "the majority rules"), ("robust_fci", "FCI")):
        edge = row.get(key)
        if edge is None:
            found.append(f"{who} were not asked" if key != "robust_fci" else "FCI was not asked")
        elif edge != "-->":
            said = "leave" if key != "robust_fci" else "says"
            found.append(f"{who} {said} {_shown(row, edge)}")
    share = _number(row, "discovery_frequency")
    if math.isnan(share):
        found.append("no bootstraps were drawn")
    elif share < rule.stable:
        found.append(f"{share:.0%} of bootstraps draw it")
    low, high = _number(row, "robust_low"), _number(row, "robust_high")
    if math.isnan(low) or math.isnan(high):
        found.append("no covariate says how strong a hidden cause might be")
    elif low <= 0 <= high:
        benchmark = row.get("robust_benchmark")
        like = held_apart(benchmark) if benchmark else "the strongest covariate"
        found.append(f"a hidden cause as strong as {like} would explain it away")
    return found


def _documents(row: Mapping[str, Any], rule: VerdictRule) -> tuple[str, str]:
    """Return the verdict about the documents and why, a sentence without its stop."""
    says, known = row.get("independent_says"), row.get("independent_words") or ""
    kind = row.get("independent_kind")
    if says == "against":
        return "refuted", known
    if not row["discovery_directed"]:
        word, why = _without_claim(row)
        if says == "for" and kind != "order":
            return ("supported", known) if word == "open" else ("disputed", f"{known}, but {why}")
        return word, why
    vote, why = _data(row, rule)
    if vote == "against":
        return "refuted", why
    if vote == "shaken":
        return "disputed", why
    if says == "for" and kind != "order":
        return "supported", f"{known}, and {why}"
    for key, who in (("robust_fci", "FCI"), ("robust_majority", "the majority rules")):
        if (row.get(key) or "").startswith("<"):
            says_no = "says" if key == "robust_fci" else "say"
            return "disputed", f"{why}, but {who} {says_no} {_shown(row, row[key])}"
    if vote != "for":
        return "drawn", why
    if row.get("data_rows") != UNSEEN:
        return "drawn", f"{why}, in the documents that discovery saw, which is no second opinion"
    if lacks := missing_checks(row, rule):
        return "consistent", f"{why}; not robust, since {' and '.join(lacks[:2])}"
    if says == "for":
        return "supported", f"{known}, and {why}"
    return "robust", f"{why}, and all checks of the direction passed"


def _without_claim(row: Mapping[str, Any]) -> tuple[str, str]:
    """Judge a pair whose directed edge is not in the graph, or is free within its class."""
    edge = row.get("discovery_edge")
    source, target = held_apart(row["source"]), held_apart(row["target"])
    if row.get("discovery_free"):
        return "open", (
            f"{source} and {target} are joined, and the same documents are explained as well with "
            "the arrow turned (one equivalence class)"
        )
    if edge == "<--":
        return "absent", f"the graph directs the edge from {target} to {source}"
    if edge == "<->":
        return "absent", (
            f"the graph joins {source} and {target} by a hidden common cause; neither acts on the "
            "other"
        )
    if edge and edge.startswith("<"):
        return "absent", f"in the graph {source} is no cause of {target} ({edge})"
    if edge == "o->":
        return "open", (
            f"in the graph {source} acts on {target}, or a hidden common cause acts on both "
            f"({source} {edge} {target})"
        )
    if edge:
        return "open", f"the graph leaves the direction open ({source} {edge} {target})"
    separating = row.get("discovery_separating_set")
    if separating is not None:
        given = ", ".join(map(held_apart, separating)) or "nothing"
        return "absent", f"the tests found {source} and {target} independent given {given}"
    if not row.get("candidate_allowed", True):
        return "absent", f"{source} and {target} were no candidates, so no test was made of them"
    return "absent", f"the graph was free to join {source} and {target} and did not"


def _data(row: Mapping[str, Any], rule: VerdictRule) -> tuple[str, str]:
    """Return what the estimate says (for, shaken, against, unclear, unknown) and its words.

    The interval is the one that holds over all arrows at once, where there is one.
    """
    kind = "direct" if not math.isnan(_number(row, "direct_low")) else "data"
    estimate, low, high = (_number(row, f"{kind}_{key}") for key in ("estimate", "low", "high"))
    if math.isnan(low) or math.isnan(high):
        reason = row.get("data_reason") or "none was asked for"
        return "unknown", f"the data give no effect ({reason.rstrip('.')})"
    named, on = "a direct effect" if kind == "direct" else "an effect", of_and_on(row)
    shown = f"{estimate:.3g} [{low:.3g}, {high:.3g}]"
    if kind == "direct" and row.get("data_effect") == "total":
        total = [_number(row, f"data_{key}") for key in ("estimate", "low", "high")]
        in_total = "{:.3g} [{:.3g}, {:.3g}]".format(*total)
        shown += f" ({in_total} in total)" if in_total != shown else ""
    joint = _number(row, f"{kind}_joint_low", low), _number(row, f"{kind}_joint_high", high)
    if joint[0] > 0 or joint[1] < 0:
        failed = [
            name
            for name in REFUTERS
            if row.get(f"{name}_outcome") == "failed" and REFUTERS.said(name, "shakes")
        ]
        if kind == "direct" and row.get("data_effect") == "total" and _holds_zero(row):
            # What was refuted is the total effect: that it does not stand out is known already.
            failed = [name for name in failed if not REFUTERS.said(name, "stands_out")]
        if failed:
            words = ", ".join(name.replace("_", " ") for name in failed)
            return "shaken", f"the data show {named}{on} of {shown} that fails the test of {words}"
        return "for", f"the data show {named}{on} of {shown}"
    margin = rule.negligible * _number(row, "data_scale", 1.0)
    if -margin <= low and high <= margin:
        none = f"no {named.split(' ', 1)[1]}{on}"
        return "against", f"the data show {none} beyond {margin:.3g} ({shown})"
    if low > 0 or high < 0:
        shown += f", [{joint[0]:.3g}, {joint[1]:.3g}] over all arrows at once"
    return "unclear", f"the data leave open whether there is {named}{on} ({shown})"


def _model(row: Mapping[str, Any], rule: VerdictRule) -> tuple[str | None, str]:
    """Return the verdict about the model and why."""
    estimate, low, high = (_number(row, f"model_{key}") for key in ("estimate", "low", "high"))
    if math.isnan(low) or math.isnan(high):
        return None, row.get("model_reason") or "The model was not asked."
    shown = f"{estimate:.3g} [{low:.3g}, {high:.3g}]"
    margin = rule.negligible * _number(row, "model_scale", 1.0)
    outcome = outcome_in_words(row, "model")
    moved = f"the model's {outcome}" if outcome else "the model"
    if -margin <= low and high <= margin:
        return (
            "unused",
            f"Changing the tokens moves {moved} by no more than {margin:.3g} ({shown}).",
        )
    if not (low > margin or high < -margin):
        return None, f"Changing the tokens may or may not move {moved} ({shown})."
    kind = "direct" if not math.isnan(_number(row, "direct_low")) else "data"
    data = [_number(row, f"{kind}_{key}") for key in ("low", "high")]
    if (data[0] > 0 and high < 0) or (data[1] < 0 and low > 0):
        return "opposite", (
            f"Changing the tokens moves {moved} by {shown}, against the documents' effect of "
            f"{_number(row, f'{kind}_estimate'):.3g}."
        )
    return "used", f"Changing the tokens moves {moved} by {shown}."


def _shown(row: Mapping[str, Any], edge: str) -> str:
    """Return an edge in words, none being no edge."""
    source, target = held_apart(row["source"]), held_apart(row["target"])
    return f"{source} {edge} {target}" if edge else "no edge"


def _number(row: Mapping[str, Any], key: str, missing: float = math.nan) -> float:
    """Return a number of the row, `missing` where it is not known."""
    value = row.get(key)
    return missing if value is None or math.isnan(value) else float(value)


def _holds_zero(row: Mapping[str, Any]) -> bool:
    """Return whether the interval of the effect that was refuted holds 0."""
    return _number(row, "data_low") <= 0.0 <= _number(row, "data_high")
