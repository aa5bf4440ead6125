"""A process that runs shards for another: ``python -m`` this module and a folder.

Not for people. The folder holds the task; each line that comes in names a folder with a shard, and
each line that goes out says in JSON that its sums lie at their place, or what is wrong; the first
says that it is ready. A fresh
interpreter and not a fork, because compiled thread pools do not survive a fork; plain files and no
pickle. When the line goes dead, so does the worker.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet

from causattn.attention.corpus_sum.shard import Shard
from causattn.attention.corpus_sum.shard_run import ShardRunner
from causattn.attention.corpus_sum.task import read_task
from causattn.base import CausattnError, quiet, read_json, write_json
from causattn.corpora import Mentions

_MENTIONS = ("document", "variable", "start", "end")


def write_shard(shard: Shard, folder: Path) -> None:
    """Write a shard's documents for a worker into a new folder."""
    folder.mkdir(parents=True)
    texts = pa.table({"text": pa.array(shard.texts, type=pa.large_string())})
    parquet.write_table(texts, folder / "texts.parquet")
    if shard.mentions is not None:
        columns = {name: getattr(shard.mentions, name) for name in _MENTIONS}
        np.savez(folder / "mentions.npz", allow_pickle=False, **columns)
    write_json(folder / "shard.json", {"number": shard.number, "first": shard.first})


def read_shard(folder: Path) -> Shard:
    """Read what `write_shard` wrote."""
    known = read_json(folder / "shard.json")
    mentions = None
    if (folder / "mentions.npz").is_file():
        with np.load(folder / "mentions.npz", allow_pickle=False) as stored:
            mentions = Mentions(*(stored[name] for name in _MENTIONS))
    texts = parquet.read_table(folder / "texts.parquet")["text"].to_pylist()
    return Shard(known["number"], known["first"], texts, mentions)


def main(arguments: Sequence[str]) -> None:
    """Run shards until nothing more comes in."""
    place = Path(arguments[0])
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no reply
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(lines,), daemon=True).start()
    runner: ShardRunner | None = None
    print("ready", file=replies, flush=True)
    with quiet(), ExitStack() as stack:
        while True:
            folder = Path(lines.get())
            try:
                if runner is None:
                    task, model = read_task(place / "task")
                    runner = stack.enter_context(ShardRunner(task, model))
                shard = read_shard(folder)
                runner.keep(shard, place)
                reply = {"finished": shard.number}
            except CausattnError as error:
                reply = {"kind": type(error).__name__, "sentence": str(error)}  # type: ignore[dict-item]
            print(json.dumps(reply), file=replies, flush=True)


def _listen(lines: queue.SimpleQueue[str]) -> None:
    """Hand on what comes in; end the process when whoever asks is gone."""
    for line in sys.stdin:
        lines.put(line.rstrip("\n"))
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
