"""Effects and refuters timed side by side with DoWhy, runs taken in turn; ratios are of medians."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
import torch
from threadpoolctl import threadpool_limits

from causattn.corpora import load_corpus
from causattn.effects import (
    ESTIMATORS,
    REFUTERS,
    AdjustmentSets,
    Design,
    DowhySettings,
    Effect,
    LinearEffect,
    LinearEffects,
    ModelInterventions,
    Question,
    Refutation,
    SharedDraws,
    falsify_graph,
    refute,
)
from causattn.features import FeatureTable, build_features
from causattn.graphs import CausalGraph
from causattn.models import encode_texts, load_model, predict_labels
from causattn.reproduction import Context, Findings, machine, on_machines
from causattn.reproduction import Row as Recorded

from .programs import DowhyEffect, dowhy_falsify, seconds_to_identify
from .samples import linear_table, network_table

Row = dict[str, Any]
DEFAULT = DowhySettings.estimator
NAMES = ("placebo", "random_common_cause", "data_subset")
FRACTION = 0.8


def jobs(settings: Any) -> Iterator[dict[str, Any]]:
    """Yield a job a part."""
    for part, given in vars(settings).items():
        if given:
            yield {"part": part, **given}


def measure(job: Mapping[str, Any], context: Context) -> list[Row]:
    """Return the rows of a part."""
    given = {key: value for key, value in job.items() if key != "part"}
    torch.set_num_threads(1)
    with threadpool_limits(1):
        rows = PARTS[job["part"]](**given)
    return [{**row, "machine": machine()} for row in rows]


def page(rows: list[Recorded], context: Context) -> Findings:
    """Return the table."""
    found = Findings(tables={"Beside DoWhy": pd.DataFrame(map(line, rows))})
    found.remarks += [
        on_machines(rows),
        "One thread each, of cores that others worked on at the same time: read the ratios (of "
        "medians, runs taken in turn) rather than the times.",
    ]
    return found


def line(row: Recorded) -> dict[str, object]:
    """Return a case as cells."""
    difference, ratio = row.get("largest_difference"), row.get("ratio")
    return {
        "case": row["case"],
        "how": row["how"],
        "DoWhy, or plain": row.get("theirs"),
        "ours": row.get("ours") or f"{row['our_median_s']:.3g} s ({len(row['our_seconds'])} runs)",
        "ratio": "" if ratio is None else f"{ratio:.2f}" if ratio < 10 else f"{ratio:,.0f}x",
        "largest difference": "" if difference is None else f"{difference:.0e}",
        "target": row["target"],
        "reached": "yes" if row["reached"] else "no",
    }


class Problem:
    """All edges of one graph with their O-sets."""

    def __init__(self, table: FeatureTable, graph: CausalGraph) -> None:
        self.table, self.graph = table, graph
        self.rows = len(table.values)
        self.pairs = [(int(i), int(j)) for i, j in np.argwhere(self.graph.directed())]
        sets = AdjustmentSets(self.graph)
        self.given = [sets.find(*pair, "optimal").variables or () for pair in self.pairs]

    def effects(self, kind: str) -> tuple[Design, list[LinearEffect]]:
        """Return every edge's linear effect."""
        design = Design(self.table)
        linear = LinearEffects(design, kind)  # type: ignore[arg-type]
        found = [linear.estimate(*pair, z) for pair, z in zip(self.pairs, self.given, strict=True)]
        assert all(isinstance(effect, LinearEffect) for effect in found)
        return design, found  # type: ignore[return-value]

    def by(self, estimator: str) -> list[Effect]:
        """Return every edge's effect by an estimator."""
        design = Design(self.table)
        linear, one = LinearEffects(design), ESTIMATORS[estimator]
        asked = zip(self.pairs, self.given, strict=True)
        found = [one.effect(Question(design, linear, *pair, z)) for pair, z in asked]
        assert all(isinstance(effect, Effect) for effect in found)
        return found  # type: ignore[return-value]

    def each(self, draws: int, kind: str, estimator: str = "linear") -> list[Refutation]:
        """Estimate and refute every edge, each with draws of its own."""
        effects = self.effects(kind)[1] if estimator == "linear" else self.by(estimator)
        done = []
        for place, effect in enumerate(effects):
            streams = [np.random.default_rng([place, k]) for k in range(3)]
            for name, stream in zip(NAMES, streams, strict=True):
                done.append(refute(effect, name, draws, stream, 0.05))
        return done

    def shared(self, draws: int) -> list[Refutation]:
        """Estimate and refute every edge, all with the same draws."""
        design, effects = self.effects("classical")
        same = SharedDraws(design, draws, 0)
        rng = np.random.default_rng(0)
        done = []
        for name in NAMES:
            for effect, pair, given in zip(effects, self.pairs, self.given, strict=True):
                found = same.again(effect, pair, given, name)
                assert found is not None
                done.append(refute(effect, name, draws, rng, 0.05, again=lambda _, f=found: f))  # type: ignore[misc]
        return done


