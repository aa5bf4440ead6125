"""How well attention agrees with importance, by the scale of random first vectors."""

from __future__ import annotations

from typing import Any

import pandas as pd
import torch
from sklearn.metrics import roc_auc_score

from causattn.base import generator, integer_seed
from causattn.reproduction import Context, Figure, Findings
from experiments.jain_wallace.agreement import agreement
from experiments.jain_wallace.importance import importance
from experiments.jain_wallace.published import BY_ENCODER, GRADIENT, LEAVE_ONE_OUT
from experiments.jain_wallace.sentences import read_sst
from experiments.jain_wallace.training import TrainingSettings, train


def jobs(settings: Any) -> list[dict[str, Any]]:
    """Return one training a scale and encoder."""
    fixed = {key: getattr(settings, key) for key in ("sentences", "hidden", "embedding", "epochs")}
    return [
        {"scale": float(scale), "encoder": encoder, **fixed}
        for encoder in settings.encoders
        for scale in settings.scales
    ]


def measure(job: dict[str, Any], context: Context) -> list[dict[str, Any]]:
    """Train a network and return a row each measure of importance."""
    splits = read_sst(context.data("sst"))
    if job["sentences"] is not None:
        counts = {"train": job["sentences"]}
        splits = {
            name: part.draw(
                counts.get(name, job["sentences"] // 2),
                generator(context.seed, "jain_wallace", "sentences", name),
            )
            for name, part in splits.items()
        }
    how = {key: job[key] for key in ("hidden", "embedding", "epochs", "scale")}
    seed = integer_seed(context.seed, "jain_wallace", "training", 0)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        trained = train(splits, job["encoder"], "random", TrainingSettings(**how), seed)
        words = importance(trained, splits["test"])
    finally:
        torch.set_num_threads(before)
    network = {
        "test AUC": float(roc_auc_score(splits["test"].labels, words.probability)),
        "epoch": int(trained.best["epoch"]),
        "largest attention": float(words.largest_attention.mean()),
    }
    rows = []
    for measure, values in ((GRADIENT, words.gradient), (LEAVE_ONE_OUT, words.leave_one_out)):
        tau = pd.Series(agreement(words.bounds, words.attention, values)[0])
        rows.append(
            {"measure": measure, "tau": tau.mean(), "standard deviation": tau.std(ddof=0)} | network
        )
    return rows


def page(rows: list[dict[str, Any]], context: Context) -> Findings:
    """Show taus by scale beside the published ones."""
    figures = [
        Figure(
            f"{row['encoder']}, {row['measure']}, vectors of standard deviation {row['scale']:g}",
            BY_ENCODER[row["measure"]][row["encoder"]],
            row["tau"],
            None,
            "retrain",
        )
        for row in rows
    ]
    table = pd.DataFrame(rows)
    keys = ["encoder", "scale", "epoch", "test AUC", "largest attention"]
    networks = table.drop_duplicates(["encoder", "scale"])[keys]
    return Findings(
        figures=figures,
        tables={"The networks": networks},
        notes={"The networks": "The mean over sentences of the largest attention in one."},
        remarks=["One training each: two trainings by the authors themselves differ by up to .05."],
    )
