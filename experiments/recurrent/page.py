"""The tables of recurrent models, made from the rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from causattn.reproduction import Context, Findings, Row

from .measure import EXPLAINERS

PERPLEXITY = (
    "Mean over seeds (lowest to highest). *No context* is the exponential of the held-out tokens' "
    "own entropy, below which no model that ignores the context can come. An encoder-decoder has "
    "read the text, a fifth of its tokens hidden, which a language model has not: their figures "
    "are not comparable with each other."
)
IMPORTANCE = (
    "Sentences with several nouns before the verb. *Subject first*: how often the subject has the "
    "highest score of all nouns, for the right verb and against the other. *Correlation*: of all "
    "nouns' scores with what the verb's log-odds lose when the noun changes its number (the "
    "intervention). *Right*: how often the right verb is predicted, and in brackets where a noun "
    "of another number stands between."
)


def page(rows: list[Row], context: Context) -> Findings:
    """Return the tables."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["corpus"], row["model"]), []).append(row)
    found = Findings()
    title = "Perplexity a token, on texts held out"
    found.notes[title] = PERPLEXITY
    found.tables[title] = pd.DataFrame(
        [
            {
                "texts": corpus,
                "model": model,
                "seeds": len(own),
                "no context": numbers(row["perplexity_unigram"] for row in own),
                "perplexity": numbers(row["perplexity_held_out"] for row in own),
                "best epoch": ", ".join(str(row["best_epoch"]) for row in own),
            }
            for (corpus, model), own in groups.items()
        ]
    )
    for key, title in (
        ("importance", "Whose importance is right"),
        ("untrained", "The same with fresh weights"),
    ):
        found.tables[title] = pd.DataFrame(
            [line for (_, model), own in groups.items() for line in lines(model, own, key)]
        )
        found.notes[title] = IMPORTANCE if key == "importance" else "Read as above."
    found.remarks.append("Timings are of a machine shared with other work.")
    return found


def lines(model: str, rows: list[Row], key: str) -> Iterator[dict[str, Any]]:
    """Yield a model's lines: the intervention, every explainer, chance."""
    found = [row[key] for row in rows if row.get(key)]
    if not found:
        return
    right = numbers(each["accuracy"] for each in found)
    right += f" ({numbers(each['accuracy_attractors'] for each in found)})"
    yield {
        "model": model,
        "right": right,
        "explainer": "the intervention itself",
        "subject first": numbers(each["intervention_subject_first"] for each in found),
        "correlation": "",
    }
    for name in (each for each in EXPLAINERS if each in found[0]["explainers"]):
        parts = [each["explainers"][name] for each in found]
        yield {
            "model": model,
            "right": "",
            "explainer": name,
            "subject first": numbers(part["subject_first"] for part in parts),
            "correlation": numbers(part["correlation"] for part in parts),
        }
    chance = numbers(each["chance"] for each in found)
    yield {
        "model": model,
        "right": "",
        "explainer": "chance",
        "subject first": chance,
        "correlation": "",
    }


def numbers(values: Iterable[float]) -> str:
    """Return the mean, and the lowest to the highest where they differ."""
    found = list(values)
    low, high = min(found), max(found)
    mean = f"{np.mean(found):.3g}"
    return mean if low == high else f"{mean} ({low:.3g} to {high:.3g})"
