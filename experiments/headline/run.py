"""Attention of a masked language model screens Markov blankets: every measurement of that claim.

    python experiments/headline/run.py                   # everything that is not there yet
    python experiments/headline/run.py --list            # what there is to do, first things first
    python experiments/headline/run.py --minutes 9       # begin nothing after nine minutes
    python experiments/headline/run.py --short           # asia in small, in seconds

Each job leaves one JSON file in ``results/headline/rows/`` and is skipped where that is there;
models, documents and attention come from the store, so that none is trained twice. The page
``results/headline/README.md`` is written anew from the rows at the end.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import headline_figure  # noqa: E402
import headline_jobs  # noqa: E402
import headline_page  # noqa: E402
from headline_measure import KINDS  # noqa: E402

from causattn.base import read_json, write_json  # noqa: E402
from causattn.results import versions  # noqa: E402

RESULTS = HERE.parents[1] / "results" / "headline"


def main(given: Sequence[str] | None = None) -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    add = arguments.add_argument
    add("--short", action="store_true", help="a small version on asia that takes seconds")
    add("--list", action="store_true", help="print the jobs and whether they are done")
    add("--only", nargs="+", help="jobs whose names begin with one of these")
    add("--minutes", type=float, default=float("inf"), help="begin nothing after so many")
    add("--folder", type=Path, default=RESULTS)
    add("--set", nargs="*", default=[], help="overrides, as for causattn run")
    chosen = arguments.parse_args(given)
    rows = chosen.folder / "rows"
    rows.mkdir(parents=True, exist_ok=True)
    every = headline_jobs.short() if chosen.short else headline_jobs.all_jobs()
    jobs = [
        job
        for job in every
        if not chosen.only or headline_jobs.name(job).startswith(tuple(chosen.only))
    ]
    start = time.monotonic()
    for job in jobs:
        path = rows / f"{headline_jobs.name(job)}.json"
        if chosen.list:
            print("done   " if path.exists() else "to do  ", path.stem)
        elif not path.exists() and time.monotonic() - start < 60 * chosen.minutes:
            begun = time.monotonic()
            figures = KINDS[job["kind"]](job, chosen.set)
            seconds = round(time.monotonic() - begun, 1)
            row = {"job": job, "figures": figures, "seconds": seconds, "versions": versions()}
            write_json(path, row)
            print(f"{path.stem}: {seconds:g} s", flush=True)
    if not chosen.list:
        found = [read_json(path) for path in sorted(rows.glob("*.json"))]
        picture = None
        if not chosen.short and len(found) == len(every):
            picture = "headline.png"
            headline_figure.write_figure(found, chosen.folder / picture)
        headline_page.write(found, every, chosen.folder, picture)


if __name__ == "__main__":
    main()
