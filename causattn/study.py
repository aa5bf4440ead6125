"""A study: from a configuration to a run. The only file that knows all the rooms.

    corpora -> models -> attention -> candidates -> discovery -> effects -> report
                  \\-> features ----------^-------------^

Each stage takes plain settings and what the stages before it gave. What is expensive and depends
on nothing but settings, seed and earlier artefacts goes through the store, so that it is computed
once (`causattn.stages`); the rest is written into the run's folder.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from causattn import (
    attention,
    attribution,
    candidates,
    corpora,
    discovery,
    effects,
    features,
    models,
    report,
)
from causattn.base import ConfigError, choose
from causattn.graphs import CausalGraph, compare_graphs, sortabilities
from causattn.results import Run, versions, write_results
from causattn.stages import ATTENTION, CONTROLS, Stages, explainer

if TYPE_CHECKING:
    from causattn.stages import Screen

Settings = Mapping[str, Any]


def run_study(config: Settings, folder: Path) -> Run:
    """Do a study and write it into `folder`.

    Parameters
    ----------
    config
        The resolved configuration: one mapping a room, ``seed``, ``controls`` and ``paths``.
    folder
        The run's folder; it exists and is empty but for ``config.yaml``.

    Returns
    -------
    Run
        The finished results, read back from the folder.

    Raises
    ------
    CausattnError
        Where a setting or an input cannot be used.
    """
    check_settings(config)
    seed = int(config["seed"])
    clock = Clock()
    stages = Stages(config, seed)
    with clock.stage("corpus"):
        corpus = stages.make_corpus()
    with clock.stage("model"):
        model = None if is_none(config, "model") else stages.make_model(corpus)
    with clock.stage("features"):
        table = stages.make_features(corpus, model)
    summary, attributed, controls, edges = None, None, {}, None
    if model is not None and not is_none(config, "attention"):
        with clock.stage("attention"):
            summary = stages.make_attention(corpus, model, table)
    if model is not None and explainer(config) is not None:
        with clock.stage("attribution"):
            attributed = stages.make_attribution(corpus, model, table)
    proposed = attributed or summary
    if model is not None and proposed is not None:
        with clock.stage("controls"):
            controls = stages.make_controls(corpus, model, table)
            nulls = stages.make_nulls(corpus, model, table)
        with clock.stage("candidates"):
            edges = candidates.select_candidates(
                config["candidates"],
                proposed.value,
                table.value,
                null=nulls,
                seed=seed,
            )
    with clock.stage("screens"):
        beside = {"attention": summary.value} if attributed and summary else {}
        screens = screens_beside(config["candidates"], table.value, {**beside, **controls})
    with clock.stage("discovery"):
        graph = discovery.discover(config["discovery"], table.value, edges, seed)
    with clock.stage("effects"):
        evidence = effects.collect_evidence(
            config["effects"],
            graph,
            table.value,
            edges,
            None if model is None else model.value,
            corpus.value,
            seed,
        )
    truth = truth_over(corpus.value.truth, table.value.names)
    figures = {
        "seed": seed,
        "corpus": {
            "name": corpus.value.name,
            "documents": len(corpus.value),
            **corpus.value.about,
        },
        "model": {}
        if model is None
        else {"name": model.value.name, "task": model.value.task, **model.value.about},
        "features": {
            "count": table.value.size,
            "rows": len(table.value.documents),
            "data": table.value.data_kind,
            "sortability": {} if truth is None else sortabilities(table.value.values, truth),
            **table.value.about,
        },
        "attention": {}
        if summary is None
        else {
            "documents": summary.value.documents,
            "query": summary.value.query,
            **summary.value.about,
        },
        "attribution": {}
        if attributed is None
        else {
            "method": attributed.value.method,
            "documents": attributed.value.documents,
            "query": attributed.value.query,
            **attributed.value.about,
        },
        "candidates": {
            **({} if edges is None else quality(edges.strength, truth)),
            "pairs": None if edges is None else edges.pair_count,
            "method": "none: every pair was searched" if edges is None else edges.method,
            **({} if edges is None else dict(edges.about)),
            "screens": {name: quality(strength, truth) for name, strength in screens.items()},
        },
        "graph": {
            "algorithm": graph.algorithm,
            "edges": graph.edge_count,
            "tests": graph.tests,
            "tests_by_order": list(graph.tests_by_order),
            "score": graph.score,
            "details": dict(graph.details),
            **({} if truth is None else compare_graphs(graph, truth)),
        },
        "evidence": evidence.summary(),
        "effects": {"known": effects.known_effects(corpus.value)},
        "reused": stages.reused,
        "timing": clock.seconds,
        "versions": versions(),
    }
    run = write_results(
        folder,
        summary=figures,
        graph=graph,
        candidates=None if edges is None else edges.frame(),
        evidence=evidence,
        truth=truth,
        screens=screens,
    )
    if config.get("report", True):
        material = report.Material(
            corpus.value,
            table.value,
            None if model is None else model.value,
            None if summary is None else summary.value,
            {"corpus": corpus.key, **({} if model is None else {"model": model.key})},
        )
        report.record_attention(run, material, config.get("page"))
        report.draw_figures(run)
        report.write_report(run)
    return run


def check_settings(config: Settings) -> None:
    """Check the settings of all rooms before anything is computed.

    Raises
    ------
    ConfigError
        For an unknown kind, key or control, or a value that makes no sense.
    """
    corpora.corpus_settings(config["corpus"])
    check_nones(config)
    if not is_none(config, "model"):
        models.model_settings(config["model"])
    features.feature_settings(config["features"])
    if not is_none(config, "attention"):
        read = attention.attention_settings(config["attention"])
        if read.engine == "processes":  # a cluster's devices are its own
            attention.check_device(read.device)
        task = models.known_task(config["model"])
        if task is not None:  # else it is said when the model is there
            attention.check_query(read.query, task, f"model={config['model']['kind']}")
    chosen_by = config.get("attribution", {})
    if any(value not in (None, ATTENTION) for value in chosen_by.values()):
        attribution.attribution_settings(chosen_by)  # torch is loaded where it is needed
    if not is_none(config, "candidates"):
        chosen = candidates.candidate_settings(config["candidates"])
        if (method := explainer(config)) is not None:
            candidates.check_one_score(method, chosen.aggregate, chosen.layers, chosen.heads)
    discovery.discovery_settings(config["discovery"])
    effects.effect_settings(config["effects"])
    report.page_settings(config.get("page"))
    for name in config["controls"] or []:
        choose(name, dict.fromkeys(CONTROLS), "controls")
    if not isinstance(config["seed"], int) or config["seed"] < 0:
        raise ConfigError(f"seed={config['seed']} should be a whole number from 0; change it.")


def is_none(config: Settings, room: str) -> bool:
    """Tell whether the configuration leaves a room out: its kind is ``none``."""
    return str(config[room].get("kind")) == "none"


def check_nones(config: Settings) -> None:
    """Check that what is left out is not needed by what is asked for.

    Without attention or another explainer there are no candidates, and discovery searches all
    pairs: nothing stands in for what was not read.

    Raises
    ------
    ConfigError
        Where candidates or controls are asked for and nothing proposes them, something proposes
        pairs and no candidates are made of them, or a model is needed and there is none.
    """
    for room in ("model", "attention", "candidates"):
        if is_none(config, room) and len(config[room]) > 1:
            spare = next(key for key in config[room] if key != "kind")
            raise ConfigError(f"{room}.{spare} has no meaning with {room}=none; leave it out.")
    method = explainer(config)
    if method is not None and is_none(config, "candidates"):
        raise ConfigError(
            f"attribution={method} proposes candidates and candidates=none makes none of them; "
            "choose candidates=top_k, or attribution=attention."
        )
    if method is not None and is_none(config, "model"):
        raise ConfigError(
            f"attribution={method} explains a model and model=none has none; choose a model, or "
            "attribution=attention."
        )
    documents = config.get("attribution", {}).get("documents")
    if method is None and is_none(config, "attention") and documents is not None:
        raise ConfigError(
            f"attribution.documents={documents} has no meaning with attribution=attention and "
            "attention=none, which reads no documents; leave it out."
        )
    if method is None and is_none(config, "attention") != is_none(config, "candidates"):
        raise ConfigError(
            "attention=none and candidates=none belong together, since candidates are made of "
            "attention and attention serves nothing else; set both or neither."
        )
    if is_none(config, "model") and not is_none(config, "attention"):
        raise ConfigError(
            "model=none has no attention to read; set attention=none and candidates=none, too."
        )
    if method is None and is_none(config, "attention") and config["controls"]:
        raise ConfigError(
            f"controls={list(config['controls'])} are controls of attention, and attention=none "
            "reads none; set controls=[]."
        )


class Clock:
    """Seconds by stage, as ``timing.<stage>_s``."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time the block under `name`."""
        start = time.perf_counter()
        yield
        self.seconds[f"{name}_s"] = round(time.perf_counter() - start, 3)


