"""How often each verdict is right, where the truth is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from causattn.base import CausattnError, generator
from causattn.corpora import Corpus, Mentions, load_network
from causattn.discovery import Knowledge, discover
from causattn.effects import DOCUMENT_VERDICTS, collect_evidence
from causattn.features import FeatureKind, FeatureTable
from causattn.graphs import CausalGraph, to_cpdag
from causattn.reproduction import Context

from .cases import CASES, World, case, random_world

Row = dict[str, Any]
KINDS = ("linear", "discrete", "mixed")
LABEL = "label and words"
PLAIN = "plain PC + DoWhy"
DOWHY = ("placebo", "random_common_cause", "data_subset")
"""The refuters that people run behind PC."""


def jobs(settings: Any) -> Iterator[dict[str, Any]]:
    """Yield a job a network: random ones, cases, and claims that somebody brings along."""
    common = {"rows": settings.rows, "effects": dict(settings.effects)}
    for seed in range(settings.first_seed, settings.first_seed + settings.seeds):
        for kind in KINDS:
            for hidden in settings.hidden:
                random = {"part": "random", "kind": kind, "hidden": hidden, "order": False}
                yield {**random, "variables": 10, "degree": settings.degree, "seed": seed, **common}
    for seed in range(settings.first_seed, settings.first_seed + settings.seeds_of_order):
        for kind in ("linear", "discrete"):
            for hidden in settings.hidden:
                random = {"part": "random", "kind": kind, "hidden": hidden, "order": True}
                yield {**random, "variables": 10, "degree": settings.degree, "seed": seed, **common}
    for seed in range(settings.first_seed, settings.first_seed + settings.seeds_of_cases):
        for name in CASES:
            yield {"part": "case", "kind": name, "order": False, "seed": seed, **common}
        yield {"part": "case", "kind": LABEL, "order": True, "seed": seed, **common}
    for seed in range(settings.first_seed, settings.first_seed + settings.seeds_of_claims):
        for name in settings.networks:
            for turned in (False, True):
                claimed = "reversed" if turned else "true"
                yield {"part": "claimed", "kind": name, "claimed": claimed, "seed": seed, **common}


def measure(job: Mapping[str, Any], context: Context) -> Row:
    """Return how many claims of a network got each verdict, and how many of these are true."""
    seed = job["seed"]
    world = _world(job)
    table, corpus = _table(world)
    truth = corpus.truth
    assert truth is not None
    settings = _search_settings(job, world)
    knowledge = None
    if job.get("order"):
        knowledge = _order(world) if job["part"] == "random" else _label_last(world)

    def search(some: FeatureTable) -> CausalGraph:
        return discover(settings, some, None, seed, knowledge=knowledge)

    try:
        if job["part"] == "claimed":
            graph, given = _claimed(truth, job["claimed"] == "reversed"), True
        else:
            graph, given = search(table), False
        with_search = {"search": search, "given": given}
        asked = {"kind": "dowhy", **job["effects"]}
        evidence = collect_evidence(asked, graph, table, None, None, corpus, seed, **with_search)
        asked |= {"engine": "closed_form", "estimator": "linear", "split": "none"}
        asked |= {"refuters": list(DOWHY), "bootstraps": 0}
        plain = collect_evidence(asked, graph, table, None, None, corpus, seed)
    except CausattnError as error:
        return {"refused": str(error)}
    said = evidence.frame
    words = {name: said["verdict"].eq(name) for name in DOCUMENT_VERDICTS}
    every = plain.frame
    return {
        **_of_truth(truth),
        **counted(said, words, truth),
        **counted(every, {PLAIN: _plain(every)}, truth),
    }


def counted(frame: pd.DataFrame, words: Mapping[str, pd.Series], truth: CausalGraph) -> Row:
    """Return by word: claims, those true, and those whose source is a cause at all.

    Parameters
    ----------
    frame
        The evidence, one row an ordered pair.
    words
        Which rows have each word.
    truth
        Judges.
    """
    true, causes = truth.directed(), _reach(truth.directed())
    place = {name: k for k, name in enumerate(truth.names)}
    found: Row = {}
    for word, there in words.items():
        i = frame.loc[there, "source"].map(place).to_numpy(dtype=int)
        j = frame.loc[there, "target"].map(place).to_numpy(dtype=int)
        found[word] = len(i)
        found[f"{word}, true"] = int(true[i, j].sum())
        found[f"{word}, a cause"] = int(causes[i, j].sum())
    return found


def _plain(frame: pd.DataFrame) -> pd.Series:
    """Return which arrows people keep: the interval excludes 0 and none of DoWhy's refuters fails.

    Everything is of all rows, and by linear regression on the adjustment set.
    """
    kept = frame["discovery_edge"].eq("-->") & ((frame["data_low"] > 0) | (frame["data_high"] < 0))
    for name in DOWHY:
        kept &= frame[f"{name}_outcome"].ne("failed")
    return kept


def _of_truth(truth: CausalGraph) -> Row:
    """Return how many arrows there are to be found, and how many their class compels."""
    compelled = to_cpdag(truth).directed()
    return {"arrows": int(truth.directed().sum()), "compelled": int(compelled.sum())}


def _world(job: Mapping[str, Any]) -> World:
    keys = [str(job[key]) for key in ("part", "kind", "hidden", "order") if key in job]
    rng = generator(job["seed"], "experiments", "verdict", *keys)
    if job["part"] == "random":
        return random_world(
            job["kind"], job["variables"], job["degree"], job["hidden"], job["rows"], rng
        )
    if job["part"] == "case":
        return case(job["kind"], job["rows"], rng)
    network = load_network(job["kind"])
    codes = network.sample(job["rows"], rng).astype(float)
    adjacency = network.graph().directed()
    kept = np.ptp(codes, axis=0) > 0
    return World(
        tuple(np.array(network.variables)[kept].tolist()),
        codes[:, kept],
        tuple(states for states, keep in zip(network.states, kept, strict=True) if keep),
        adjacency[np.ix_(kept, kept)],
    )


def _table(world: World) -> tuple[FeatureTable, Corpus]:
    """Return a world as what the stages before discovery give."""
    rows = len(world.values)
    truth = CausalGraph.from_adjacency(
        world.adjacency, world.names, direction="from row to column", kind="dag"
    )
    corpus = Corpus(
        name="verdict",
        texts=[""] * rows,
        variables=world.names,
        values=world.values,
        categories=world.categories,
        truth=truth,
    )
    table = FeatureTable(
        world.names,
        (FeatureKind.SLOT,) * len(world.names),
        world.values,
        world.categories,
        Mentions.empty(),
        np.arange(rows),
    )
    return table, corpus


def _search_settings(job: Mapping[str, Any], world: World) -> Row:
    """Return the search: PC; hill climbing where its arrows within a class are the question."""
    if job["kind"] in ("within class", "two variables"):
        return {"kind": "hill_climbing"}
    kinds = {one is None for one in world.categories}
    return {"kind": "pc", "alpha": 0.01, **({"discretise": 4} if len(kinds) > 1 else {})}


def _order(world: World) -> Knowledge:
    """Return a true order of the variables, as somebody might know it."""
    adjacency, order = world.adjacency, []
    while len(order) < len(world.names):
        left = [k for k in range(len(world.names)) if k not in order]
        order += [k for k in left if not adjacency[np.ix_(left, [k])].any()]
    return Knowledge(order=tuple(world.names[k] for k in order))


def _label_last(world: World) -> Knowledge:
    """Return what people say of a label: it follows from the words."""
    words, label = world.names[1:], world.names[:1]
    return Knowledge(tiers=(words, label))


def _claimed(truth: CausalGraph, turned: bool) -> CausalGraph:
    adjacency = truth.directed()
    return CausalGraph.from_adjacency(
        adjacency.T if turned else adjacency,
        truth.names,
        direction="from row to column",
        kind="dag",
    )


def _reach(arrows: np.ndarray) -> np.ndarray:
    """Return who is a cause of whom, bool [p, p] from row to column."""
    reach = arrows.copy()
    for k in range(len(arrows)):
        reach |= reach[:, [k]] & reach[[k]]
    return reach
