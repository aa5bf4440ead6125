"""The few numbers that say how a run went, each as one line."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from causattn.base import visible
from causattn.candidates import SELECTORS
from causattn.graphs import added_metrics
from causattn.report.words import number
from causattn.report.words.features import assumed_line, left_out_line, little_line, words_line
from causattn.report.words.truth import ATTENTION, scored_by, scored_by_data, screen_qualities
from causattn.report.words.verdicts import verdict_lines
from causattn.results import Run

_GRAPH = (
    ("shd", "SHD"),
    ("adjacency_precision", "adjacency precision"),
    ("adjacency_recall", "recall"),
    ("adjacency_f1", "F1"),
    ("arrowhead_f1", "arrowhead F1"),
    ("tests", "tests"),
)
_LEARNED = 0.97
"""A share of the blind loss above which a model has learned next to nothing."""
_REACHED = 0.8
"""A share of what a regression of the same documents learns below which a model is not read."""
_WARNING = "it has learned next to nothing and its attention means as little, train it longer"


def headlines(run: Run, *, timed: bool = True) -> list[str]:
    """Return all lines that say something of a run, as terminal and page show them.

    Parameters
    ----------
    run
        The run.
    timed
        Whether to say how long it took, which differs from one time to the next.
    """
    of_attention: list[str] = []
    of_heads: list[str] = []
    if run.summary.get("attention"):
        from causattn.report.words.attention import attention_lines

        of_attention = attention_lines(run)
    if "circuit" in run.summary:
        from causattn.report.words.circuit import circuit_lines

        of_heads = circuit_lines(run)
    lines = (
        data_line(run),
        model_line(run),
        *of_attention,
        left_out_line(run),
        words_line(run),
        candidate_line(run),
        cheaper_line(run),
        discovery_line(run),
        assumed_line(run),
        graph_line(run),
        *of_heads,
        *verdict_lines(run),
        little_line(run),
        timing_line(run) if timed else "",
    )
    return [line for line in lines if line]


def candidate_line(run: Run) -> str:
    """Say how many candidates there are, and how good they are beside other screens.

    Empty where no attention was read.
    """
    frame = run.candidates
    if "allowed" not in frame:
        return ""
    allowed = int(frame["allowed"].sum()) // 2
    pairs = len(frame) // 2
    scored = scored_by(run)
    by = "" if scored == ATTENTION else f" by {visible(scored)}"
    line = f"Candidates{by}: {allowed} of {pairs} pairs"
    if not allowed:
        strongest = number(float(frame["score"].max()))
        line += f", none was strong enough (the strongest has {strongest})"
    qualities = screen_qualities(run)
    if not qualities:
        return line
    first, *others = qualities
    line += f"; against the true skeleton AUC {first.auc:.3f}, AP {first.average_precision:.3f}"
    shown = [
        f"{visible(quality.name)} {quality.auc:.3f}, {quality.average_precision:.3f}"
        for quality in others
    ]
    return f"{line} ({'; '.join(shown)})" if shown else line


def cheaper_line(run: Run) -> str:
    """Name the screens that rank as well without a model; empty where none does or nobody knows."""
    if scored_by_data(run):
        return ""
    qualities = screen_qualities(run)
    rivals = {name.replace("_", " "): name for name in SELECTORS}
    as_good = [
        quality
        for quality in qualities[1:]
        if quality.name in rivals and quality.auc >= qualities[0].auc
    ]
    if not as_good:
        return ""
    best = max(as_good, key=lambda quality: quality.auc)
    return (
        f"Cheaper here: candidates={rivals[best.name]} ranks the true pairs at least as well (AUC "
        f"{best.auc:.3f}) and needs no model"
    )


def graph_line(run: Run) -> str:
    """Say how large the graph is, and how far from the truth."""
    nodes = "parts" if "circuit" in run.summary else "features"
    line = f"Graph: {run.graph.size} {nodes}, {run.graph.edge_count} edges"
    metrics = run.summary.get("graph", {})
    added = ((name.removeprefix("graph."), title) for name, title in added_metrics().items())
    shown = [
        f"{words} {number(metrics[name])}"
        for name, words in (*_GRAPH, *added)
        if isinstance(metrics.get(name), int | float)
    ]
    return "; ".join([line, ", ".join(shown)]) if shown else line


def model_line(run: Run) -> str:
    """Say what the model learned, and warn where it is next to nothing; empty where unknown."""
    about = run.summary.get("model", {})
    perplexity, blind = about.get("perplexity_held_out"), about.get("perplexity_unigram")
    if isinstance(perplexity, int | float) and isinstance(blind, int | float):
        line = (
            f"Model: perplexity {perplexity:.3g} on held-out documents, {blind:.3g} by frequencies "
            "alone"
        )
        learned = math.log(perplexity) < _LEARNED * math.log(blind)
        return line if learned else f"{line}; {_WARNING}"
    loss, blind = about.get("loss_held_out"), about.get("loss_marginal")
    if isinstance(loss, int | float) and isinstance(blind, int | float):
        line = f"Model: loss {loss:.3f} on held-out documents, {blind:.3f} by frequencies alone"
        learned = loss < _LEARNED * blind
        line += _steps(about)
        share = about.get("reached")
        if isinstance(share, int | float):
            line += f"; it reached {share:.2f} of what a regression on the other variables does"
            if learned and share < _REACHED:
                return f"{line}; {_too_little(about)}"
    else:
        right, blind = about.get("accuracy_held_out"), about.get("accuracy_majority")
        if not isinstance(right, int | float) or not isinstance(blind, int | float):
            return ""
        line = (
            f"Model: accuracy {right:.3f} on held-out documents, {blind:.3f} by the commonest class"
        )
        learned = right > blind
    return line if learned else f"{line}; {_WARNING}"


def _steps(about: Mapping[str, Any]) -> str:
    """Return after how many steps of how many training ended; empty where unknown."""
    done, most = about.get("steps_done"), about.get(_steps_key(about))
    if not isinstance(done, int) or not isinstance(most, int):
        return ""
    return f", after {done:,} of at most {most:,} steps"


def _steps_key(about: Mapping[str, Any]) -> str:
    """Return what bounds a training's steps."""
    return "mlm_steps" if about.get("train_mlm") else "steps"


