"""Heads and paths patched by other packages; run by a Python that has them, never imported.

    PYTHON peers.py FOLDER

FOLDER holds models, each with ``tokens.json`` (documents, counterparts, answers). A line of JSON
asks (peer, model, task, edges), a line answers (effects, seconds of processor and clock, or an
error).
"""

import contextlib
import importlib.metadata
import json
import sys
import time
import warnings
from pathlib import Path

import torch
from peer_model import Model
from peer_packages import PEERS


def versions():
    found = []
    for name in ("pyvene", "nnsight", "transformer-lens", "torch", "transformers"):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found.append(f"{name} {importlib.metadata.version(name)}")
    return ", ".join(found)


def main(folder):
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore")
    answers = sys.stdout
    made = {}
    for line in sys.stdin:
        asked = json.loads(line)
        where = asked["model"]
        if asked["task"] == "versions":
            answers.write(json.dumps({"versions": versions()}) + "\n")
            answers.flush()
            continue
        with contextlib.redirect_stdout(sys.stderr):
            try:
                if (asked["peer"], where) not in made:
                    model = Model(folder / where)
                    model.folder = folder / where
                    made[asked["peer"], where] = PEERS[asked["peer"]](model)
                peer = made[asked["peer"], where]
                before = time.process_time(), time.perf_counter()
                effects = peer.effects(asked["task"], asked.get("edges", ()))
                after = time.process_time(), time.perf_counter()
                answer = {
                    "effects": effects,
                    "cpu": after[0] - before[0],
                    "wall": after[1] - before[1],
                }
            except Exception as error:
                said = str(error).strip().splitlines() or [""]
                answer = {"error": f"{type(error).__name__}: {said[0]}"[:200]}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
