"""A run held against the truth: what became of each edge, and how well screens rank the pairs.

============== =====================================================================
right          both graphs have the edge with the same marks, and no other graph of
               the truth's equivalence class has others
unidentifiable both join the pair, and the truth's class leaves the direction open: no
               documents can show it, and an arrow that agrees does so by chance
undecided      both join the pair, the truth's class compels the direction, and the
               graph leaves it open
reversed       both join the pair, and the graph directs the edge otherwise
missing        only the truth joins the pair
extra          only the graph joins the pair
============== =====================================================================

An arrow of the graph that turns within the graph's own class counts as no direction. What the
knowledge that the search was given settles is settled in the truth's class, too. Where no truth is
known, an edge stands by its verdict about the documents.

A screen ranks pairs, of which one counts as adjacent where the truth joins it in either direction.
The area under the ROC curve and the average precision are scikit-learn's; ties share their place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from causattn.candidates import SELECTORS
from causattn.discovery import KNOWLEDGE
from causattn.effects import DOCUMENT_VERDICTS, claims_of
from causattn.graphs import CausalGraph, Edge
from causattn.results import SCREEN, Run

Fate = Literal[
    "right",
    "unidentifiable",
    "undecided",
    "open",
    "absent",
    "reversed",
    "missing",
    "extra",
    "supported",
    "robust",
    "consistent",
    "drawn",
    "disputed",
    "refuted",
]


class DrawnEdge(NamedTuple):
    """An edge to draw: from `source` to `target` with `symbol`, and what became of it."""

    source: str
    target: str
    symbol: str
    fate: Fate


def overlay(graph: CausalGraph, truth: CausalGraph) -> list[DrawnEdge]:
    """Return all edges of both graphs, those of the graph first, with what became of each.

    Parameters
    ----------
    graph, truth
        Over the same names, in any order.
    """
    of_truth = {_pair(edge): edge for edge in truth.edges()}
    free, settled = _arrows(graph, claims_of(graph).free), _identifiable(graph, truth)
    drawn = []
    for edge in graph.edges():
        true = of_truth.pop(_pair(edge), None)
        drawn.append(DrawnEdge(*edge, _fate(edge, true, _pair(edge) in free, settled)))
    drawn += [DrawnEdge(*edge, "missing") for edge in of_truth.values()]
    return drawn


def by_verdict(graph: CausalGraph, evidence: pd.DataFrame) -> list[DrawnEdge]:
    """Return the graph's edges, each with its verdict from the evidence table."""
    verdicts: Mapping[tuple[str, str], str] = {}
    if {"source", "target", "verdict"} <= set(evidence.columns):
        verdicts = {
            (source, target): verdict
            for source, target, verdict in zip(
                evidence["source"], evidence["target"], evidence["verdict"], strict=True
            )
            if verdict in DOCUMENT_VERDICTS
        }
    return [
        DrawnEdge(*edge, verdicts.get((edge.source, edge.target), "drawn"))  # type: ignore[arg-type]
        for edge in graph.edges()
    ]


def count_fates(edges: Iterable[DrawnEdge]) -> Counter[str]:
    """Return how many edges there are of each fate."""
    return Counter(edge.fate for edge in edges)


def fates_by_pair(edges: Iterable[DrawnEdge]) -> dict[frozenset[str], Fate]:
    """Return the fate of each pair that an edge joins."""
    return {frozenset((edge.source, edge.target)): edge.fate for edge in edges}


def drawing_order(graph: CausalGraph, truth: CausalGraph | None) -> np.ndarray:
    """Return the 0/1 adjacency that a layout follows, uint8 [p, p], **from row to column**.

    Directions are the truth's where it has any, else the graph's; an undirected edge points from
    the first name to the second. There may be cycles.
    """
    names = {name: k for k, name in enumerate(graph.names)}
    adjacency = np.zeros((graph.size, graph.size), dtype=np.uint8)
    for edges in (truth.edges() if truth is not None else (), graph.edges()):
        for edge in edges:
            i, j = names[edge.source], names[edge.target]
            if not adjacency[j, i]:
                adjacency[i, j] = 1
    return adjacency


def _pair(edge: Edge) -> frozenset[str]:
    return frozenset((edge.source, edge.target))


def _fate(edge: Edge, true: Edge | None, free: bool, settled: set[frozenset[str]]) -> Fate:
    if true is None:
        return "extra"
    turned = edge if edge.source == true.source else _turned(edge)
    if true.symbol == "o-o":  # no more is known than that the two are adjacent
        return "unidentifiable"
    known = _pair(edge) in settled
    loose = {"---", "o-o", "o->", "<-o", "o--", "--o"}
    if free or (edge.symbol in loose and not _contradicts(turned.symbol, true.symbol)):
        if turned == true and true.symbol in loose:
            return "right"  # it is the truth that is a class, and the graph says the same
        return "undecided" if known else "unidentifiable"
    if turned == true:
        return "right" if known else "unidentifiable"
    return "reversed"


