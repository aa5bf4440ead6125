"""A study: from a configuration to a run. The only file that knows all the rooms.

    corpora -> models -> attention -> candidates -> discovery -> effects -> report
                  \\-> features ----------^-------------^

Each stage takes plain settings and what the stages before it gave (`causattn.data_stages`, and
`causattn.stages` where there is a model; what is expensive is computed once); the rest is written
into the run's folder. A room that a run does not need is not imported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from causattn import candidates, effects, features
from causattn.base import Clock
from causattn.checks import about_model, check_settings, explainer, is_none
from causattn.data_stages import DataStages
from causattn.graphs import with_constant
from causattn.results import Run, versions, write_results

if TYPE_CHECKING:
    from causattn.stages import Stages


def run_study(
    config: Mapping[str, Any], folder: Path, stages: Mapping[str, Callable[..., Any]] | None = None
) -> Run:
    """Do a study and write it into `folder`.

    Parameters
    ----------
    config
        The resolved configuration: one mapping a room, ``seed``, ``controls`` and ``paths``.
    folder
        The run's folder; it exists and is empty but for ``config.yaml``.
    stages
        Own functions to do stages with, by the names in `causattn.data_stages.OWN_STAGES`.

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
    if about_model(config):
        from causattn.head_study import run_head_study

        return run_head_study(config, folder, stages)
    clock, seed = Clock(), int(config["seed"])
    reading: Stages | None = None
    if not is_none(config, "model"):
        from causattn.stages import Stages

        reading = Stages(config, seed, stages)
    do = reading or DataStages(config, seed, stages)
    model = summary = attributed = edges = None
    controls: dict[str, Any] = {}
    nulls: list[Any] = []
    with clock.stage("corpus"):
        corpus = do.make_corpus()
    # Features that need no model come first: what is wrong with them is said before training.
    early = not ("features" in do.own or features.features_need_model(config["features"]))
    if early:
        with clock.stage("features"):
            table = do.make_features(corpus, None)
    if reading is not None:
        with clock.stage("model"):
            model = reading.make_model(corpus)
    if not early:
        with clock.stage("features"):
            table = do.make_features(corpus, model)
    if reading is not None and model is not None:
        if not is_none(config, "attention"):
            with clock.stage("attention"):
                summary = reading.make_attention(corpus, model, table)
        if explainer(config) is not None:
            with clock.stage("attribution"):
                attributed = reading.make_attribution(corpus, model, table)
        if attributed is not None or summary is not None:
            with clock.stage("controls"):
                controls = reading.make_controls(corpus, model, table)
                nulls = reading.make_nulls(corpus, model, table)
    proposed = attributed or summary
    own_screen = not is_none(config, "candidates") and not candidates.needs_summary(
        config["candidates"]
    )
    if proposed is not None or own_screen:
        with clock.stage("candidates"):
            read = None if proposed is None else proposed.value
            edges = do.select_candidates(read, table.value, nulls)
    with clock.stage("screens"):
        beside = {"attention": summary.value} if (attributed or own_screen) and summary else {}
        others = {**beside, **controls}
        screens = candidates.screens_beside(config["candidates"], table.value, others)
    with clock.stage("discovery"):
        graph = do.discover(table.value, edges)
    network = None if model is None else model.value
    with clock.stage("effects"):
        evidence = do.collect_evidence(graph, table.value, edges, network, corpus.value)
    # What never varies was not searched, and stands in the graph without an edge.
    truth = corpus.value.truth_over(table.value.names, table.value.determined)
    whole = with_constant(graph, table.value.constant)
    known = None if truth is None else with_constant(truth, table.value.constant)
    metrics = {
        "seed": config["seed"],
        "corpus": corpus.value.summary(),
        "model": {} if network is None else network.summary(),
        "features": table.value.summary(truth),
        "attention": {} if summary is None else summary.value.summary(),
        "attribution": {} if attributed is None else attributed.value.summary(),
        "candidates": candidates.summary_beside(edges, screens, truth),
        "graph": whole.summary(known),
        "evidence": evidence.summary(),
        "effects": {"known": effects.known_effects(corpus.value)},
        **({"stages": do.own.names} if stages else {}),
        "reused": do.reused,
        "timing": clock.seconds,
        "versions": versions(),
    }
    chosen = None if edges is None else edges.frame()
    run = write_results(
        folder,
        summary=metrics,
        graph=whole,
        candidates=chosen,
        evidence=evidence,
        truth=known,
        screens=screens,
    )
    if config.get("report", True):
        from causattn import report

        keys = {"corpus": corpus.key, "features": table.key}
        keys |= {} if model is None else {"model": model.key}
        read = None if summary is None else summary.value
        material = report.Material(corpus.value, table.value, network, read, keys)
        report.present_run(run, material, config.get("page"))
    return run
