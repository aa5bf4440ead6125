"""Compare discovery algorithms on the bnlearn networks and write ``results/sweeps_bnlearn``.

    python experiments/bnlearn/run.py cancer earthquake survey asia sachs --seeds 5

A network is a sweep of its own in one folder, so that a run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse

from causattn.cli import main as causattn

NETWORKS = ("cancer", "earthquake", "survey", "asia", "sachs", "child", "insurance", "alarm")
FOLDER = "results/sweeps/bnlearn"
METRICS = (
    "shd",
    "adjacency_precision",
    "adjacency_recall",
    "arrowhead_precision",
    "arrowhead_recall",
    "parent_aid",
    "tests",
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("networks", nargs="*", default=list(NETWORKS))
    arguments.add_argument("--seeds", type=int, default=5)
    arguments.add_argument("--timeout", type=float, default=60.0, help="seconds a run may take")
    arguments.add_argument("--algorithms", default="", help="such as pc,ges (default: all)")
    arguments.add_argument("--rows", default="500,2000,10000")
    chosen = arguments.parse_args()
    for network in chosen.networks:
        overrides = [
            "experiment=bnlearn",
            f"corpus.network={network}",
            f"corpus.documents={chosen.rows}",
            f"seed=range({chosen.seeds})",
            f"limits.timeout_s={chosen.timeout:g}",
            f"hydra.sweep.dir={FOLDER}",
        ]
        if chosen.algorithms:
            overrides.append(f"discovery={chosen.algorithms}")
        causattn(["sweep", *overrides])  # failing jobs are rows of the table
    # By discovery: an algorithm may have gained a setting between two sweeps.
    how = ["--by", "discovery", "--metric", *METRICS, "--output", "results/sweeps_bnlearn"]
    raise SystemExit(causattn(["compare", FOLDER, *how]))


if __name__ == "__main__":
    main()
