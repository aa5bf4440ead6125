"""A small decoder trained on Chinese prompts, and the graph that answers them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from causattn.circuits import HeadsSettings, find_circuit
from causattn.corpora import load_corpus
from causattn.models import load_model
from causattn.reproduction import Context


def jobs(settings: Any) -> Iterator[dict[str, Any]]:
    """Yield one job a model."""
    for seed in range(settings.seeds):
        yield {
            "seed": seed,
            "train": settings.train,
            "epochs": settings.epochs,
            "prompts": settings.prompts,
            "paths": settings.paths,
            "counts": list(settings.counts),
        }


def measure(job: dict[str, Any], context: Context) -> list[dict[str, Any]]:
    """Return what the graph is worth, a row; its curves, and its edges by their effects."""
    seed = context.seed + job["seed"]
    prompts = {"kind": "indirect_object", "language": "zh"}
    trained_on = load_corpus({**prompts, "documents": job["train"]}, seed)
    model = load_model({"kind": "tiny_lm", "epochs": job["epochs"]}, trained_on, seed)
    asked = load_corpus({**prompts, "documents": 2 * job["prompts"]}, seed + 1000)
    settings = HeadsSettings(
        finding=job["prompts"], trying=job["prompts"], paths=job["paths"], counts=job["counts"]
    )
    circuit = find_circuit(asdict(settings), model, asked, seed)
    about = circuit.about
    rows: list[dict[str, Any]] = [
        {
            "what": "graph",
            "model": job["seed"],
            "perplexity": model.about["perplexity_held_out"],
            "preferred": about["preferred"],
            "read": about["read"],
            "read_in_place": about["read_in_place"],
            "faithfulness": about["faithfulness"],
            "completeness": about["completeness"],
            **about["paths"],
            "overlap": about["overlap"]["mean"],
            "phrasings_overlap": about["phrasings_overlap"],
        }
    ]
    for curve in circuit.curves.to_dict("records"):
        rows.append({"what": "curve", "model": job["seed"], **curve})
    for pair in circuit.to_frame().head(15).to_dict("records"):
        rows.append({"what": "edge", "model": job["seed"], **pair})
    return rows
