"""Which explainers find the words that make the label? See the README beside this.

    python experiments/planted/run.py

Writes a file a row (corpus, language, seed) under ``results/planted/rows`` and skips rows that are
there already, then gathers all rows into ``planted.json``, a page and a picture.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import torch  # noqa: E402
from planted_measure import TASKS, measure_row  # noqa: E402
from planted_page import draw, page  # noqa: E402

from causattn.base import quiet, write_json, write_text  # noqa: E402
from causattn.results import source_commit, versions  # noqa: E402

RESULTS = HERE.parents[1] / "results" / "planted"
LANGUAGES = ("english", "chinese")


def main(given: Sequence[str] | None = None) -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    add = arguments.add_argument
    add("--tasks", nargs="+", default=list(TASKS), choices=list(TASKS))
    add("--languages", nargs="+", default=list(LANGUAGES), choices=LANGUAGES)
    add("--seeds", type=int, nargs="+", default=[0, 1, 2])
    add("--documents", type=int, default=None, help="to train on; each task's own by default")
    add("--explained", type=int, default=24, help="other documents, to explain")
    add("--epochs", type=int, default=None, help="of training; each task's own by default")
    add("--folder", type=Path, default=RESULTS)
    add("--gather", action="store_true", help="only gather the rows that are there")
    words = sys.argv[1:] if given is None else list(given)
    chosen = arguments.parse_args(words)
    torch.set_num_threads(1)
    rows = chosen.folder / "rows"
    rows.mkdir(parents=True, exist_ok=True)
    if not chosen.gather:
        # Seed by seed, so that a run that is cut short has every corpus.
        for seed in chosen.seeds:
            for language in chosen.languages:
                for task in chosen.tasks:
                    _row(rows / f"{task}_{language}_seed{seed}.json", chosen, task, language, seed)
    gather(chosen.folder)


def _row(path: Path, chosen: argparse.Namespace, task: str, language: str, seed: int) -> None:
    """Measure a row, unless its file says that it was measured with the same settings."""
    asked = {
        "explained": chosen.explained,
        "documents_asked": chosen.documents,
        "epochs_asked": chosen.epochs,
    }
    if path.is_file():
        known = json.loads(path.read_text(encoding="utf-8"))
        if all(known.get(key) == value for key, value in asked.items()):
            print(f"{path.stem}: there already", flush=True)
            return
    # One picture of each surrogate is enough: of the rule that a sum cannot tell.
    figures = chosen.folder if task == "context" and seed == 0 else None
    with quiet():
        found = measure_row(
            task, language, seed, chosen.explained, chosen.documents, chosen.epochs, figures
        )
    about = {"commit": source_commit() or "unknown", "versions": versions()}
    write_json(path, {**found, **asked, **about})
    print(f"{path.stem}: accuracy {found['accuracy_held_out']:.3f}", flush=True)


def gather(folder: Path) -> None:
    """Write the tables and the picture of all rows in a folder."""
    paths = sorted((folder / "rows").glob("*.json"))
    rows = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    rows.sort(key=lambda row: (list(TASKS).index(row["task"]), row["language"], row["seed"]))
    write_json(folder / "planted.json", {"command": COMMAND, "rows": rows})
    write_text(folder / "README.md", page(rows, COMMAND))
    draw(rows, folder / "planted.png")


COMMAND = "python experiments/planted/run.py"


if __name__ == "__main__":
    main()