def refuters(size: int, edges: int, rows: int, draws: int, sampled: int) -> list[Row]:
    """Three refuters of every edge, beside DoWhy's on some edges and the very same draws."""
    problem = Problem(*linear_table(size, edges, rows))
    ways: dict[str, Callable[[], Any]] = {
        f"the default estimator ({DEFAULT}; of numbers cross-fitted), draws of its own for each "
        "edge": lambda: problem.each(draws, "", DEFAULT),
        "draws of its own for each edge, classical standard errors": lambda: problem.each(
            draws, "classical"
        ),
        "draws of its own for each edge, conservative standard errors": lambda: problem.each(
            draws, "conservative"
        ),
        "draws shared by all edges": lambda: problem.shared(draws),
    }
    case = f"{edges} edges, {size} nodes, n = {rows:,}: three refuters, {draws} draws each"
    return beside_dowhy(case, problem, ways, draws, sampled)


def networks(names: list[str], rows: int, draws: int, sampled: int) -> list[Row]:
    """The default estimator's refuters of every edge of bundled networks, beside DoWhy's."""
    found = []
    for name in names:
        problem = Problem(*network_table(name, rows))
        ways: dict[str, Callable[[], Any]] = {
            f"the default estimator ({DEFAULT}), draws of its own for each edge": (
                lambda problem=problem: problem.each(draws, "", DEFAULT)  # type: ignore[misc]
            ),
            "linear regression, classical standard errors, draws of its own for each edge": (
                lambda problem=problem: problem.each(draws, "classical")  # type: ignore[misc]
            ),
        }
        case = f"{name}, {len(problem.pairs)} edges, n = {rows:,}: three refuters, {draws} draws"
        found += beside_dowhy(case, problem, ways, draws, sampled)
    return found


def beside_dowhy(
    case: str, problem: Problem, ways: dict[str, Callable[[], Any]], draws: int, sampled: int
) -> list[Row]:
    """Return a row for each way to refute all edges; DoWhy refutes some, in turn with them."""
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    theirs: list[float] = []
    differences: list[float] = []
    design, effects = problem.effects("classical")
    for call in ways.values():
        call()
    chosen = np.linspace(0, len(effects) - 1, sampled).astype(int)
    for place in chosen:
        for way, call in ways.items():
            seconds[way].append(timed(call))
        edge = DowhyEffect(effects[place], design, problem.given[place])
        for k, name in enumerate(NAMES):
            mean, replayed = our_draws(effects[place], name, draws, [int(place), k], problem.rows)
            took, new_effect = edge.refute(name, replayed)
            theirs.append(took)
            # Of a source of several values DoWhy permutes one indicator, not the source.
            if name != "placebo" or effects[place].treatment.columns.shape[1] == 1:
                differences.append(abs(new_effect - mean))
        for way, call in ways.items():
            seconds[way].append(timed(call))
    whole = median(theirs) * len(NAMES) * len(effects)
    return [
        {
            "case": case,
            "how": way,
            "their_seconds": theirs,
            "theirs": f"{whole:.3g} s, extrapolated from {len(theirs)} refuters of {sampled} edges "
            f"({median(theirs):.2f} s each)",
            "our_seconds": took,
            "our_median_s": median(took),
            "ratio": whole / median(took),
            "largest_difference": max(differences),
            "target": ">= 100x",
            "reached": whole / median(took) >= 100,
        }
        for way, took in seconds.items()
    ]


