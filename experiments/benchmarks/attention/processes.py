"""One worker process and two, over the same shards."""

from __future__ import annotations

import time
from statistics import median
from typing import Any

import programs
from texts import documents, frequent_words

from causattn.models import LanguageModel

TARGET = 1.7


def process_rows(model: LanguageModel, rounds: int, scale: float = 1.0) -> list[dict[str, Any]]:
    """Return the time of one process over that of two; start of the workers included."""
    count = max(64, int(3_000 * scale))
    corpus = documents(model, 64, count, seed=0)
    features = frequent_words(corpus, 1_000)
    times: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(rounds):
        for workers, found in times.items():
            before = time.perf_counter()
            programs.ours(
                model,
                corpus,
                features,
                2_048,
                measures=("mean",),
                shard_documents=max(32, count // 12),
                workers=workers,
            )
            found.append(time.perf_counter() - before)
    return [
        {
            "documents": count,
            "length": 64,
            "one_seconds": times[1],
            "two_seconds": times[2],
            "ratio": median(times[1]) / median(times[2]),
            "target": TARGET,
        }
    ]