def truth_over(truth: CausalGraph | None, names: tuple[str, ...]) -> CausalGraph | None:
    """Return the true graph in the features' order, None where it is not over the same variables.

    Leaving a variable out would turn a DAG into another graph, so that a truth over more or other
    variables than the features is none for them.
    """
    if truth is None or set(truth.names) != set(names):
        return None
    order = [truth.names.index(name) for name in names]
    return CausalGraph(names, truth.marks[np.ix_(order, order)], kind=truth.kind)


def screens_beside(
    settings: Settings,
    table: features.FeatureTable,
    others: Mapping[str, Screen],
) -> dict[str, np.ndarray]:
    """Return what the candidates are compared with: strengths by name, float64 [f, f], symmetric.

    Parameters
    ----------
    settings
        The group `candidates`: controls are aggregated over layers and heads as candidates are.
    table
        Documents by features, for mutual information.
    others
        Attention where it proposed nothing, and the controls of what did, by name.
    """
    screens = {"mutual_information": candidates.mutual_information_screen(table)}
    for name, summary in others.items():
        score = candidates.summary_score(
            summary,
            settings.get("aggregate", "mean"),
            layers=settings.get("layers"),
            heads=settings.get("heads"),
        )
        screens[name] = np.maximum(score, score.T)
    return screens


def quality(strength: np.ndarray, truth: CausalGraph | None) -> dict[str, Any]:
    """Return how well a screen's strengths rank the true adjacencies; nothing without a truth."""
    return {} if truth is None else candidates.score_candidates(strength, truth.skeleton())
