"""Does a causal term in the loss keep a model off a shortcut? See the README beside this.

    python experiments/causal_loss/run.py
    python experiments/causal_loss/run.py --terms graph output --seeds 0 1   # some of it
    python experiments/causal_loss/run.py --page                             # only the tables

Every training is a file in ``rows/``, which another run does not repeat, so that a run that was cut
short goes on and several may share the work. Writes ``README.md``, ``causal_loss.json`` and a
picture.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
# Beside torch's one thread the tokenizer's would only wait for each other.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import torch  # noqa: E402
from causal_loss_measure import MODEL, PLAIN, STRENGTHS, TERMS, Row, measure  # noqa: E402
from causal_loss_page import draw, page  # noqa: E402
from filelock import FileLock, Timeout  # noqa: E402

from causattn.base import quiet, read_json, write_json, write_text  # noqa: E402
from causattn.results import source_commit, versions  # noqa: E402

RESULTS = HERE.parents[1] / "results" / "causal_loss"
WEIGHTS = (0.01, 0.1, 1.0, 10.0, 100.0)
GRID = {
    PLAIN: (0.0,),
    "graph": WEIGHTS,
    "graph, longer": (1.0,),
    "interventions": (*WEIGHTS, 1000.0),
    "output": (1.0, 10.0, 100.0),
    "graph, afterwards": (1.0, 10.0, 100.0),
    "interventions, afterwards": (100.0,),
    "graph, shuffled": (1.0, 10.0),
    "graph, discovered": (1.0, 10.0),
    "graph, each head": (1.0, 10.0),
    "graph, rollout": (1.0,),
}
FIRST = (0.0, 1.0, 0.1, 100.0, 10.0, 0.01, 1000.0)
"""The weights by which a run that is cut short says most."""


def main(given: Sequence[str] | None = None) -> None:
    words = sys.argv[1:] if given is None else list(given)
    chosen = arguments().parse_args(words)
    torch.set_num_threads(1)
    setting = {
        "mechanism": chosen.mechanism,
        "label_noise": chosen.label_noise,
        "documents": chosen.documents,
        "epochs": chosen.epochs,
        "learning_rate": chosen.learning_rate,
        "test_documents": chosen.test_documents,
    }
    rows = chosen.folder / "rows"
    rows.mkdir(parents=True, exist_ok=True)
    if not chosen.page:
        for term, weight, seed in jobs(chosen.terms, chosen.seeds):
            name = f"{term.replace(', ', '_').replace(' ', '_')}_{weight:g}_{seed}"
            make(rows / f"{name}.json", term, weight, seed, setting)
    found: list[Row] = [read_json(path) for path in sorted(rows.glob("*.json"))]
    others = [row for row in found if row["setting"] != setting]
    if others:
        sys.exit(f"{len(others)} rows in {rows.name} are of other settings; give another --folder.")
    command = shlex.join(["python", "experiments/causal_loss/run.py", *words])
    known = {"command": command, **setting, "model": MODEL}
    known["strengths"] = STRENGTHS[chosen.mechanism]
    write_json(chosen.folder / "causal_loss.json", {**known, "rows": found})
    write_text(chosen.folder / "README.md", page(known, found))
    draw(found, chosen.folder)


def make(path: Path, term: str, weight: float, seed: int, setting: Row) -> None:
    """Train and measure one model, unless that is done or another process is at it."""
    lock = FileLock(path.with_suffix(".lock"))
    try:
        with lock.acquire(timeout=0):
            if not path.exists():
                with quiet():
                    row = measure(term, weight, seed, setting)
                about = {"commit": source_commit() or "unknown", "versions": versions()}
                write_json(path, {**row, "setting": setting, **about})
                print(f"{term}, weight {weight:g}, seed {seed}: done", flush=True)
    except Timeout:
        return
    path.with_suffix(".lock").unlink(missing_ok=True)


def jobs(terms: Sequence[str], seeds: Sequence[int]) -> Iterator[tuple[str, float, int]]:
    """Yield every training: term, weight and seed; all terms at one weight before the next."""
    weights = dict.fromkeys(weight for term in terms for weight in GRID[term])
    for weight in sorted(weights, key=FIRST.index):
        for term in terms:
            for seed in seeds if weight in GRID[term] else ():
                yield term, weight, seed


def arguments() -> argparse.ArgumentParser:
    """Return what can be said on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add = parser.add_argument
    add("--terms", nargs="+", choices=list(TERMS), default=list(GRID))
    add("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    add("--mechanism", choices=["consequence", "common_cause"], default="consequence")
    add("--label-noise", type=float, default=0.2)
    add("--documents", type=int, default=2000)
    add("--epochs", type=int, default=6)
    add("--learning-rate", type=float, default=0.002)
    add("--test-documents", type=int, default=400)
    add("--page", action="store_true", help="train nothing, only write the tables")
    add("--folder", type=Path, default=RESULTS)
    return parser


if __name__ == "__main__":
    main()
