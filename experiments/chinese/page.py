"""The page: what the graph is worth, its edges, and other rankings beside it."""

from __future__ import annotations

import pandas as pd

from causattn.reproduction import Context, Findings, Row

MODEL = ["model", "perplexity", "preferred", "read", "read_in_place", "faithfulness"]
MODEL += ["completeness", "possible", "tried", "kept", "overlap", "phrasings_overlap"]
EDGE = ["model", "source", "target", "through", "estimate", "low", "high", "frequency"]


def page(rows: list[Row], context: Context) -> Findings:
    """Return figures and tables."""
    table = pd.DataFrame(rows)
    parts = {name: own.dropna(axis=1, how="all") for name, own in table.groupby("what")}
    graph, curve = parts["graph"], parts["curve"]
    share = graph["kept"] / graph["possible"]
    means = curve[curve["screen"] != "graph"].groupby(["screen", "paths"], sort=True)
    figures = [
        context.figure("prompts whose right answer is preferred", float(graph["preferred"].mean())),
        context.figure("share of paths in the graph", float(share.mean())),
        context.figure("faithfulness of the graph", float(graph["faithfulness"].mean())),
        context.figure("lost without the graph", float(graph["completeness"].mean())),
        context.figure("overlap on prompts drawn again", float(graph["overlap"].mean())),
    ]
    return Findings(
        figures=figures,
        tables={
            "Models": graph[MODEL].reset_index(drop=True),
            "Rankings": means[["faithfulness", "completeness"]].mean().reset_index(),
            "Edges of the largest effect": parts["edge"][EDGE].reset_index(drop=True),
        },
        notes={
            "Rankings": "So many of the first paths of each ranking kept alone, and patched alone; "
            "means over models."
        },
    )
