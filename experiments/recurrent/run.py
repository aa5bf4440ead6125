"""How well small recurrent models predict, and whose word importance is right; see the README.

    python experiments/recurrent/run.py

Writes a file a row (texts, model, seed) under ``results/recurrent/rows``, skips rows that are there
already, and gathers all rows into ``recurrent.json`` and a page.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from recurrent_measure import MODELS, measure_row  # noqa: E402
from recurrent_page import page  # noqa: E402

from causattn.base import quiet, write_json, write_text  # noqa: E402
from causattn.results import source_commit, versions  # noqa: E402

RESULTS = HERE.parents[1] / "results" / "recurrent"
COMMAND = "python experiments/recurrent/run.py"


def main(given: Sequence[str] | None = None) -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    add = arguments.add_argument
    add("--corpora", nargs="+", default=["agreement"], choices=["agreement", "reviews"])
    add("--models", nargs="+", default=list(MODELS), choices=list(MODELS))
    add("--seeds", type=int, nargs="+", default=[0, 1, 2])
    add("--sentences", type=int, default=3000, help="to train on")
    add("--asked", type=int, default=300, help="other sentences, whose verb is asked for")
    add("--epochs", type=int, default=12)
    add("--data", type=Path, default=Path(os.environ.get("CAUSATTN_DATA", "data")))
    add("--folder", type=Path, default=RESULTS)
    add("--gather", action="store_true", help="only gather the rows that are there")
    chosen = arguments.parse_args(sys.argv[1:] if given is None else list(given))
    rows = chosen.folder / "rows"
    rows.mkdir(parents=True, exist_ok=True)
    if not chosen.gather:
        for seed in chosen.seeds:
            for corpus in chosen.corpora:
                for model in chosen.models:
                    _row(rows, chosen, corpus, model, seed)
    gather(chosen.folder)


def _row(rows: Path, chosen: argparse.Namespace, corpus: str, model: str, seed: int) -> None:
    """Measure a row, unless its file says that it was measured with the same settings."""
    name = "_".join(model.lower().replace(",", "").replace("-", " ").split())
    path = rows / f"{corpus}_{name}_seed{seed}.json"
    asked = {"sentences": chosen.sentences, "asked": chosen.asked, "epochs": chosen.epochs}
    if path.is_file():
        known = json.loads(path.read_text(encoding="utf-8"))
        if all(known.get(key) == value for key, value in asked.items()):
            print(f"{path.stem}: there already", flush=True)
            return
    with quiet():
        found = measure_row(corpus, model, seed, *asked.values(), chosen.data)
    about = {"commit": source_commit() or "unknown", "versions": versions()}
    write_json(path, {**found, **asked, **about})
    print(
        f"{path.stem}: perplexity {found['perplexity_held_out']:.2f}, without context "
        f"{found['perplexity_unigram']:.1f}",
        flush=True,
    )


def gather(folder: Path) -> None:
    """Write the tables of all rows in a folder."""
    paths = sorted((folder / "rows").glob("*.json"))
    rows = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    rows.sort(key=lambda row: (row["corpus"], list(MODELS).index(row["model"]), row["seed"]))
    write_json(folder / "recurrent.json", {"command": COMMAND, "rows": rows})
    write_text(folder / "README.md", page(rows, COMMAND))


if __name__ == "__main__":
    main()
