"""CLEANN on a sentiment classifier at hand: how many tokens, how many questions, by which order.

The pretrained MiniLM with a classifier trained on SST (two classes). For each held-out sentence the
graph over its tokens comes from the last layer's attention, mean over heads; sets of tokens are
hidden with the mask token until the predicted class changes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from causattn.attention import document_attention
from causattn.base import generator, track
from causattn.corpora import load_corpus
from causattn.discovery import abcd
from causattn.models import LanguageModel, encode_texts, load_model, predict_labels

from .cleann import Explanation, explain, sets_by_graph, sets_by_rank

TARGET = 0
"""Position of [CLS], whose state the classifier reads."""


def trained_classifier(table: pd.DataFrame, folder: Path, seed: int) -> LanguageModel:
    """Return the pretrained MiniLM with a classifier trained on text and label."""
    path = folder / "training.csv"
    table[["text", "label"]].to_csv(path, index=False)
    settings = {"kind": "file", "path": str(path), "text": "text", "label": "label"}
    corpus = load_corpus(settings, seed)
    return load_model({"kind": "minilm", "train_classifier": True, "epochs": 1}, corpus, seed)


def accuracy(model: LanguageModel, table: pd.DataFrame) -> float:
    """Return the share of sentences whose label is predicted."""
    predicted = predict_labels(model, encode_texts(model, table["text"].tolist())).argmax(1)
    return float(np.mean(predicted == table["label"].to_numpy()))


def explanations(
    model: LanguageModel, texts: list[str], *, alpha: float, most: int, budget: int, seed: int
) -> pd.DataFrame:
    """Return one row a sentence and order of search: whether explained, set size, sets tried."""
    samples = int(model.network.config.hidden_size)
    rows = []
    for number, text in enumerate(track(texts, "explaining", unit="sentences")):
        attention = document_attention(model, text)
        mean = attention.weights[-1].mean(0).astype(float)
        words = np.flatnonzero(~attention.special)
        # The graph is over the words and the position that is read; [SEP] is neither.
        nodes = [TARGET, *words.tolist()]
        graph = abcd(mean, samples=samples, alpha=alpha, tokens=nodes, max_order=2)
        changes = _hiding_changes(model, text, nodes)
        ranked = (1 + np.argsort(-mean[TARGET, words], kind="stable")).tolist()
        shuffled = generator(seed, "explain", number).permutation(ranked).tolist()
        orders = {
            "graph": sets_by_graph(graph.marks, 0, most),
            "attention": sets_by_rank(ranked, most),
            "random": sets_by_rank(shuffled, most),
        }
        for name, sets in orders.items():
            rows.append(_row(number, name, explain(sets, changes, budget)))
    return pd.DataFrame(rows)


def _row(number: int, order: str, found: Explanation) -> dict[str, object]:
    return {
        "sentence": number,
        "order": order,
        "explained": found.tokens is not None,
        "tokens": float("nan") if found.tokens is None else len(found.tokens),
        "sets tried": found.asked,
    }


def _hiding_changes(
    model: LanguageModel, text: str, nodes: list[int]
) -> Callable[[tuple[int, ...]], bool]:
    """Return whether hiding nodes of the graph changes the predicted class of a text."""
    encoding = encode_texts(model, [text])
    ids = torch.as_tensor(np.asarray(encoding.ids), device=model.device)[None]

    @torch.inference_mode()
    def predicted(tokens: torch.Tensor) -> int:
        logits = model.network(input_ids=tokens, attention_mask=torch.ones_like(tokens)).logits
        return int(logits.argmax())

    before = predicted(ids)

    def changes(hidden: tuple[int, ...]) -> bool:
        masked = ids.clone()
        masked[0, [nodes[k] for k in hidden]] = model.tokenizer.mask_token_id
        return predicted(masked) != before

    return changes