def _too_little(about: Mapping[str, Any]) -> str:
    """Return the warning of a model that reached too little, and what to do about it."""
    key = _steps_key(about)
    done, most = about.get("steps_done"), about.get(key)
    mend = f"model.{key}={2 * most}" if isinstance(most, int) else f"more model.{key}"
    if isinstance(done, int) and isinstance(most, int) and done < most:
        mend = "a larger model.width, more corpus.documents, or model.early_stopping=false"
        if about.get("train_mlm"):  # a checkpoint's width is given, and it always ends so
            mend = "another model.learning_rate, or more documents"
    return (
        f"below {_REACHED} its attention misses edges, try {mend}, or candidates=cmi or lasso, "
        "which need no model"
    )


def data_line(run: Run) -> str:
    """Say how far the true order can be read off the data by sorting; empty without a truth."""
    shares = run.summary.get("features", {}).get("sortability") or {}
    shown = [
        f"{label} {number(shares[name])}"
        for name, label in (
            ("var_sortability", "variance"),
            ("r2_sortability", "R2"),
            ("snr_sortability", "signal-to-noise"),
        )
        if isinstance(shares.get(name), int | float)
    ]
    return f"Sortability of the data (0.5 says nothing): {', '.join(shown)}" if shown else ""


def discovery_line(run: Run) -> str:
    """Say which algorithm found the graph, and what it did with the candidates."""
    metrics = run.summary.get("graph", {})
    line = f"Found by {visible(str(metrics.get('algorithm') or 'an unnamed algorithm'))}"
    use = (metrics.get("details") or {}).get("candidates")
    return f"{line}; candidates {visible(str(use))}" if use else line


def timing_line(run: Run) -> str:
    """Say how long each stage took."""
    stages = {
        name.removesuffix("_s"): float(seconds)
        for name, seconds in run.summary.get("timing", {}).items()
        if isinstance(seconds, int | float)
    }
    if not stages:
        return ""
    total = run.seconds or sum(stages.values())
    stages["loading, figures and page"] = total - sum(stages.values())
    parts = [f"{visible(name)} {took:.1f} s" for name, took in stages.items() if took >= 0.05]
    return f"Time: {total:.1f} s" + (f" ({', '.join(parts)})" if parts else "")
