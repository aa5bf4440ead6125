"""One forest: a first layer trained on it, and discovery guided by what the layer attends to."""

from __future__ import annotations

from typing import Any

import numpy as np

from causattn.base import read_json
from causattn.reproduction import Context

from .pipeline import guided_discovery
from .task import PARENTLESS
from .train import train


def jobs(settings: Any) -> list[dict[str, Any]]:
    """Return one job a forest of figure 9."""
    fixed = {key: value for key, value in vars(settings).items() if key != "graphs"}
    return [{"graph": number, **fixed} for number in range(1, settings.graphs + 1)]


def measure(job: dict[str, Any], context: Context) -> dict[str, Any]:
    """Train on a forest and search its tokens with and without candidates."""
    published = read_json(context.data("figure_9"))[job["graph"] - 1]
    task = {key: job[key] for key in ("symbols", "concentration")}
    training = {key: job[key] for key in ("batch", "steps", "learning_rate")}
    trained = train(np.array(published["parents"]), **task, **training, seed=context.seed)
    guided = guided_discovery(trained, **task, sequences=job["sequences"], seed=context.seed)
    return {
        "parents": trained.parents,
        "attention": trained.attention,
        "on parents": trained.on_parents,
        # The file gives 1 - attention for positions from the second on.
        "published on parents": [
            1 - delta
            for parent, delta in zip(published["parents"], [0.0, *published["deltas"]], strict=True)
            if parent != PARENTLESS
        ],
        "hits": trained.hits,
        "loss": trained.loss,
        "discovery": list(guided),
    }
