"""One way over one corpus, in a process whose memory is read before and at its peak (Linux)."""

from __future__ import annotations

import ctypes
import gc
import json
import sys
from pathlib import Path

import torch

from causattn.attention import SparseMoments

from . import programs
from .texts import documents, frequent_words

WAYS = {"mean": ("mean",), "raw": ("raw",), "default": ("raw", "mean", "rollout")}


def main() -> None:
    task = json.loads(sys.argv[1])
    torch.set_num_threads(1)
    model = programs.minilm()
    corpus = documents(model, task["length"], task["documents"], seed=0)
    # All ways hold the texts and the table of features, which are no part of capturing.
    features = frequent_words(corpus, 1_000)
    held = _from_here_on()
    sums = 0
    if task["way"] == "plain":
        programs.plain(model, corpus, task["tokens"], task["shard"])
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
    found = {
        "held_mb": held,
        "peak_mb": _megabytes("VmHWM"),
        "sums_mb": sums / 2**20,
        "features": features.size,
    }
    print(json.dumps(found))


def _from_here_on() -> float:
    """Return what is held now, in MB, and have the peak count from here on.

    What making the corpus left free is given back first: it would hide as much of what comes.
    """
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")  # the peak so far is forgotten
    return _megabytes("VmRSS")


def _megabytes(entry: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(entry)) / 1024


if __name__ == "__main__":
    main()
