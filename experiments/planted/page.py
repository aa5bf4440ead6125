"""The page and the picture of the trial: every figure in them is computed from the rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from causattn.reproduction import Context, Findings, Row, extent

from .measure import INTERVENTION, LEARNED

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


def page(rows: list[Row], context: Context) -> Findings:
    """Return the tables and the pictures; models that have not learned the rule stand in one."""
    models = [row for row in rows if row["part"] == "model"]
    learned = {row["job"] for row in models if row["accuracy_held_out"] >= LEARNED}
    lines = frame_of(row for row in rows if row["part"] == "explainer" and row["job"] in learned)
    of_models = frame_of(row for row in rows if row["part"] == "explainer")
    found = Findings()
    title = "The models"
    found.tables[title] = _models(models, of_models)
    found.notes[title] = (
        f"{len(models) - len(learned)} of {len(models)} models have not learned the rule (accuracy "
        f"held out below {LEARNED}); they stand in this table and in no other."
    )
    found.tables["All corpora together"] = _explainers(lines, MAIN)
    title = "Faithfulness, without knowing the truth"
    found.tables[title] = _explainers(lines, FAITHFULNESS)
    share = 100 * lines["normalised_documents"].dropna().mean()
    found.notes[title] = (
        f"Normalised measures exist for {share:.0f}% of documents; of the others the model says "
        "nearly the same of a document of masks."
    )
    title = "Share of the scores' size on words without effect"
    known = [row for row in models if row["job"] in learned]
    found.tables[title] = _shares(known, lines)
    found.notes[title] = (
        "Beside each: how many times the share is that one word has among all words and marks."
    )
    for task, part in lines.groupby("task", sort=False):
        found.tables[str(task)] = _explainers(part, MAIN)
    path = context.folder / "planted.png"
    draw(lines, path)
    found.pictures["AUC of every explainer on every corpus, trained and untrained"] = path
    for row in known:
        if row["task"] == "context" and row["seed"] == 0:
            _surrogates(row, context, found)
    found.remarks.append(
        f"Cells are means over models [smallest, largest]; each explainer explains "
        f"{rows[0]['explained']} documents of each."
    )
    left_out = {name: why for row in models for name, why in row["left_out"].items()}
    found.remarks += [f"Left out: {name}: {why}" for name, why in left_out.items()]
    return found


def frame_of(rows: Iterable[Row]) -> pd.DataFrame:
    """Return a line an explainer and model."""
    frame = pd.DataFrame(rows)
    for column in {name for name, _ in (*MAIN, *FAITHFULNESS)} & set(frame.columns):
        frame[column] = frame[column].astype(float)
    return frame


def draw(lines: pd.DataFrame, path: Path) -> None:
    """Draw the AUC of every explainer on every corpus."""
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


def _explainers(lines: pd.DataFrame, columns: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Return a line an explainer, best AUC first."""
    grouped = lines.groupby("explainer", sort=False)
    order = grouped["auc"].mean().sort_values(ascending=False, kind="stable").index
    names = [name for name, _ in columns]
    return pd.DataFrame(
        [
            {
                "explainer": name,
                **{words: extent(grouped.get_group(name)[key]) or "-" for key, words in columns},
            }
            for name in order
            if grouped.get_group(name)[names].notna().any(axis=None)
        ]
    )


def _models(models: Sequence[Row], lines: pd.DataFrame) -> pd.DataFrame:
    """Return a line for each corpus and language."""
    ceiling = lines[lines["explainer"] == INTERVENTION].set_index("job")["auc"]
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in models:
        groups.setdefault((row["task"], row["language"]), []).append(row)
    return pd.DataFrame(
        [
            {
                "corpus": task,
                "language": language,
                "documents": own[0]["documents"],
                "accuracy, held out": extent(row["accuracy_held_out"] for row in own),
                "majority": extent(row["accuracy_majority"] for row in own),
                "accuracy, explained": extent(row["accuracy_explained"] for row in own),
                "AUC of real rewriting": extent(ceiling[row["job"]] for row in own),
                **{
                    f"{kind} surrogate R²": extent(row["surrogates"][kind]["r2"] for row in own)
                    for kind in ("linear", "tree")
                },
            }
            for (task, language), own in groups.items()
        ]
    )


def _shares(models: Sequence[Row], lines: pd.DataFrame) -> pd.DataFrame:
    """Return the shares on words without effect."""
    columns: dict[str, Any] = {"explainer": list(dict.fromkeys(lines["explainer"]))}
    for (task, role), words in SHARES.items():
        own = [row["fair_share"][role] for row in models if row["task"] == task]
        if not own:
            continue
        fair = float(np.mean(own))
        cells = []
        for name in columns["explainer"]:
            part = lines[(lines["task"] == task) & (lines["explainer"] == name)]
            share = [each[role] for each in part["share"] if each.get(role) is not None]
            times = f", {np.mean(share) / fair:.1f} times" if share else ""
            cells.append((extent(share) or "-") + times)
        columns[f"{words} (fair: {fair:.3f})"] = cells
    return pd.DataFrame(columns)


def _surrogates(row: Row, context: Context, found: Findings) -> None:
    """Add the rules of both surrogates of one model, and their pictures."""
    about = f"the model of {row['task']}, {row['language']}, seed {row['seed']}"
    for kind in ("tree", "linear"):
        rules = "\n".join(row["surrogates"][kind]["rules"])
        found.notes[f"The {kind} surrogate of {about}"] = f"```text\n{rules}\n```"
        picture = context.folder / f"planted_{row['task']}_{row['language']}_{kind}.png"
        if picture.is_file():
            found.pictures[f"The {kind} surrogate of {about}"] = picture
