"""Documents a second, interleaved: plain forward passes, ours, and the usual way."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

from causattn.models import LanguageModel

from . import programs
from .texts import documents, frequent_words

FEATURES = 1_000
TOKENS = 2_048
USUAL = 48
CASES = {
    "mean over layers and heads": ("mean",),
    "every layer and head apart": ("raw",),
    "default measures (raw, mean, rollout)": ("raw", "mean", "rollout"),
}


def speed_rows(model: LanguageModel, length: int, count: int, rounds: int) -> list[dict[str, Any]]:
    """Return one row a case for documents of up to `length` tokens.

    Parameters
    ----------
    model
        MiniLM.
    length
        T.
    count
        How many documents.
    rounds
        How often everything runs, one after the other; the figures are medians.
    """
    corpus = documents(model, length, count, seed=0)
    features = frequent_words(corpus, FEATURES)
    few = documents(model, length, USUAL, seed=1)
    calls: dict[str, tuple[int, Callable[[], Any]]] = {
        "plain": (count, lambda: programs.plain(model, corpus, TOKENS)),
        **{
            name: (
                count,
                lambda measures=measures: programs.ours(  # type: ignore[misc]
                    model, corpus, features, TOKENS, measures=measures
                ),
            )
            for name, measures in CASES.items()
        },
        "plain again": (count, lambda: programs.plain(model, corpus, TOKENS)),
        "usual": (USUAL, lambda: programs.usual(model, few, TOKENS)),
    }
    programs.plain(model, few, TOKENS)
    programs.ours(model, few, frequent_words(few, 10), TOKENS)
    programs.touch(2.6)
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, (_, call) in calls.items():
            wall, cpu = time.perf_counter(), time.process_time()
            call()
            times[name].append((time.perf_counter() - wall, time.process_time() - cpu))
    times["plain"] += times.pop("plain again")
    return [
        {
            "timed_documents": calls[name][0],
            "features": features.size,
            "carriers_per_document": len(features.carriers) / count,
            "case": "usual way, nothing aggregated" if name == "usual" else name,
            "plain_per_second": count / median(wall for wall, _ in times["plain"]),
            "per_second": calls[name][0] / median(wall for wall, _ in times[name]),
            "share": _share(times, name, calls[name][0] / count, 0),
            "share_of_processor_time": _share(times, name, calls[name][0] / count, 1),
            "seconds": times[name],
            "plain_seconds": times["plain"],
        }
        for name in (*CASES, "usual")
    ]


def _share(
    times: dict[str, list[tuple[float, float]]], name: str, documents_share: float, clock: int
) -> float:
    """Return the rate as a share of the plain rate, by wall (0) or processor time (1)."""
    plain = median(pair[clock] for pair in times["plain"])
    return documents_share * plain / median(pair[clock] for pair in times[name])
