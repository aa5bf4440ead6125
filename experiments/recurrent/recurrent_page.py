"""The tables of recurrent models, made from the rows."""

from __future__ import annotations

from typing import Any

import numpy as np

Rows = list[dict[str, Any]]


def page(rows: Rows, command: str) -> str:
    """Return the page."""
    lines = ["# LSTM language models and encoder-decoders", "", f"Made by `{command}`.", ""]
    commits = sorted({row["commit"] for row in rows})
    lines += [f"Commit {', '.join(commits)}; the machine was shared.", ""]
    lines += _perplexities(rows)
    lines += _importance(rows, "importance", "Whose importance is right")
    lines += _importance(rows, "untrained", "The same with fresh weights")
    return "\n".join(lines) + "\n"


def _perplexities(rows: Rows) -> list[str]:
    lines = [
        "## Perplexity a token, on texts held out",
        "",
        "Mean over seeds (lowest to highest). *No context* is the exponential of the held-out",
        "tokens' own entropy, below which no model that ignores the context can come. An",
        "encoder-decoder has read the text, a fifth of its tokens hidden, which a language model",
        "has not: their figures are not comparable with each other.",
        "",
        "| texts | model | seeds | no context | perplexity | best epoch |",
        "|---|---|---|---|---|---|",
    ]
    for (corpus, model), own in _grouped(rows).items():
        lines.append(
            f"| {corpus} | {model} | {len(own)} | {_spread(own, 'perplexity_unigram')} | "
            f"{_spread(own, 'perplexity_held_out')} | "
            f"{', '.join(str(row['best_epoch']) for row in own)} |"
        )
    return [*lines, ""]


def _importance(rows: Rows, key: str, title: str) -> list[str]:
    lines = [f"## {title}", ""]
    if key == "importance":
        lines += [
            "Sentences with several nouns before the verb. *Subject first*: how often the subject",
            "has the highest score of all nouns, for the right verb and against the other.",
            "*Correlation*: of all nouns' scores with what the verb's log-odds lose when the noun",
            "changes its number (the intervention).",
            "",
        ]
    lines += ["| model | explainer | subject first | correlation |", "|---|---|---|---|"]
    for (_, model), own in _grouped(rows).items():
        found = [row[key] for row in own if key in row]
        if not found:
            continue
        right = _numbers([each["accuracy"] for each in found])
        lured = _numbers([each["accuracy_attractors"] for each in found])
        acted = _numbers([each["intervention_subject_first"] for each in found])
        lines.append(
            f"| {model} (right verb {right}, with another number between {lured}) | "
            f"the intervention itself | {acted} | |"
        )
        for name in found[0]["explainers"]:
            parts = [each["explainers"][name] for each in found]
            lines.append(
                f"| {model} | {name} | {_numbers([part['subject_first'] for part in parts])} | "
                f"{_numbers([part['correlation'] for part in parts])} |"
            )
        lines.append(f"| {model} | chance | {_numbers([each['chance'] for each in found])} | |")
    return [*lines, ""]


def _grouped(rows: Rows) -> dict[tuple[str, str], Rows]:
    grouped: dict[tuple[str, str], Rows] = {}
    for row in rows:
        grouped.setdefault((row["corpus"], row["model"]), []).append(row)
    return grouped


def _spread(rows: Rows, name: str) -> str:
    return _numbers([row[name] for row in rows])


def _numbers(values: list[float]) -> str:
    low, high = min(values), max(values)
    mean = f"{np.mean(values):.3g}"
    return mean if low == high else f"{mean} ({low:.3g} to {high:.3g})"
