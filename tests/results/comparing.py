"""Tables of jobs, as ``causattn collect`` writes them, from a function of their choices."""

from collections.abc import Callable, Iterable
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd

from causattn.base import write_json
from causattn.results import run_in_folder

Result = Callable[[str, str, int, int], dict[str, Any]]
PLACE = {"pc": 1, "ges": 0, "boss": 2, "empty": 5}


def shd(kind: str, network: str, size: int, seed: int) -> dict[str, Any]:
    """Return a distance by which ges is best everywhere, and pc the next."""
    base = PLACE[kind] + (10 if network == "alarm" else 0) + (2 if size == 500 else 0)
    return {"graph.shd": float(base + seed)}


def table(
    path: Path,
    result: Result,
    kinds: Iterable[str] = ("pc", "ges", "empty"),
    networks: Iterable[str] = ("asia", "alarm"),
    sizes: Iterable[int] = (500, 2000),
    seeds: Iterable[int] = (0, 1, 2),
) -> Path:
    """Write one row a job; `result` gives its figures, or ``reason`` where it failed."""
    rows = []
    for kind, network, size, seed in product(kinds, networks, sizes, seeds):
        found = result(kind, network, size, seed)
        rows.append(
            {
                "folder": f"{kind}-{network}-{size}-{seed}",
                "status": "failed" if "reason" in found else "finished",
                "reason": "",
                "seconds": 1.0,
                "config.discovery.kind": kind,
                "config.discovery.timeout_s": 60.0,
                "config.corpus.network": network,
                "config.corpus.documents": size,
                "config.seed": seed,
                "config.paths.runs": "somewhere",
                "versions.causattn": "0.1.0",
                "features.count": 8 if network == "asia" else 37,
                "features.rows": size,
                "graph.true_edges": 8,
                "graph.edges": 6,
                "graph.adjacency_recall": 0.5,
                "graph.adjacency_precision": 0.75,
                "search.seconds": 0.1,
                **found,
            }
        )
    pd.DataFrame(rows).to_parquet(path)
    return path


def folder_of_runs(place: Path, result: Result, **choices: Any) -> Path:
    """Write real folders of runs with the same choices."""
    for kind, network, seed in product(
        choices.get("kinds", ("pc", "ges")), choices.get("networks", ("asia",)), (0, 1)
    ):
        config = {
            "seed": seed,
            "corpus": {"kind": "bayesnet", "network": network, "documents": 500},
            "discovery": {"kind": kind},
            "paths": {"runs": "somewhere"},
        }

        def work(folder: Path, kind: str = kind, network: str = network, seed: int = seed) -> None:
            figures = result(kind, network, 500, seed)
            graph = dict(figures)
            write_json(
                folder / "summary.json",
                {
                    "graph": graph,
                    "search": {"seconds": 0.1},
                    "features": {"count": 8, "rows": 500},
                    "versions": {"a": "1"},
                },
            )

        run_in_folder(place / f"{kind}{network}{seed}", config, work, resume=True)
    return place