def our_draws(
    effect: LinearEffect, name: str, draws: int, seed: list[int], rows: int
) -> tuple[float, list[np.ndarray]]:
    """Return our mean estimate over a refuter's draws, and the draws for DoWhy to repeat."""
    ours, again = np.random.default_rng(seed), np.random.default_rng(seed)
    refuter = REFUTERS[name]
    options = refuter.settings()
    found = effect.again(refuter.draw(effect, options, ours) for _ in range(draws))  # type: ignore[misc]
    changes = [refuter.draw(effect, options, again) for _ in range(draws)]
    if name == "placebo":
        replayed = [one.treatment for one in changes]  # type: ignore[union-attr]
    elif name == "random_common_cause":
        replayed = [one.column for one in changes]  # type: ignore[union-attr]
    else:
        replayed = [np.flatnonzero(one.times) for one in changes]  # type: ignore[union-attr]
    return float(found.estimates.mean()), replayed


def many_edges(size: int, edges: int, rows: int, draws: int) -> list[Row]:
    """The refuters of hundreds of edges, alone."""
    problem = Problem(*linear_table(size, edges, rows))
    took = [timed(lambda: problem.shared(draws), time.process_time) for _ in range(3)]
    case = f"{edges} edges, {size} nodes, n = {rows:,}: three refuters, {draws} draws each"
    return [alone(case, "draws shared by all edges", took, 10.0)]


def falsification(size: int, edges: int, rows: int, permutations: int) -> list[Row]:
    """Whole-graph falsification, beside DoWhy's with the same test."""
    table, graph = linear_table(size, edges, rows)
    # DoWhy draws 20 permutations at its usual level; ours draws as many, then five times as many.
    ours, more, theirs = [], [], []
    found: list[Any] = []
    for _ in range(3):
        ours.append(timed(lambda: _falsify(graph, table, permutations), time.process_time))
        more.append(timed(lambda: _falsify(graph, table, 5 * permutations), time.process_time))
        theirs.append(
            timed(
                lambda: found.append(dowhy_falsify(graph, table, permutations)), time.process_time
            )
        )
    summary = next(iter(found[0].summary.values()))
    mine = _falsify(graph, table, permutations)
    counted = {key.value if hasattr(key, "value") else key: v for key, v in summary.items()}
    case = f"falsification of a graph of {size} nodes, {edges} edges, n = {rows:,}"
    rows_ = []
    for took, count in ((ours, permutations), (more, 5 * permutations)):
        row = alone(case, f"{count} permutations", took, 0.5)
        if count == permutations:
            row |= {
                "their_seconds": theirs,
                "theirs": f"{median(theirs):.3g} s, Fisher's z, {permutations} permutations",
                "ratio": median(theirs) / median(took),
                "violations": [mine.violations, mine.conditions],
                "their_violations": [
                    value for key, value in counted.items() if isinstance(value, int)
                ],
            }
        rows_.append(row)
    return rows_


def _falsify(graph: CausalGraph, table: FeatureTable, permutations: int) -> Any:
    return falsify_graph(graph, table, np.random.default_rng(0), permutations=permutations)


