"""The page and the picture of the trial: every figure in them is computed from the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from planted_measure import LEARNED

Row = Mapping[str, Any]

MAIN = (
    ("precision", "precision at k"),
    ("auc", "AUC"),
    ("auc_signed", "AUC, signed"),
    ("untrained_auc", "AUC, untrained model"),
    ("error", "error"),
    ("rank_correlation", "rank correlation"),
    ("sign_agreement", "same sign"),
)
FAITHFULNESS = (
    ("comprehensiveness", "comprehensiveness"),
    ("sufficiency", "sufficiency (low is good)"),
    ("normalised_comprehensiveness", "normalised comprehensiveness"),
    ("normalised_sufficiency", "normalised sufficiency (high is good)"),
    ("infidelity_explained", "share of changes explained"),
    ("sensitivity", "sensitivity (low is good)"),
    ("seconds", "seconds a document"),
)
SHARES = {
    ("decoy", "decoy"): "the causal words, elsewhere",
    ("rare", "decoy"): "rare word",
    ("confounded", "confounded"): "confounded word",
    ("confounded", "common_cause"): "common cause",
}
"""Corpus and role of the words without effect, and what to call them."""


def page(rows: Sequence[Row], command: str) -> str:
    """Return the tables as Markdown."""
    every, rows = rows, [row for row in rows if row["accuracy_held_out"] >= LEARNED]
    lines = _frame(rows)
    commits = ", ".join(dict.fromkeys(row["commit"] for row in rows))
    versions = ", ".join(f"{name} {value}" for name, value in rows[0]["versions"].items())
    shown = [
        "# Explainers on planted corpora: figures",
        "",
        f"Written by `{command}`, commit {commits}; {versions}.",
        "",
        f"{len(every)} models: {_words(rows, 'task')}; {_words(rows, 'language')}; seeds "
        f"{_words(rows, 'seed')}. Each explainer explains {_words(rows, 'explained')} documents of "
        "each. Cells are means over models [smallest, largest]. What each measure is stands in "
        "`experiments/planted/README.md`.",
        "",
        "## The models",
        "",
        f"{len(every) - len(rows)} of {len(every)} models have not learned the rule (accuracy held "
        f"out below {LEARNED}); they stand in this table and in no other.",
        "",
        *_table(
            [
                "corpus",
                "language",
                "documents",
                "accuracy, held out",
                "majority",
                "accuracy, explained",
                "AUC of real rewriting",
                "linear surrogate R²",
                "tree surrogate R²",
            ],
            _models(every),
        ),
        "",
        "## All corpora together",
        "",
        *_explainers(lines, MAIN),
        "",
        "## Faithfulness, without knowing the truth",
        "",
        f"Normalised measures exist for {_percent(lines['normalised_documents'])} of documents; of "
        "the others the model says nearly the same of a document of masks.",
        "",
        *_explainers(lines, FAITHFULNESS),
        "",
        "## Share of the scores' size on words without effect",
        "",
        "Beside each: how many times the share is that one word has among all words and marks.",
        "",
        *_shares(rows),
    ]
    for task, part in lines.groupby("task", sort=False):
        shown += ["", f"## {task}", "", *_explainers(part, MAIN)]
    shown += _surrogates(rows)
    left_out = {name: why for row in rows for name, why in row["left_out"].items()}
    if left_out:
        shown += ["", "## Left out", "", *(f"- {name}: {why}" for name, why in left_out.items())]
    return "\n".join(shown) + "\n"


def draw(rows: Sequence[Row], path: Path) -> None:
    """Draw the AUC of every explainer on every corpus, and the share on the decoy."""
    lines = _frame([row for row in rows if row["accuracy_held_out"] >= LEARNED])
    lines = lines[lines["untrained_auc"].notna()]
    order = lines.groupby("explainer")["auc"].mean().sort_values().index
    tasks = list(dict.fromkeys(lines["task"]))
    figure = Figure(figsize=(2.1 * len(tasks) + 2.4, 0.3 * len(order) + 1.6), layout="constrained")
    panels = np.atleast_1d(figure.subplots(1, len(tasks), sharey=True))
    places = np.arange(len(order))
    for axes, task in zip(panels, tasks, strict=True):
        part = lines[lines["task"] == task].groupby("explainer")
        for column, colour, marker, words in (
            ("auc", "#0072B2", "o", "trained"),
            ("untrained_auc", "#D55E00", "x", "untrained"),
        ):
            mean = part[column].mean().reindex(order)
            low, high = part[column].min().reindex(order), part[column].max().reindex(order)
            axes.hlines(places, low, high, color=colour, linewidth=1.0, alpha=0.6)
            axes.plot(mean, places, marker, color=colour, markersize=5, label=words)
        axes.axvline(0.5, color="#6b7785", linewidth=0.9, linestyle=(0, (1, 2)))
        axes.set_xlim(-0.03, 1.03)
        axes.set_title(task, fontsize=10)
        axes.grid(axis="x", color="#d5dae0", linewidth=0.6)
    panels[0].set_yticks(places, list(order))
    figure.supxlabel(
        "AUC of the causes' words against all others (dotted: chance; lines: all models)"
    )
    handles, words = panels[0].get_legend_handles_labels()
    figure.legend(handles, words, loc="outside upper right", ncols=2, frameon=False)
    figure.savefig(path, dpi=110)


def _frame(rows: Sequence[Row]) -> pd.DataFrame:
    """Return a line an explainer and model."""
    frame = pd.DataFrame(
        [
            {**line, **{key: row[key] for key in ("task", "language", "seed")}}
            for row in rows
            for line in row["lines"]
        ]
    )
    for column in {name for name, _ in (*MAIN, *FAITHFULNESS)} & set(frame.columns):
        frame[column] = frame[column].astype(float)
    return frame


def _explainers(lines: pd.DataFrame, columns: Sequence[tuple[str, str]]) -> list[str]:
    """Return a table of one line an explainer, best AUC first."""
    grouped = lines.groupby("explainer", sort=False)
    order = grouped["auc"].mean().sort_values(ascending=False, kind="stable").index
    return _table(
        ["explainer", *(words for _, words in columns)],
        [
            [name, *(_range(grouped.get_group(name)[column]) for column, _ in columns)]
            for name in order
            if grouped.get_group(name)[[column for column, _ in columns]].notna().any(axis=None)
        ],
    )


def _models(rows: Sequence[Row]) -> list[list[str]]:
    """Return a table row for each corpus and language."""
    frame = pd.DataFrame(
        [
            {
                **{key: row[key] for key in ("task", "language", "documents")},
                **{
                    key: row[key]
                    for key in ("accuracy_held_out", "accuracy_majority", "accuracy_explained")
                },
                "ceiling": row["lines"][0]["auc"],
                "linear": row["surrogates"]["linear"]["r2"],
                "tree": row["surrogates"]["tree"]["r2"],
            }
            for row in rows
        ]
    )
    return [
        [
            task,
            language,
            str(part["documents"].iloc[0]),
            *(
                _range(part[key])
                for key in (
                    "accuracy_held_out",
                    "accuracy_majority",
                    "accuracy_explained",
                    "ceiling",
                    "linear",
                    "tree",
                )
            ),
        ]
        for (task, language), part in frame.groupby(["task", "language"], sort=False)
    ]


def _shares(rows: Sequence[Row]) -> list[str]:
    """Return a table of the shares on words without effect."""
    there = {row["task"] for row in rows}
    kinds = [kind for kind in SHARES if kind[0] in there]
    names = list(dict.fromkeys(line["explainer"] for row in rows for line in row["lines"]))
    cells: dict[str, list[str]] = {name: [] for name in names}
    head = ["explainer"]
    for task, role in kinds:
        own = [row for row in rows if row["task"] == task]
        fair = float(np.mean([row["fair_share"][role] for row in own]))
        head.append(f"{SHARES[task, role]} (fair: {fair:.3f})")
        for name in names:
            share = [
                line["share"][role]
                for row in own
                for line in row["lines"]
                if line["explainer"] == name and line["share"][role] is not None
            ]
            times = f", {np.mean(share) / fair:.1f} times" if share else ""
            cells[name].append(_range(pd.Series(share, dtype=float)) + times)
    return _table(head, [[name, *found] for name, found in cells.items()])


def _surrogates(rows: Sequence[Row]) -> list[str]:
    """Return both surrogates of one model a language, for the rule that a sum cannot tell."""
    shown: list[str] = []
    for row in rows:
        if row["task"] != "context" or row["seed"] != 0:
            continue
        name = f"planted_context_{row['language']}"
        shown += ["", f"## Surrogates of the model of context, {row['language']}, seed 0", ""]
        for kind in ("tree", "linear"):
            rules = row["surrogates"][kind]["rules"]
            shown += ["```text", *rules, "```", "", f"![{kind}]({name}_{kind}.png)", ""]
    return shown[:-1]


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]


def _range(values: pd.Series) -> str:
    """Return the mean with the smallest and the largest, of the models that have the figure."""
    known = values.dropna()
    if not len(known):
        return "-"
    digits = 3
    shown = f"{known.mean():.{digits}f}"
    if len(known) > 1:
        shown += f" [{known.min():.{digits}f}, {known.max():.{digits}f}]"
    return shown


def _percent(values: pd.Series) -> str:
    return f"{100 * values.dropna().mean():.0f}%"


def _words(rows: Sequence[Row], key: str) -> str:
    return ", ".join(dict.fromkeys(str(row[key]) for row in rows))
