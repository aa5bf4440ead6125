"""The page of the peers: who gives the same effects, who takes how long."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from causattn.reproduction import Context, Findings, Row, on_machines

from .measure import OURS, PEERS, TASKS

WORDS = {"heads": "a head", "q": "query of a head", "k": "key of a head", "v": "value of a head"}


def page(rows: Sequence[Row], context: Context) -> Findings:
    """Return the tables."""
    same = [row for row in rows if row["part"] == "same"]
    timed = [row for row in rows if row["part"] == "speed"]
    found = Findings()
    known = [row["difference"] for row in (*same, *timed) if row.get("difference") is not None]
    known = [each for each in known if not np.isnan(each)]
    if known:
        found.figures.append(context.figure("largest difference from a peer's effect", max(known)))
    means = _seconds(timed, "cpu")
    if OURS in means and len(means) > 1:
        fastest = min(value for peer, value in means.items() if peer != OURS)
        found.figures.append(
            context.figure("processor time of the fastest peer over ours", fastest / means[OURS])
        )
    models = list(dict.fromkeys(row["model"] for row in same))
    found.tables["What each can patch"] = pd.DataFrame(
        {
            "peer": peer,
            "model": model,
            **{WORDS[task]: _cell(same, peer, model, task) for task in TASKS},
        }
        for model in models
        for peer in PEERS
    )
    found.notes["What each can patch"] = (
        "The largest difference from causattn's effects, over all heads (replaced for all readers) "
        "or all paths from heads to one's query, key or value; or why there is none. "
        "causattn has all of them."
    )
    wall = _seconds(timed, "wall")
    found.tables["Every path between heads"] = pd.DataFrame(
        {
            "peer": peer,
            "ms a path (processor)": 1000 * means[peer],
            "ms a path (clock)": 1000 * wall[peer],
            "over ours (processor)": means[peer] / means[OURS],
        }
        for peer in means
    )
    if timed:
        number = sum(row["effects"] for row in timed if row["peer"] == OURS)
        found.notes["Every path between heads"] = (
            f"{number:,} paths of a Llama of {timed[0]['layers']} layers and {timed[0]['heads']} "
            "heads, in blocks, everybody in turn; what has to be run before is timed with each."
        )
    versions = {row["peers"] for row in rows if row.get("peers")}
    found.remarks += [f"Peers: {'; '.join(sorted(versions))}.", on_machines(rows)]
    return found


def _cell(rows: Sequence[Row], peer: str, model: str, task: str) -> str:
    own = [r for r in rows if (r["peer"], r["model"], r["task"]) == (peer, model, task)]
    if not own:
        return "–"
    why: str = own[0]["error"].removeprefix("NotImplementedError: ")
    return why or f"{own[0]['difference']:.0e}"


def _seconds(rows: Sequence[Row], kind: str) -> dict[str, float]:
    """Return the seconds a path of those who could, ours first."""
    found = {}
    for peer in (OURS, *PEERS):
        own = [row for row in rows if row["peer"] == peer and not row["error"]]
        if own:
            found[peer] = sum(row[kind] for row in own) / sum(row["effects"] for row in own)
    return found
