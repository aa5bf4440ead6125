"""Figure 9 beside ours, and what the framework makes of the same task."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd

from causattn.base import read_json, track
from causattn.papers.nichani.pipeline import guided_discovery
from causattn.papers.nichani.task import PARENTLESS
from causattn.papers.nichani.train import Trained, train
from causattn.papers.paper import DataFile, Figure, Findings, Paper, Work, within

FIGURE_9 = DataFile(
    "nichani/fig9_graphs.json",
    "f44cf3202fcd77ada558ee771c3fcc20d18bb0a6878fc4ea75b5d91011c05699",
    "the figures of Nichani, Damian and Lee 2024",
)
_MEAN, _DEVIATION, _ABOVE_HALF = 0.83664, 0.05402, 176
_FULL_STEPS = 2**14


@dataclass(frozen=True)
class NichaniSettings:
    """The protocol.

    Parameters
    ----------
    steps, batch, learning_rate
        Of plain gradient descent.
    symbols, concentration
        S tokens, and the Dirichlet parameter of a transition matrix's rows.
    graphs
        How many of figure 9's 20 forests, from the first.
    sequences
        Rows that discovery sees.
    workers
        Forests trained at the same time; the result does not depend on it.
    """

    steps: int = _FULL_STEPS
    batch: int = 1024
    learning_rate: float = 1.0
    symbols: int = 3
    concentration: float = 0.1
    graphs: int = 20
    sequences: int = 2000
    workers: int = 1


def retrain(settings: NichaniSettings, work: Work) -> Findings:
    """Train on figure 9's forests."""
    published = read_json(work.fetch(FIGURE_9))[: settings.graphs]
    # The file gives 1 - attention for positions from the second on.
    theirs = [
        1 - np.array([0.0, *graph["deltas"]])[np.array(graph["parents"]) != PARENTLESS]
        for graph in published
    ]
    trained = train_all([np.array(graph["parents"]) for graph in published], settings, work.seed)
    ours = [run.on_parents for run in trained]
    edges = sum(map(len, ours))
    hits = sum(run.hits for run in trained)
    means = np.array([values.mean() for values in ours])
    their_means = np.array([values.mean() for values in theirs])
    full = settings.steps >= _FULL_STEPS
    findings = Findings()
    findings.figures = [
        Figure(
            f"edges whose parent has most attention, of {edges}",
            None,
            hits,
            (np.ceil(180 / 182 * edges), None),
            "retrain",
        ),
        Figure(
            "edges with attention above one half",
            _ABOVE_HALF if len(published) == 20 else None,
            int(sum((values > 0.5).sum() for values in ours)),
            None,
            "retrain",
            "" if full else "attention sharpens with steps",
        ),
    ]
    mean = float(means.mean())
    difference = float(np.abs(means - their_means).mean())
    if full and len(published) == 20:
        findings.figures += [
            within("attention on the parent, mean over graphs", _MEAN, mean, 0.03, label="retrain"),
            Figure(
                "its standard deviation over graphs",
                _DEVIATION,
                float(means.std(ddof=0)),
                None,
                "retrain",
            ),
            Figure(
                "difference by graph, mean of absolute values",
                0.0,
                difference,
                (None, 0.04),
                "retrain",
            ),
        ]
    else:
        findings.figures.append(
            Figure(
                "attention on the parent, mean over graphs",
                _MEAN if len(published) == 20 else None,
                mean,
                None,
                "retrain",
                f"after {settings.steps:,} steps of the paper's {_FULL_STEPS:,}",
            )
        )
    rows = [
        row
        for run in track(trained, "discovery guided by attention", unit="graphs")
        for row in guided_discovery(
            run,
            symbols=settings.symbols,
            concentration=settings.concentration,
            sequences=settings.sequences,
            seed=work.seed,
        )
    ]
    title = f"Discovery on {settings.sequences:,} fresh sequences, mean over {len(trained)} forests"
    guided = pd.DataFrame(rows)
    findings.tables[title] = (
        guided.groupby(["sequences", "algorithm", "pairs"], sort=False).mean().reset_index()
    )
    findings.tables["By graph"] = pd.DataFrame(
        {
            "graph": np.arange(1, len(trained) + 1),
            "edges": list(map(len, ours)),
            "published mean": their_means,
            "mean": means,
            "hits": [run.hits for run in trained],
            "loss": [run.loss for run in trained],
        }
    )
    findings.pictures[
        "Attention by position after training (dark is 1); rings: the true parents"
    ] = draw_attention(trained[:4], work.folder / "attention.png")
    findings.remarks.append(
        "Where each sequence has its own matrix, the matrix is a hidden common cause of all "
        "positions: GES on the pooled sequences finds many edges that are in no forest, and PC "
        "would test for hours to say the same."
    )
    return findings


def train_all(forests: list[np.ndarray], settings: NichaniSettings, seed: int) -> list[Trained]:
    """Train on each forest, several at the same time; the order is the forests'."""
    jobs = [(parents, settings, seed) for parents in forests]
    if settings.workers == 1:
        return [_train_one(job) for job in track(jobs, "training", unit="forests")]
    with ProcessPoolExecutor(settings.workers, get_context("spawn")) as pool:
        return list(track(pool.map(_train_one, jobs), "training", len(jobs), unit="forests"))


def _train_one(job: tuple[np.ndarray, NichaniSettings, int]) -> Trained:
    parents, settings, seed = job
    return train(
        parents,
        symbols=settings.symbols,
        concentration=settings.concentration,
        batch=settings.batch,
        steps=settings.steps,
        learning_rate=settings.learning_rate,
        seed=seed,
    )


def draw_attention(trained: list[Trained], path: Path) -> Path:
    """Draw attention by position, true parents ringed, and return the picture's path."""
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(
        1, len(trained), figsize=(3 * len(trained), 3.2), squeeze=False, layout="constrained"
    )
    for number, (axis, run) in enumerate(zip(axes[0], trained, strict=True), 1):
        axis.imshow(run.attention, cmap="Greys", vmin=0, vmax=1)
        children = np.flatnonzero(run.parents != PARENTLESS)
        axis.scatter(run.parents[children], children, s=34, facecolors="none", edgecolors="#c2410c")
        axis.set_title(f"forest {number}", loc="left", fontsize=9)
        axis.set_xlabel("position read", fontsize=8)
        axis.tick_params(labelsize=7)
        axis.set_xticks(range(0, len(run.attention), 5))
        axis.set_yticks(range(0, len(run.attention), 5))
    axes[0, 0].set_ylabel("position that reads", fontsize=8)
    figure.savefig(path, dpi=150)
    pyplot.close(figure)
    return path


PAPER = Paper(
    name="nichani",
    citation="Nichani, Damian, Lee 2024, How transformers learn causal structure with gradient "
    "descent (ICML)",
    claim="Gradient descent on a task whose tokens follow a latent causal forest writes that "
    "forest into the first layer's attention (figure 9).",
    labels=("retrain",),
    settings=NichaniSettings,
    reproduce=retrain,
    data=(FIGURE_9,),
)
