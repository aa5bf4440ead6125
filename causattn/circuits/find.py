"""Finding the graph of a model on a task: candidates, a rule, and everything tried elsewhere.

Candidates and rule see the documents of ``graph.finding``; effects, curves and minimality are of
those of ``graph.trying``, so that a graph is not judged by what it was chosen from. A graph found
on one sample may not be found on the next (Méloux, Portet and Peyrard 2025, "Mechanistic
interpretability as statistical estimation", arXiv 2510.00845): an edge's frequency is the share of
samples, drawn again, in which the screen has it among as many strongest paths as the graph has.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import torch

from causattn.attention import circuit_curve, minimality, strongest_paths
from causattn.base import ConfigError, DataError, generator, track
from causattn.circuits.circuit import Circuit
from causattn.circuits.contract import CircuitTask
from causattn.circuits.examples import circuit_examples
from causattn.circuits.parts import OUTPUT, channel_of, part_of
from causattn.circuits.prompts import PromptCase, prompt_cases
from causattn.circuits.registry import PATH_RULES, PATH_SCREENS
from causattn.circuits.settings import HeadsSettings, graph_settings
from causattn.circuits.trials import Trials
from causattn.corpora import Corpus
from causattn.graphs import CausalGraph
from causattn.models import LanguageModel

FOUND = "graph"
"""What the curves call the graph itself, beside the rankings."""


def find_circuit(
    settings: Mapping[str, Any], model: LanguageModel, corpus: Corpus, seed: int
) -> Circuit:
    """Find the graph of a model on a task.

    Parameters
    ----------
    settings
        The group `graph` of the configuration, of kind ``heads``.
    model
        A decoder or masked model.
    corpus
        Prompts with answers.
    seed
        The run's seed.

    Raises
    ------
    ConfigError
        For an unknown setting.
    CapabilityError
        Where the model predicts no tokens, or the corpus has no answers.
    DataError
        Where no path carries anything, or the prompts cannot be patched.
    """
    chosen = graph_settings(settings)
    if not isinstance(chosen, HeadsSettings):
        raise ConfigError(f"graph={chosen.kind} has no parts of a model; set graph=heads.")
    found, others = prompt_cases(model, corpus, chosen)
    task = CircuitTask(model, found, chosen, seed)
    paths = found[0].paths
    each = PATH_SCREENS[chosen.candidates].scores(task).cpu()
    score = each.mean(0)
    tried = strongest_paths(score, paths.possible, chosen.paths)
    edges = PATH_RULES[chosen.rule].keep(task, tried)
    if not edges.any():
        raise DataError(
            f"Rule {chosen.rule} leaves none of {chosen.paths} paths; lower graph.threshold (acdc) "
            "or raise graph.finding (pc)."
        )
    samples = _Samples(each, paths.possible, int(edges.sum()), chosen.bootstrap, seed)
    trials = Trials(others, chosen.confidence)
    pairs = _pairs(task, score, tried, edges, samples, trials)
    lost = minimality(others, edges)
    curves, areas = _curves(task, others, score, edges)
    of_graph = curves[curves["screen"] == FOUND].iloc[0]
    about = {
        "kind": chosen.kind,
        "patch": chosen.patch,
        "reads": "answer",
        "candidates": chosen.candidates,
        "rule": chosen.rule,
        "documents": {"finding": chosen.finding, "trying": chosen.trying},
        "read": trials.whole,
        "read_in_place": trials.nothing,
        "preferred": trials.preferred,
        "paths": {
            "possible": int(paths.possible.sum()),
            "tried": int(tried.sum()),
            "kept": int(edges.sum()),
        },
        "faithfulness": float(of_graph["faithfulness"]),
        "completeness": float(of_graph["completeness"]),
        "area": areas,
        "overlap": samples.overlap(chosen.confidence),
        "phrasings_overlap": _phrasings_overlap(found, each, paths.possible, int(edges.sum())),
    }
    table = _paths(task, score, tried, edges, lost)
    examples = circuit_examples(model, others[0], pairs, chosen.examples)
    return Circuit(_graph(task, pairs), pairs, table, curves, about, examples)


class _Samples:
    """The strongest paths of documents drawn again."""

    def __init__(
        self, each: torch.Tensor, possible: torch.Tensor, count: int, draws: int, seed: int
    ) -> None:
        self._whole = strongest_paths(each.mean(0), possible, count)
        rng = generator(seed, "circuits", "bootstrap")
        self._drawn = []
        for _ in range(draws):
            rows = torch.from_numpy(rng.integers(0, len(each), len(each)))
            self._drawn.append(strongest_paths(each[rows].mean(0), possible, count))

    def frequency(self, which: torch.Tensor) -> float:
        """Return in which share of the samples any of some paths is among the strongest."""
        if not self._drawn:
            return float("nan")
        return float(np.mean([bool((own & which).any()) for own in self._drawn]))

    def overlap(self, confidence: float) -> dict[str, float]:
        """Return which share of the strongest paths samples have, too, with its interval."""
        shared = [_jaccard(own, self._whole) for own in self._drawn] or [float("nan")]
        ends = ((1 - confidence) / 2, (1 + confidence) / 2)
        low, high = np.quantile(shared, ends)
        return {"mean": float(np.mean(shared)), "low": float(low), "high": float(high)}


def _jaccard(a: torch.Tensor, b: torch.Tensor) -> float:
    either = int((a | b).sum())
    return int((a & b).sum()) / either if either else 1.0


def _phrasings_overlap(
    cases: tuple[PromptCase, ...], each: torch.Tensor, possible: torch.Tensor, count: int
) -> float | None:
    """Return how much of the strongest paths two phrasings of the task share, on average."""
    phrasings = np.array([one for case in cases for one in case.phrasings])
    if len(each) != len(phrasings) or len(set(phrasings)) < 2:
        return None
    own = [
        strongest_paths(each[torch.from_numpy(phrasings == one)].mean(0), possible, count)
        for one in sorted(set(phrasings))
    ]
    return float(np.mean([_jaccard(a, b) for a, b in combinations(own, 2)]))


def _pairs(
    task: CircuitTask,
    score: torch.Tensor,
    tried: torch.Tensor,
    edges: torch.Tensor,
    samples: _Samples,
    trials: Trials,
) -> pd.DataFrame:
    """Return a row a pair of parts: its paths taken together."""
    paths = task.cases[0].paths
    together: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for row, column in tried.nonzero().tolist():
        pair = paths.senders[column], part_of(paths.receivers[row])
        together.setdefault(pair, []).append((row, column))
    rows = []
    for (source, target), own in track(together.items(), "patching paths", unit="pairs"):
        kept = [place for place in own if edges[place]]
        which = torch.zeros_like(tried)
        for place in kept or own:
            which[place] = True
        rows.append(
            {
                "source": source,
                "target": target,
                "score": float(score[which].abs().sum()),
                "through": ", ".join(channel_of(paths.receivers[row]) for row, _ in kept or own),
                "kept": bool(kept),
                "frequency": samples.frequency(which),
                **trials.effect(which),
            }
        )
    return pd.DataFrame(rows)


def _paths(
    task: CircuitTask,
    score: torch.Tensor,
    tried: torch.Tensor,
    edges: torch.Tensor,
    lost: pd.DataFrame,
) -> pd.DataFrame:
    """Return a row a candidate path, with what goes with it alone."""
    paths = task.cases[0].paths
    rows, columns = tried.nonzero(as_tuple=True)
    table = pd.DataFrame(
        {
            "sender": [paths.senders[k] for k in columns.tolist()],
            "receiver": [paths.receivers[k] for k in rows.tolist()],
            "score": score[rows, columns].double().numpy(),
            "kept": edges[rows, columns].numpy(),
        }
    )
    return table.merge(lost, on=["sender", "receiver"], how="left")


def _curves(
    task: CircuitTask, others: tuple[PromptCase, ...], score: torch.Tensor, edges: torch.Tensor
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return faithfulness and completeness of every ranking and of the graph, and areas."""
    chosen, possible = task.settings, task.cases[0].paths.possible
    flat = possible.flatten().nonzero()[:, 0]
    counts = sorted({min(count, len(flat)) for count in chosen.counts})
    tables, areas = [], {}
    names = [chosen.candidates, *(name for name in chosen.baselines if name != chosen.candidates)]
    for name in track(names, "drawing curves", unit="rankings"):
        own = score if name == chosen.candidates else PATH_SCREENS[name].scores(task).cpu().mean(0)
        ranked = flat[own.abs().flatten()[flat].argsort(descending=True, stable=True)]
        order = torch.stack(torch.unravel_index(ranked[: counts[-1]], possible.shape), dim=1)
        table, areas[name] = circuit_curve(others, order, counts)
        tables.append(table.assign(screen=name))
    whole, _ = circuit_curve(others, edges.nonzero(), [int(edges.sum())])
    tables.append(whole.assign(screen=FOUND))
    columns = ["screen", "paths", "faithfulness", "completeness"]
    return pd.concat(tables, ignore_index=True)[columns], areas


def _graph(task: CircuitTask, pairs: pd.DataFrame) -> CausalGraph:
    """Return the DAG over the parts of all candidates, from the embedding up."""
    chosen = task.settings
    touched = {*pairs["source"], *pairs["target"], "embedding", OUTPUT}
    names = [name for name in (*task.cases[0].paths.senders, OUTPUT) if name in touched]
    index = {name: k for k, name in enumerate(names)}
    adjacency = np.zeros((len(names), len(names)), dtype=bool)
    for row in pairs[pairs["kept"]].itertuples():
        adjacency[index[str(row.source)], index[str(row.target)]] = True
    about = f"heads ({chosen.rule}, {chosen.patch} patches, candidates by {chosen.candidates})"
    return CausalGraph.from_adjacency(
        adjacency, names, direction="from row to column", kind="dag", algorithm=about
    )
