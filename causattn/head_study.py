"""A study whose graph is of the model: its nodes are heads, its edges paths that were patched.

    corpora -> models -> circuits -> report

The prompts and the model are those of any study; what carries the task from part to part is found
on some prompts and tried on others (`causattn.circuits`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from causattn import circuits
from causattn.base import Clock, write_json
from causattn.results import Run, versions, write_results
from causattn.stages import Stages


def run_head_study(
    config: Mapping[str, Any], folder: Path, stages: Mapping[str, Callable[..., Any]] | None = None
) -> Run:
    """Do a study of a model's parts and write it into `folder`; see `causattn.study.run_study`.

    Raises
    ------
    CausattnError
        Where a setting or an input cannot be used.
    """
    clock, seed = Clock(), int(config["seed"])
    do = Stages(config, seed, stages)
    with clock.stage("corpus"):
        corpus = do.make_corpus()
    with clock.stage("model"):
        model = do.make_model(corpus)
    with clock.stage("graph"):
        circuit = do.make_circuit(corpus, model).value
    edges = circuits.circuit_candidates(circuit)
    evidence = circuits.circuit_evidence(circuit, float(config["graph"]["negligible"]), seed)
    metrics = {
        "seed": config["seed"],
        "corpus": corpus.value.summary(),
        "model": model.value.summary(),
        "circuit": circuit.summary(),
        "candidates": edges.summary(),
        "graph": circuit.graph.summary(),
        "evidence": evidence.summary(),
        **({"stages": do.own.names} if stages else {}),
        "reused": do.reused,
        "timing": clock.seconds,
        "versions": versions(),
    }
    circuit.curves.to_parquet(folder / "curves.parquet", index=False)
    circuit.paths.to_parquet(folder / "paths.parquet", index=False)
    write_json(folder / "circuit.json", dict(circuit.examples))
    run = write_results(
        folder,
        summary=metrics,
        graph=circuit.graph,
        candidates=edges.frame(),
        evidence=evidence,
    )
    if config.get("report", True):
        from causattn import report

        report.present_run(run, None, config.get("page"))
    return run
