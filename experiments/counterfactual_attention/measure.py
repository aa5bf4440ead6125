"""Swap one token of a Chinese review and see what a classifier says and where it looks.

A small classifier is trained on reviews made from templates, and 差 (bad) is swapped for 好 (good).
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch

from causattn.base import generator
from causattn.effects import CounterfactualAttention, counterfactual_attention
from causattn.models import LanguageModel, load_model
from causattn.report import font_families
from causattn.reproduction import Context, Findings

from .reviews import chinese_reviews


def measure(settings: Any, context: Context) -> Findings:
    """Train the classifier, swap the token, and show what the model says and where it looks."""
    torch.set_num_threads(1)
    model = trained(settings.documents, settings.steps, settings.epochs, context.seed)
    swap = counterfactual_attention(model, settings.before, settings.after)
    found = Findings()
    found.notes["The swap"] = f"- before: {settings.before}\n- after: {settings.after}"
    found.tables["What the model says"] = pd.DataFrame(
        {
            "output": swap.labels,
            "before": swap.output_before,
            "after": swap.output_after,
            "change": swap.output_after - swap.output_before,
        }
    )
    found.tables["What moved most"] = pd.DataFrame([moved(swap, k) for k in range(10)])
    heads = pd.DataFrame(swap.by_head()).add_prefix("head ")
    title = "How far each head's attention moved"
    found.tables[title] = heads.rename_axis("layer").reset_index()
    found.notes[title] = "Mean total variation over tokens."
    about = {key: value for key, value in model.about.items() if key != "path"}
    found.tables["The classifier"] = pd.DataFrame(
        [{"key": key, "value": str(value)} for key, value in about.items()]
    )
    path = context.folder / "attention.png"
    draw(swap, path)
    found.pictures["Attention before, after, and the difference"] = path
    return found


def trained(documents: int, steps: int, epochs: int, seed: int) -> LanguageModel:
    """Return a small classifier: a masked language model of the reviews, then fine-tuned."""
    corpus = chinese_reviews(documents, generator(seed, "experiments", "chinese reviews"))
    body = load_model(
        {"kind": "tiny_mlm", "tokenizer": "pieces", "vocabulary": 600, "steps": steps}, corpus, seed
    )
    with tempfile.TemporaryDirectory() as folder:
        body.network.save_pretrained(folder)
        body.tokenizer.save_pretrained(folder)
        classifier = {"kind": "hf", "path": folder, "train_classifier": True, "epochs": epochs}
        return load_model({**classifier, "threads": 1}, corpus, seed)


def moved(found: CounterfactualAttention, rank: int) -> dict[str, Any]:
    """Return one of the entries that moved most, in words."""
    one = found.movers(rank + 1)[rank]
    rows = found.aligned[[one.attending, one.attended]]
    names = [
        found.tokens_before[i]
        if found.tokens_before[i] == found.tokens_after[j]
        else f"{found.tokens_before[i]}→{found.tokens_after[j]}"
        for i, j in rows
    ]
    return {
        "layer": one.layer,
        "head": one.head,
        "attending": names[0],
        "attended": names[1],
        "before": one.before,
        "after": one.after,
        "change": one.after - one.before,
    }


def draw(found: CounterfactualAttention, path: Path) -> None:
    """Draw the maps, averaged over heads, before, after and their difference, a row a layer."""
    names = [
        found.tokens_before[i]
        if found.tokens_before[i] == found.tokens_after[j]
        else f"{found.tokens_before[i]}→{found.tokens_after[j]}"
        for i, j in found.aligned
    ]
    before, after = found.aligned.T
    maps = [
        found.attention_before[:, :, before[:, None], before].mean(axis=1),
        found.attention_after[:, :, after[:, None], after].mean(axis=1),
        found.difference.mean(axis=1),
    ]
    layers, size = len(maps[0]), len(names)
    largest = float(np.abs(maps[2]).max())
    with mpl.rc_context({"font.family": font_families(names), "font.size": 8}):
        figure, axes = plt.subplots(
            layers, 3, figsize=(12, 4 * layers), squeeze=False, layout="constrained"
        )
        for layer in range(layers):
            for column, title in enumerate(("before", "after", "after less before")):
                axis = axes[layer, column]
                limits = (0.0, 1.0, "Blues") if column < 2 else (-largest, largest, "RdBu_r")
                image = axis.imshow(
                    maps[column][layer], vmin=limits[0], vmax=limits[1], cmap=limits[2]
                )
                axis.set_xticks(range(size), names, rotation=90)
                axis.set_yticks(range(size), names)
                axis.set_title(f"layer {layer}, mean over heads: {title}")
                axis.set_ylabel("attending")
                axis.set_xlabel("attended")
                figure.colorbar(image, ax=axis, shrink=0.7)
        figure.savefig(path, dpi=110)
    plt.close(figure)
