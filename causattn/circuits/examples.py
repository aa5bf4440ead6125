"""What an edge of a graph of heads does in single prompts: where, by which weights, to what end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import torch

from causattn.attention import document_attention, path_positions
from causattn.circuits.parts import channel_of, head_of, part_of
from causattn.circuits.prompts import PromptCase
from causattn.models import LanguageModel

MOST_EDGES = 40
"""Edges of the largest effect that examples are kept of."""
_MOST_TOKENS = 5
"""Next tokens whose probability is kept, before and after."""
_DIGITS = 4


def circuit_examples(
    model: LanguageModel, case: PromptCase, pairs: pd.DataFrame, documents: int
) -> dict[str, Any]:
    """Return the strongest edges in some prompts, JSON-like.

    Parameters
    ----------
    model
        The decoder or masked model.
    case
        Prompts that the graph was not found on.
    pairs
        `Circuit.pairs`.
    documents
        How many of the prompts.

    Returns
    -------
    dict
        ``documents``: number, tokens, and where the answer is read. ``heads``: of each head that
        reads an edge, its weights and products of query and key, from row to column, by document;
        a decoder's up to its diagonal. ``edges``: source and target by name; by document ``at`` (to
        first order, what the edge carries at each token), ``read`` (before and after its patch) and
        ``next`` (the likeliest tokens there with their probabilities before and after).
    """
    shown = pairs[pairs["kept"]].sort_values("estimate", key=np.abs, ascending=False, kind="stable")
    shown = shown.head(MOST_EDGES)
    count = min(documents, len(case.ids))
    return {
        "documents": [
            {
                "number": int(case.documents[k]),
                "tokens": _tokens(model, case.ids[k]),
                "read_at": int(case.paths.at[k, 0]),
            }
            for k in range(count)
        ],
        "heads": _heads(model, case.texts[:count], {head_of(part) for part in shown["target"]}),
        "edges": [_edge(model, case, pair, count) for pair in shown.to_dict("records")],
        "left_out": int(pairs["kept"].sum()) - len(shown),
    }


def _edge(
    model: LanguageModel, case: PromptCase, pair: dict[str, Any], count: int
) -> dict[str, Any]:
    """Return what one edge does in the first prompts of a case."""
    paths = case.paths
    through = pair["through"].split(", ")
    sender = paths.index(pair["source"])
    rows = [
        row
        for row, receiver in enumerate(paths.receivers)
        if part_of(receiver) == pair["target"] and channel_of(receiver) in through
    ]
    which = torch.zeros_like(paths.possible)
    which[rows, sender] = True
    at = path_positions(paths, case.other, case.metric, which.nonzero()).sum(0)
    before, after = paths.run().logits, paths.run(which, case.other).logits
    read = [case.metric(logits) for logits in (before, after)]
    chances = [logits[:, -1].softmax(-1) for logits in (before, after)]
    examples = []
    for k in range(count):
        likely = torch.stack([own[k] for own in chances]).max(0).values.topk(_MOST_TOKENS).indices
        examples.append(
            {
                "at": _rounded(at[k]),
                "read": [round(float(own[k]), _DIGITS) for own in read],
                "next": [
                    [str(model.tokenizer.decode([token])), *_chances(chances, k, token)]
                    for token in likely.tolist()
                ],
            }
        )
    return {"source": pair["source"], "target": pair["target"], "documents": examples}


def _heads(
    model: LanguageModel, texts: tuple[str, ...], some: set[tuple[int, int] | None]
) -> dict[str, Any]:
    """Return weights and products of query and key of some heads; None among them is no head."""
    heads = sorted(head for head in some if head is not None)
    found: dict[str, Any] = {f"{layer}.{head}": [] for layer, head in heads}
    for text in texts if heads else ():
        own = document_attention(model, text, vectors=True)
        for layer, head in heads:
            products = None
            if own.query is not None and own.key is not None and own.scaling is not None:
                products = own.scaling[layer] * own.query[layer, head] @ own.key[layer, head].T
            found[f"{layer}.{head}"].append(
                {
                    "weights": _seen(own.weights[layer, head], model),
                    "products": None if products is None else _seen(products, model),
                }
            )
    return found


def _chances(chances: list[torch.Tensor], document: int, token: int) -> list[float]:
    return [round(float(own[document, token]), 6) for own in chances]


def _tokens(model: LanguageModel, ids: torch.Tensor) -> list[str]:
    return [str(model.tokenizer.decode([token])) for token in ids.tolist()]


def _seen(values: np.ndarray, model: LanguageModel) -> list[list[float]]:
    """Return a decoder's rows up to the diagonal, since it sees nothing beyond; others' whole."""
    ends = range(1, len(values) + 1) if model.task == "causal" else [len(values)] * len(values)
    return [
        np.round(row[:end].astype(float), _DIGITS).tolist()
        for row, end in zip(values, ends, strict=True)
    ]


def _rounded(values: torch.Tensor) -> list[float]:
    return np.round(values.cpu().double().numpy(), _DIGITS).tolist()
