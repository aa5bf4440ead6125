"""Who may read whom, by a graph over the corpus's variables and its label.

A feature may read another where the graph has an edge between them without an arrowhead at the
other: its parents, and where an edge is not directed (a CPDAG, a PAG), either end. The features
that should not matter for the label are those from which no such edges lead to it: no possible
ancestor of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from causattn.base import ArtefactError, ConfigError, DataError, listed
from causattn.corpora import Corpus
from causattn.graphs import CausalGraph, Mark

TRUTH, SHUFFLED = "truth", "shuffled"


@dataclass(frozen=True)
class Target:
    """A graph as a target of attention.

    Parameters
    ----------
    names
        The F features: variables of the corpus, in its order, and the label last.
    variables
        int64 [F - 1], which variables of the corpus the features before the label are.
    reads
        bool [F, F], whether the row's feature may read the column's; the diagonal is true.
    """

    names: tuple[str, ...]
    variables: np.ndarray
    reads: np.ndarray

    def irrelevant(self) -> tuple[str, ...]:
        """Return the features that are no possible ancestors of the label."""
        reach = self.reads.copy()
        for _ in self.names:
            reach = (reach.astype(np.int64) @ reach.astype(np.int64)) > 0
        return tuple(name for name, seen in zip(self.names, reach[-1], strict=True) if not seen)


def causal_target(chosen: str, corpus: Corpus, rng: np.random.Generator) -> Target:
    """Return who may read whom.

    Parameters
    ----------
    chosen
        ``"truth"``, the corpus's own graph; ``"shuffled"``, the same with its variables' names
        exchanged so that none keeps its place (a control); or a graph's file (`CausalGraph.write`,
        such as a run's ``graph.json``). Variables that it leaves out are not looked at.
    corpus
        Documents that mention variables, with labels.
    rng
        Shuffles.

    Raises
    ------
    ConfigError
        Where there is no such graph, or it is over other features.
    DataError
        Where the corpus mentions no variables.
    """
    if not corpus.variables or not len(corpus.mentions):
        raise DataError(
            f"Corpus {corpus.name} does not say which words carry which feature, so there is "
            "nothing that a causal term could act on; use a corpus with variables, such as "
            "corpus=shortcut, or model.causal_weight=0."
        )
    graph = _graph(chosen, corpus)
    own = {name: k for k, name in enumerate((*corpus.variables, corpus.outcome_name))}
    others = [name for name in graph.names if name not in own]
    if others:
        raise ConfigError(
            f"The graph of model.causal_graph={chosen} is over other features than corpus "
            f"{corpus.name}: {', '.join(others[:3])} is none of {listed(own)}; give a graph "
            "over these."
        )
    if corpus.outcome_name not in graph.names:
        raise ConfigError(
            f"The graph of model.causal_graph={chosen} leaves out the label "
            f"({corpus.outcome_name}), so it does not say what the model should read; give one "
            "with it (features.outcome=true)."
        )
    order = sorted(range(graph.size), key=lambda k: own[graph.names[k]])
    names = tuple(graph.names[k] for k in order)
    marks = graph.marks[np.ix_(order, order)]
    reads = (marks == Mark.TAIL) | (marks == Mark.CIRCLE) | np.eye(len(names), dtype=bool)
    if chosen == SHUFFLED:
        moved = _moved(len(names) - 1, rng)
        reads = reads[np.ix_([*moved, -1], [*moved, -1])]
    return Target(names, np.array([own[name] for name in names[:-1]], dtype=np.int64), reads)


def _graph(chosen: str, corpus: Corpus) -> CausalGraph:
    """Return the graph that is named."""
    if chosen in (TRUTH, SHUFFLED):
        if corpus.truth is None:
            raise ConfigError(
                f"model.causal_graph={chosen}, but the true graph of corpus {corpus.name} is not "
                "known; give a graph's file, such as a run's graph.json."
            )
        return corpus.truth
    path = Path(chosen).expanduser()
    if not path.is_file():
        raise ConfigError(
            f"There is no graph {chosen} (model.causal_graph); give truth, shuffled, or a graph's "
            "file, such as a run's graph.json."
        )
    try:
        return CausalGraph.read(path)
    except (ArtefactError, KeyError, ValueError, TypeError) as error:
        raise ConfigError(
            f"{chosen} (model.causal_graph) is no graph; give the graph.json of a run."
        ) from error


def _moved(count: int, rng: np.random.Generator) -> np.ndarray:
    """Return a permutation that leaves none of two or more in its place."""
    order = rng.permutation(count)
    moved = np.empty(count, dtype=np.int64)
    # One cycle through all of them.
    moved[order] = np.roll(order, 1)
    return moved
