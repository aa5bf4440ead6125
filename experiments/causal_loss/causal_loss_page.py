"""The tables and the picture of the causal loss: every figure is computed from the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy import stats

PLAIN = "none"
FIGURES = {
    "accuracy_in": "accuracy, in",
    "accuracy_chance": "at chance",
    "accuracy_reversed": "reversed",
    "effect_cause": "effect of the cause",
    "effect_shortcut": "effect of the shortcut",
    "attention_cause": "attention to the cause",
    "attention_shortcut": "to the shortcut",
    "rollout_cause": "rollout to the cause",
    "rollout_shortcut": "to the shortcut",
}
PANELS = {
    "accuracy_in": "accuracy, shortcut as in training",
    "accuracy_reversed": "accuracy, shortcut reversed",
    "effect_shortcut": "effect of the shortcut on P(satisfied)",
    "attention_shortcut": "attention from [CLS] to the shortcut",
}
DRAWN = (
    "graph",
    "interventions",
    "output",
    "graph, shuffled",
    "graph, afterwards",
    "graph, longer",
)


def page(setting: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the tables as Markdown."""
    frame = pd.DataFrame(rows)
    seeds = sorted(frame["seed"].unique().tolist())
    commits = sorted({row["commit"] for row in rows})
    packages = rows[0]["versions"]
    strengths = setting["strengths"]
    seconds = frame["cpu_seconds"]
    lines = [
        "# Training with a causal term: figures",
        "",
        f"Written by `{setting['command']}` from rows made at commit {', '.join(commits)}, seeds "
        f"{', '.join(map(str, seeds))}. "
        + ", ".join(f"{name} {version}" for name, version in packages.items())
        + ".",
        "",
        f"Corpus `shortcut`, mechanism {setting['mechanism']}, {setting['documents']} documents, "
        f"label noise {setting['label_noise']}; {setting['epochs']} epochs at "
        f"{setting['learning_rate']}; tried on {setting['test_documents']} fresh documents in "
        "which the shortcut agrees with the label with probability "
        + ", ".join(f"{value} ({name})" for name, value in strengths.items())
        + ". Mean over seeds ± half of the 95% interval (Student's t). Effects are the mean change "
        "in P(satisfied) when the word is exchanged; attention is paid by [CLS], its mean over "
        "layers and heads, and rollout. "
        f"One training took {seconds.median():.0f} seconds of one core (median; "
        f"{seconds.min():.0f} to {seconds.max():.0f}, on a machine shared with other work). "
        "Protocol and reading: "
        "`experiments/causal_loss/README.md`.",
        "",
        "![accuracy, effect and attention by weight](causal_loss.png)",
        "",
        *table(frame, ["term", "weight", "seeds", *FIGURES.values()], FIGURES),
        "",
        "## By which way the shortcut acts",
        "",
        "Effect of the shortcut as it is; where its word is hidden from [CLS] and only other words "
        "read it (by detours); and where only [CLS] reads it (directly). Attention is cut before "
        "the softmax in all layers.",
        "",
        *table(
            frame,
            ["term", "weight", "seeds", "effect of the shortcut", "by detours", "directly"],
            ["effect_shortcut", "effect_by_detours", "effect_directly"],
        ),
        "",
        "## The terms themselves, on documents that were not trained on",
        "",
        "Distance from the graph (kl) and variance of attention over readings, of every model, "
        "whatever it was trained with; and the loss of the prediction at the end of training.",
        "",
        *table(
            frame,
            ["term", "weight", "seeds", "distance from the graph", "variance", "loss"],
            ["term_graph", "term_interventions", "loss_train"],
        ),
        "",
        "## Every seed",
        "",
        *each_seed(frame),
    ]
    return "\n".join(lines) + "\n"