def adjustment(size: int, edges: int, limit: float) -> list[Row]:
    """Adjustment sets of every edge, parents and O-set; DoWhy asked for one edge."""
    table, graph = linear_table(size, edges, 50)
    pairs = [(int(i), int(j)) for i, j in np.argwhere(graph.directed())]

    def find() -> None:
        sets = AdjustmentSets(graph)
        for pair in pairs:
            sets.find(*pair, "parents")
            sets.find(*pair, "optimal")

    took = [timed(find, time.process_time) for _ in range(5)]
    # The edge into the node with most causes: where a search over sets is longest.
    hardest = max(pairs, key=lambda pair: int(graph.directed()[:, pair[1]].sum()))
    theirs = seconds_to_identify(table, graph, hardest, limit)
    row = alone(f"adjustment sets of all {edges} edges, {size} nodes", "both kinds", took, 1.0)
    ended = f"one edge of {edges}: not ended after {limit:g} s"
    return [row | {"theirs": ended if theirs is None else f"one edge: {theirs:.3g} s"}]


def interventions(documents: int) -> list[Row]:
    """Documents a second under intervention, as a share of plain forward passes."""
    corpus = load_corpus(
        {"kind": "bayesnet", "network": "asia", "documents": documents, "style": "sentences"}, 0
    )
    assert corpus.values is not None
    labelled = type(corpus)(
        **{
            **vars(corpus),
            "outcome": corpus.values[:, -1],
            "outcome_name": "label",
            "outcome_classes": corpus.categories[-1],
        }
    )
    model = load_model({"kind": "minilm", "train": "head", "epochs": 1, "threads": 1}, labelled, 0)
    table = build_features(
        {"kind": "slots", "exclude": [labelled.variables[-1]]}, labelled, model, 0
    )
    target = table.size - 1
    batch, plain, forward, changed = 64, [], [], []
    encoding = encode_texts(model, labelled.texts)
    for _ in range(4):
        plain.append(
            timed(lambda: predict_labels(model, encode_texts(model, labelled.texts), batch))
        )
        forward.append(timed(lambda: predict_labels(model, encoding, batch)))
        fresh = ModelInterventions(
            model, labelled, table, documents=documents, batch_size=batch, seed=0
        )
        found: list[Any] = []
        changed.append(timed(lambda: found.append(fresh.effect(0, target))))  # noqa: B023
        assert not isinstance(found[0], str), found[0]
    states = len(table.categories[0] or ())
    rate = {
        "plain": documents / median(plain),
        "forward": documents / median(forward),
        "changed": states * documents / median(changed),
    }
    share = rate["changed"] / rate["forward"]
    return [
        {
            "case": f"interventions on the MiniLM, {documents} documents rewritten {states} ways",
            "how": "rewriting, tokenising, forward, effect",
            "theirs": f"plain forward {rate['forward']:.1f} documents/s "
            f"(tokenising too: {rate['plain']:.1f})",
            "ours": f"{rate['changed']:.1f} documents/s",
            "our_seconds": changed,
            "their_seconds": forward,
            "ratio": share,
            "target": ">= 0.9 of plain forward",
            "reached": share >= 0.9,
        }
    ]


def alone(case: str, how: str, took: list[float], most: float) -> Row:
    """Return a row that is held to a number of seconds of the processor."""
    return {
        "case": case,
        "how": how,
        "our_seconds": took,
        "our_median_s": median(took),
        "target": f"<= {most:g} s, processor",
        "reached": median(took) <= most,
    }


def timed(call: Callable[[], Any], clock: Callable[[], float] = time.perf_counter) -> float:
    """Return the seconds of one call, of the wall's clock or another."""
    start = clock()
    call()
    return clock() - start


PARTS: dict[str, Callable[..., list[Row]]] = {
    "refuters": refuters,
    "networks": networks,
    "many": many_edges,
    "falsification": falsification,
    "adjustment": adjustment,
    "interventions": interventions,
}
