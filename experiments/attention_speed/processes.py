"""One worker process and two, over the same shards."""

from __future__ import annotations

import time
from typing import Any

from causattn.models import LanguageModel

from . import programs
from .texts import documents, frequent_words


def process_row(model: LanguageModel, count: int, rounds: int) -> dict[str, Any]:
    """Return the time of one process over that of two; start of the workers included."""
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
    return {"length": 64, "one_seconds": times[1], "two_seconds": times[2]}