def table(frame: pd.DataFrame, names: Sequence[str], keys: Any) -> list[str]:
    """Return the lines of a table, a row for each term and weight."""
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    for (term, weight), group in grouped(frame):
        cells = [term, f"{weight:g}", str(len(group)), *(interval(group[key]) for key in keys)]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def each_seed(frame: pd.DataFrame) -> list[str]:
    """Return a table of the accuracy under the reversed shortcut, seed by seed."""
    seeds = sorted(frame["seed"].unique())
    names = ["term", "weight", *(f"seed {seed}" for seed in seeds)]
    lines = [
        "Accuracy with the shortcut reversed, and in brackets as in training.",
        "",
        "| " + " | ".join(names) + " |",
        "|" + "---|" * len(names),
    ]
    for (term, weight), group in grouped(frame):
        by_seed = group.set_index("seed")
        cells = [
            f"{by_seed.accuracy_reversed[seed]:.2f} ({by_seed.accuracy_in[seed]:.2f})"
            if seed in by_seed.index
            else ""
            for seed in seeds
        ]
        lines.append("| " + " | ".join([term, f"{weight:g}", *cells]) + " |")
    return lines


def grouped(frame: pd.DataFrame) -> list[tuple[tuple[str, float], pd.DataFrame]]:
    """Return the rows of each term and weight, in the order of the page."""
    order = [PLAIN, *DRAWN]
    order += sorted(set(frame["term"]) - set(order))
    groups = dict(list(frame.groupby(["term", "weight"])))
    return [(key, groups[key]) for key in sorted(groups, key=lambda k: (order.index(k[0]), k[1]))]


def interval(values: pd.Series) -> str:
    """Return the mean and half of its 95% interval over seeds."""
    found = values.to_numpy(dtype=float)
    largest = np.abs(found).max()
    digits = 6 if 1e-6 <= largest < 0.001 else 3
    # Adding 0 makes a rounded -0 a 0.
    shown = f"{round(found.mean(), digits) + 0.0:.{digits}f}"
    return shown if len(found) < 2 else f"{shown} ± {half_width(found):.{digits}f}"


def half_width(values: np.ndarray) -> float:
    """Return half of the 95% interval of a mean (Student's t)."""
    spread = values.std(ddof=1) / np.sqrt(len(values))
    return float(stats.t.ppf(0.975, len(values) - 1) * spread)


def draw(rows: Sequence[Mapping[str, Any]], folder: Path) -> None:
    """Draw four figures by weight, a line a term, with intervals; plain training is the grey band.

    Writes ``causal_loss.png`` and ``.svg``.
    """
    frame = pd.DataFrame(rows)
    # Equal rows give an equal file, whenever it is drawn.
    mpl.rcParams["svg.hashsalt"] = "causattn"
    figure, axes = plt.subplots(1, len(PANELS), figsize=(3.4 * len(PANELS), 3.4))
    plain = frame[frame["term"] == PLAIN]
    for axis, (key, title) in zip(axes, PANELS.items(), strict=True):
        if len(plain):
            values = plain[key].to_numpy(dtype=float)
            reach = half_width(values) if len(values) > 1 else 0.0
            axis.axhspan(values.mean() - reach, values.mean() + reach, color="0.88", lw=0)
            axis.axhline(values.mean(), color="0.5", lw=1, label="none (plain training)")
        for colour, term in enumerate(DRAWN):
            part = frame[(frame["term"] == term)].groupby("weight")[key]
            if not len(part):
                continue
            weights = list(part.groups)
            means = part.mean().to_numpy()
            reaches = [
                half_width(group.to_numpy(dtype=float)) if len(group) > 1 else 0.0
                for _, group in part
            ]
            axis.errorbar(
                weights, means, reaches, marker="o", ms=4, lw=1.4, capsize=2,
                color=f"C{colour}", label=term,
            )  # fmt: skip
        axis.set_xscale("log")
        axis.set_xlabel("weight of the term")
        axis.set_title(title, fontsize=9)
        axis.spines[["top", "right"]].set_visible(False)
    figure.tight_layout(rect=(0, 0.08, 1, 1))
    lines, names = axes[0].get_legend_handles_labels()
    figure.legend(lines, names, fontsize=8, frameon=False, ncols=len(names), loc="lower center")
    figure.savefig(folder / "causal_loss.png", dpi=150)
    figure.savefig(folder / "causal_loss.svg", metadata={"Date": None})
    plt.close(figure)
