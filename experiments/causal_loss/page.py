"""The tables and the picture of the causal loss: every figure is computed from the rows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from causattn.reproduction import Context, Findings, Row, half_width, interval

from .measure import PLAIN, STRENGTHS

FIGURES = {
    "accuracy_in": "accuracy, in",
    "accuracy_chance": "at chance",
    "accuracy_reversed": "reversed",
    "effect_cause": "effect of the cause",
    "effect_shortcut": "effect of the shortcut",
    "attention_cause": "attention to the cause",
    "attention_shortcut": "attention to the shortcut",
    "rollout_cause": "rollout to the cause",
    "rollout_shortcut": "rollout to the shortcut",
}
WAYS = {
    "effect_shortcut": "effect of the shortcut",
    "effect_by_detours": "by detours",
    "effect_directly": "directly",
}
TERMS = {
    "term_graph": "distance from the graph",
    "term_interventions": "variance",
    "loss_train": "loss",
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


def page(rows: list[Row], context: Context) -> Findings:
    """Return the tables and the picture."""
    frame = pd.DataFrame(rows)
    first, seconds = rows[0], frame["cpu_seconds"]
    agree = ", ".join(f"{at} ({name})" for name, at in STRENGTHS[first["mechanism"]].items())
    found = Findings()
    for title, columns, note in (
        (
            "Accuracy, effects and attention",
            FIGURES,
            f"Corpus `shortcut`, mechanism {first['mechanism']}, {first['documents']} documents, "
            f"label noise {first['label_noise']}; {first['epochs']} epochs at "
            f"{first['learning_rate']}; tried on {first['test_documents']} fresh documents in "
            f"which the shortcut agrees with the label with probability {agree}. Effects are the "
            "mean change in P(satisfied) when the word is exchanged; attention is paid by [CLS], "
            "its mean over layers and heads, and rollout.",
        ),
        (
            "By which way the shortcut acts",
            WAYS,
            "Effect of the shortcut as it is; where its word is hidden from [CLS] and only other "
            "words read it (by detours); and where only [CLS] reads it (directly). Attention is "
            "cut before the softmax in all layers.",
        ),
        (
            "The terms themselves, on documents that were not trained on",
            TERMS,
            "Distance from the graph (kl) and variance of attention over readings, of every model, "
            "whatever it was trained with; and the loss of the prediction at the end of training.",
        ),
    ):
        found.tables[title], found.notes[title] = table(frame, columns), note
    title = "Every seed"
    found.tables[title] = each_seed(frame)
    found.notes[title] = (
        "Accuracy with the shortcut reversed, and in brackets as in training, by seed."
    )
    path = context.folder / "causal_loss.png"
    draw(frame).savefig(path, dpi=150)
    found.pictures["Accuracy, effect and attention by weight"] = path
    found.remarks += [
        "Cells are means over seeds ± half of the 95% interval (Student's t).",
        f"One training took {seconds.median():.0f} seconds of one core (median; "
        f"{seconds.min():.0f} to {seconds.max():.0f}, on a machine shared with other work).",
    ]
    return found


def table(frame: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """Return a line for each term and weight."""
    return pd.DataFrame(
        [
            {
                "term": term,
                "weight": f"{weight:g}",
                "seeds": len(group),
                **{
                    title: interval(group[key], 6 if 1e-6 <= group[key].abs().max() < 0.001 else 3)
                    for key, title in columns.items()
                },
            }
            for (term, weight), group in grouped(frame)
        ]
    )


def each_seed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the accuracy under the reversed shortcut, seed by seed."""
    return pd.DataFrame(
        [
            {
                "term": term,
                "weight": f"{weight:g}",
                **{
                    f"seed {row['seed']}": f"{row['accuracy_reversed']:.2f} "
                    f"({row['accuracy_in']:.2f})"
                    for row in group.sort_values("seed").to_dict("records")
                },
            }
            for (term, weight), group in grouped(frame)
        ]
    )


def grouped(frame: pd.DataFrame) -> list[tuple[tuple[str, float], pd.DataFrame]]:
    """Return the rows of each term and weight, in the order of the page."""
    order = [PLAIN, *DRAWN]
    order += sorted(set(frame["term"]) - set(order))
    groups = dict(list(frame.groupby(["term", "weight"])))
    return [(key, groups[key]) for key in sorted(groups, key=lambda k: (order.index(k[0]), k[1]))]


def draw(frame: pd.DataFrame) -> Figure:
    """Draw four metrics by weight, a line a term; plain training is the grey band."""
    figure = Figure(figsize=(3.4 * len(PANELS), 3.4))
    axes = figure.subplots(1, len(PANELS))
    for axis, (key, title) in zip(axes, PANELS.items(), strict=True):
        plain = frame.loc[frame["term"] == PLAIN, key]
        if len(plain):
            middle, reach = plain.mean(), half_width(plain)
            axis.axhspan(middle - reach, middle + reach, color="0.88", lw=0)
            axis.axhline(middle, color="0.5", lw=1, label="none (plain training)")
        for colour, term in enumerate(DRAWN):
            part = frame[frame["term"] == term].groupby("weight")[key]
            if len(part):
                axis.errorbar(
                    np.array(list(part.groups)), part.mean(), part.agg(half_width), marker="o",
                    ms=4, lw=1.4, capsize=2, color=f"C{colour}", label=term,
                )  # fmt: skip
        axis.set_xscale("log")
        axis.set_xlabel("weight of the term")
        axis.set_title(title, fontsize=9)
        axis.spines[["top", "right"]].set_visible(False)
    figure.tight_layout(rect=(0, 0.08, 1, 1))
    lines, names = axes[0].get_legend_handles_labels()
    figure.legend(lines, names, fontsize=8, frameon=False, ncols=len(names), loc="lower center")
    return figure
