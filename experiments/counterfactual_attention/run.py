"""Swap one token of a Chinese review and see what a classifier says and where it looks.

    python experiments/counterfactual_attention/run.py

Trains a small classifier on reviews made from templates, swaps 差 (bad) for 好 (good), and writes
``counterfactual_attention.json``, ``.md`` and two pictures.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import torch
from reviews import chinese_reviews

from causattn.base import generator, write_json, write_text
from causattn.effects import CounterfactualAttention, counterfactual_attention
from causattn.models import LanguageModel, load_model
from causattn.report.figures.fonts import font_families
from causattn.results import source_commit, versions

RESULTS = Path(__file__).resolve().parents[2] / "results" / "counterfactual_attention"
BEFORE, AFTER = "这部电影很精彩，但演员表现差", "这部电影很精彩，但演员表现好"


def main(given: Sequence[str] | None = None) -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--before", default=BEFORE)
    arguments.add_argument("--after", default=AFTER)
    arguments.add_argument("--documents", type=int, default=6000)
    arguments.add_argument("--steps", type=int, default=300, help="of the masked language model")
    arguments.add_argument("--epochs", type=int, default=4, help="of the classifier")
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--folder", type=Path, default=RESULTS)
    words = sys.argv[1:] if given is None else list(given)
    chosen = arguments.parse_args(words)
    torch.set_num_threads(1)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    model = trained(chosen.documents, chosen.steps, chosen.epochs, chosen.seed)
    found = counterfactual_attention(model, chosen.before, chosen.after)
    results = {
        "command": shlex.join(["python", "experiments/counterfactual_attention/run.py", *words]),
        "commit": source_commit() or "unknown",
        "versions": versions(),
        "seed": chosen.seed,
        # Where the weights lay in between is no one's business.
        "classifier": {key: value for key, value in model.about.items() if key != "path"},
        "before": chosen.before,
        "after": chosen.after,
        "labels": found.labels,
        "output_before": found.output_before.tolist(),
        "output_after": found.output_after.tolist(),
        "by_head": found.by_head().tolist(),
        "movers": [moved(found, k) for k in range(10)],
    }
    write_json(chosen.folder / "counterfactual_attention.json", results)
    write_text(chosen.folder / "README.md", page(results))
    draw(found, chosen.folder)
    print((chosen.folder / "README.md").read_text())


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
    }


def page(results: dict[str, Any]) -> str:
    """Return the results as a Markdown page."""
    outputs = zip(results["labels"], results["output_before"], results["output_after"], strict=True)
    lines = [
        "# Counterfactual attention: one token swapped",
        "",
        f"- `{results['command']}`, commit {results['commit']}, seed {results['seed']}",
        f"- {', '.join(f'{name} {version}' for name, version in results['versions'].items())}",
        f"- before: {results['before']}",
        f"- after: {results['after']}",
        "",
        "| output | before | after | change |",
        "|---|---|---|---|",
        *(f"| {label} | {a:.3f} | {b:.3f} | {b - a:+.3f} |" for label, a, b in outputs),
        "",
        "What moved most:",
        "",
        "| layer | head | attending | attended | before | after | change |",
        "|---|---|---|---|---|---|---|",
        *(
            f"| {one['layer']} | {one['head']} | {one['attending']} | {one['attended']} "
            f"| {one['before']:.3f} | {one['after']:.3f} | {one['after'] - one['before']:+.3f} |"
            for one in results["movers"]
        ),
        "",
        "How far each head's attention moved (mean total variation over tokens):",
        "",
        "| layer | " + " | ".join(f"head {k}" for k in range(len(results["by_head"][0]))) + " |",
        "|---|" + "---|" * len(results["by_head"][0]),
        *(
            f"| {layer} | " + " | ".join(f"{value:.3f}" for value in row) + " |"
            for layer, row in enumerate(results["by_head"])
        ),
        "",
        "![attention before, after, and the difference](attention.png)",
        "",
    ]
    return "\n".join(lines)


def draw(found: CounterfactualAttention, folder: Path) -> None:
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
        for ending in ("png", "svg"):
            figure.savefig(folder / f"attention.{ending}", dpi=110)
    plt.close(figure)


if __name__ == "__main__":
    main()