def _arrows(graph: CausalGraph, matrix: np.ndarray) -> set[frozenset[str]]:
    """Return the pairs of a matrix over a graph's variables."""
    return {frozenset((graph.names[i], graph.names[j])) for i, j in np.argwhere(matrix)}


def _identifiable(graph: CausalGraph, truth: CausalGraph) -> set[frozenset[str]]:
    """Return the pairs of the truth whose marks are those of its whole class."""
    if truth.kind != "dag":
        return {_pair(edge) for edge in truth.edges()}
    known = graph.details.get(KNOWLEDGE)
    if known is not None:
        truth = replace(truth.over(graph.names) or truth, details={KNOWLEDGE: known})
    return _arrows(truth, claims_of(truth).compelled == 1)


def _turned(edge: Edge) -> Edge:
    flipped = edge.symbol[::-1].translate(str.maketrans("<>", "><"))
    return Edge(edge.target, edge.source, flipped)


def _contradicts(symbol: str, true: str) -> bool:
    """Return whether a partly open edge says of one end what the truth does not."""
    if symbol == "---":
        return False
    ends = ((symbol[0], true[0]), (symbol[2], true[2]))
    return any(end != "o" and end != of_truth for end, of_truth in ends)


ATTENTION = "attention"


@dataclass(frozen=True)
class ScreenQuality:
    """How well one screen ranks the pairs.

    Parameters
    ----------
    name
        The screen.
    auc, average_precision
        Against the true skeleton; NaN where it has no edge or every edge.
    recall, precision
        float64 [k], the curve: the best precision at each recall, which rises from 0 to 1; the
        area under its steps is the average precision.
    """

    name: str
    auc: float
    average_precision: float
    recall: np.ndarray
    precision: np.ndarray


@dataclass(frozen=True)
class Chosen:
    """The pairs that were allowed: how many, and their precision and recall."""

    pairs: int
    precision: float
    recall: float


def screen_qualities(run: Run) -> list[ScreenQuality]:
    """Return the quality of what scored the candidates, and of each screen beside it.

    Empty without a truth; where nothing scored candidates, the other screens alone.
    """
    pairs = _true_pairs(run)
    if pairs is None or pairs["true"].nunique() < 2:
        return []
    from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score

    found = []
    true = pairs["true"].to_numpy()
    columns = {scored_by(run): "strength"} if "strength" in pairs else {}
    columns |= {name.replace("_", " "): f"{SCREEN}{name}" for name in run.screens}
    for name, column in columns.items():
        strength = np.nan_to_num(pairs[column].to_numpy(dtype=float), nan=-np.inf)
        strength = np.maximum(strength, np.finfo(float).min)
        precision, recall, _ = precision_recall_curve(true, strength)
        steps = np.unique(recall)
        best = np.array([precision[recall == step].max() for step in steps])
        best[0] = best[1]  # at recall 0 nothing is chosen yet, and precision has no meaning
        found.append(
            ScreenQuality(
                name,
                float(roc_auc_score(true, strength)),
                float(average_precision_score(true, strength)),
                steps,
                best,
            )
        )
    return found


def scored_by(run: Run) -> str:
    """Return what scored the candidates, in words: attention, another explainer or a screen."""
    named = (("circuit", "candidates"), ("attribution", "method"), ("candidates", "screen"))
    found = (run.summary.get(stage, {}).get(key) for stage, key in named)
    return str(next(filter(None, found), ATTENTION)).replace("_", " ")


def scored_by_data(run: Run) -> bool:
    """Return whether what scored the candidates read no model: a screen of the values alone."""
    return run.summary.get("candidates", {}).get("screen") in SELECTORS


def chosen_pairs(run: Run) -> Chosen | None:
    """Return how good the allowed pairs are; None without a truth or where none are allowed."""
    pairs = _true_pairs(run)
    if pairs is None or "allowed" not in pairs:
        return None
    allowed, true = pairs["allowed"].to_numpy(dtype=bool), pairs["true"].to_numpy(dtype=bool)
    if not allowed.any() or not true.any():
        return None
    both = float((allowed & true).sum())
    return Chosen(int(allowed.sum()), both / allowed.sum(), both / true.sum())


def prevalence(run: Run) -> float:
    """Return the share of pairs that are truly adjacent, a blind screen's precision."""
    pairs = _true_pairs(run)
    return float("nan") if pairs is None or pairs.empty else float(pairs["true"].mean())


def _true_pairs(run: Run) -> pd.DataFrame | None:
    """Return one row an unordered pair, with whether the truth joins it."""
    if run.truth is None:
        return None
    place = {name: k for k, name in enumerate(run.truth.names)}
    frame = run.candidates
    inside = frame["source"].isin(place) & frame["target"].isin(place)
    frame = frame[inside]
    rows = frame["source"].map(place).to_numpy(dtype=int)
    columns = frame["target"].map(place).to_numpy(dtype=int)
    once = rows < columns
    frame = frame[once].copy()
    frame["true"] = run.truth.skeleton()[rows[once], columns[once]]
    return frame
