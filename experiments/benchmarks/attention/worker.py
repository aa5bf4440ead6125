"""One way over one corpus, in a process whose peak memory is then read."""

from __future__ import annotations

import json
import resource
import sys

import programs
import torch
from texts import documents, frequent_words

from causattn.attention import SparseMoments

WAYS = {"mean": ("mean",), "raw": ("raw",), "default": ("raw", "mean", "rollout")}


def main() -> None:
    task = json.loads(sys.argv[1])
    torch.set_num_threads(1)
    model = programs.minilm()
    corpus = documents(model, task["length"], task["count"], seed=0)
    # All ways hold the texts and the table of features, which are no part of capturing.
    features = frequent_words(corpus, 1_000)
    sums = 0
    if task["way"] == "plain":
        programs.plain(model, corpus, task["tokens"])
    elif task["way"] == "usual":
        programs.usual(model, corpus, task["tokens"])
    else:
        summary = programs.ours(
            model,
            corpus,
            features,
            task["tokens"],
            measures=WAYS[task["way"]],
            shard_documents=task["shard"],
        )
        for moments in summary.measures.values():
            assert not isinstance(moments, SparseMoments)
            parts = (moments.count, moments.sum, moments.sum_of_squares, moments.maximum)
            sums += sum(part.nbytes for part in parts)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = {"peak_mb": peak, "sums_mb": sums / 2**20, "features": features.size}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
