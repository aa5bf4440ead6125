"""Which explainer's attributions are the best screen for a causal graph's edges?

    python experiments/attributions/run.py asia --seeds 0 1 2
    python experiments/attributions/run.py page

Each network adds what it measured to ``results/attributions/attributions.json`` (a seed measured
again replaces what was there) and the table is written anew. See the README beside this.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy import stats

from causattn import attribution, candidates
from causattn.base import ConfigError, write_json, write_text
from causattn.cli.compose import compose_config, plain
from causattn.graphs import CausalGraph
from causattn.results import source_commit, versions
from causattn.stages import UNTRAINED, Stages

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parents[1] / "results" / "attributions"
STEPS = {"asia": 1500, "sachs": 1500, "alarm": 3500}
"""Training steps by network."""
SAMPLES = {"lime": 100, "kernel_shap": 50, "shapley_sampling": 25}
"""Draws of the explainers that draw."""
EXPLAINERS = (
    "occlusion",
    "deletion",
    "saliency",
    "gradient_input",
    "integrated_gradients",
    "random",
    *SAMPLES,
)
MODEL_SCREENS = ("attention", "rollout")
Row = dict[str, Any]


def main(given: Sequence[str] | None = None) -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("network", help="a network, or page to write the table alone")
    arguments.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    arguments.add_argument("--explainers", nargs="+", default=None, help="some of them alone")
    arguments.add_argument("--documents", type=int, default=500, help="for those without draws")
    arguments.add_argument("--drawn-documents", type=int, default=100, help="for those that draw")
    arguments.add_argument("--unit", choices=("share", "output"), default="share")
    arguments.add_argument("--untrained", action="store_true", help="the same of fresh weights")
    arguments.add_argument("--folder", type=Path, default=RESULTS)
    arguments.add_argument("--set", nargs="*", default=[], help="overrides, as for causattn run")
    words = sys.argv[1:] if given is None else list(given)
    chosen = arguments.parse_args(words)
    torch.set_num_threads(1)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    kept = read(chosen.folder)
    if chosen.network != "page":
        kept["commands"] = sorted(
            {*kept.get("commands", []), "python experiments/attributions/run.py " + told(words)}
        )
        kept["versions"] = {**versions(), "captum": metadata.version("captum")}
        kept["commit"] = source_commit("causattn/attribution", "experiments/attributions")
        for row in (row for seed in chosen.seeds for row in measured(chosen, seed)):
            add(kept, row)
            print(f"{row['case']}: AUC {row['skeleton']['auc']:.3f}", flush=True)
            write_json(chosen.folder / "attributions.json", kept)
    write_text(chosen.folder / "attributions.md", page(kept))


def told(words: Sequence[str]) -> str:
    """Return a command's words without the places that were written to."""
    at = words.index("--folder") if "--folder" in words else len(words)
    kept = [*words[:at], *words[at + 2 :]]
    return " ".join(word for word in kept if not word.startswith("paths."))


def read(folder: Path) -> dict[str, Any]:
    """Return what was measured before."""
    path = folder / "attributions.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def add(kept: dict[str, Any], row: Row) -> None:
    """Add a measurement, in the place of one of the same case."""
    same = [old for old in kept.get("rows", []) if old["case"] != row["case"]]
    kept["rows"] = sorted([*same, row], key=lambda each: json.dumps(each["case"]))


def measured(chosen: argparse.Namespace, seed: int) -> Iterator[Row]:
    """Yield how well each screen of one trained model ranks the true pairs."""
    network = chosen.network
    steps = [f"model.steps={STEPS[network]}"] if network in STEPS else []
    overrides = ["corpus=bayesnet", f"corpus.network={network}", *steps, f"seed={seed}"]
    config = plain(compose_config([*overrides, *chosen.set]))
    stages = Stages(config, seed)
    corpus = stages.make_corpus()
    model = stages.make_model(corpus)
    table = stages.make_features(corpus, model)
    truth = corpus.value.truth_over(table.value.names)
    if truth is None:
        raise ConfigError(f"Network {network} gives no truth over the features; choose another.")
    about = {"network": network, "seed": seed, "model": "trained"}
    documents = {"documents": len(corpus.value), "steps": config["model"]["steps"]}
    if not chosen.untrained:
        information = candidates.mutual_information_screen(table.value)
        yield row_of({**about, "screen": "mutual information"}, information, truth, documents)
        summary = stages.make_attention(corpus, model, table).value
        for name, aggregate in zip(MODEL_SCREENS, ("mean", "rollout"), strict=True):
            score = candidates.attention_score(summary, aggregate)
            more = {**documents, "explained": summary.documents}
            yield row_of({**about, "screen": name}, score, truth, more)
    network_model = model.value
    if chosen.untrained:
        from causattn.models import untrained_copy

        about["model"] = UNTRAINED
        network_model = untrained_copy(model.value, seed)
    for kind in chosen.explainers or EXPLAINERS:
        draws = kind in SAMPLES
        explained = chosen.drawn_documents if draws else chosen.documents
        settings = {"kind": kind, "documents": explained, "unit": chosen.unit}
        settings |= {"samples": SAMPLES[kind]} if draws else {}
        start = time.process_time()
        summary = attribution.summarise_attribution(
            settings, network_model, corpus.value, table.value, seed
        )
        seconds = time.process_time() - start
        score = candidates.attribution_score(summary)
        more = {**documents, "explained": explained, "cpu_seconds": round(seconds, 2)}
        more["sequences"] = summary.about["sequences"]
        case = {**about, "screen": kind.replace("_", " "), "unit": chosen.unit}
        yield row_of(case, score, truth, more)


def row_of(case: Row, score: np.ndarray, truth: CausalGraph, more: Mapping[str, Any]) -> Row:
    """Return one screen's row.

    Parameters
    ----------
    case
        What was measured.
    score
        float64 [f, f], from row to column.
    truth
        The true graph.
    more
        What else is known.
    """
    strength = np.maximum(score, score.T)
    found = {
        name: candidates.score_candidates(strength, target)
        for name, target in (("skeleton", truth.skeleton()), ("moral", moral(truth)))
    }
    return {"case": case, **found, **more}


def moral(truth: CausalGraph) -> np.ndarray:
    """Return which pairs are adjacent or have a common child, bool [f, f]: Markov blankets."""
    directed = truth.directed().astype(int)  # from row to column
    joined = truth.skeleton() | (directed @ directed.T > 0)
    np.fill_diagonal(joined, False)
    return joined


def page(kept: Mapping[str, Any]) -> str:
    """Return the tables."""
    lines = [
        "# Explainers as screens",
        "",
        "Area under the ROC curve and average precision of each screen's strengths, against",
        "the true skeleton (adjacent pairs) and the moral graph (Markov blankets): mean over seeds",
        "with the 95% interval by Student's t. Timings are of a machine shared with other work.",
        "",
    ]
    rows = kept.get("rows", [])
    groups = dict.fromkeys((row["case"]["network"], row["case"]["model"]) for row in rows)
    for network, model in sorted(groups, key=lambda each: (each[0], each[1] != "trained")):
        own = [
            row
            for row in rows
            if (row["case"]["network"], row["case"]["model"]) == (network, model)
        ]
        lines += [f"## {network}, {model}", ""]
        lines += [
            "| screen | seeds | documents explained | skeleton AUC | AP | moral AUC | AP | CPU s |",
            "|---|---|---|---|---|---|---|---|",
        ]
        by: dict[str, list[Row]] = {}
        for row in own:
            unit = row["case"].get("unit")
            by.setdefault(row["case"]["screen"] + (f", {unit}" if unit else ""), []).append(row)
        for name in sorted(by, key=lambda name: -mean(by[name], "skeleton", "auc")):
            told = [
                interval([row[target][figure] for row in by[name]])
                for target in ("skeleton", "moral")
                for figure in ("auc", "average_precision")
            ]
            seconds = [row["cpu_seconds"] for row in by[name] if "cpu_seconds" in row]
            cost = f"{np.median(seconds):.0f}" if seconds else "–"
            explained = by[name][0].get("explained", "–")
            lines.append(
                f"| {name} | {len(by[name])} | {explained} | {' | '.join(told)} | {cost} |"
            )
        lines.append("")
    lines += ["Commands:", ""]
    lines += [f"    {command}" for command in kept.get("commands", [])]
    told_versions = ", ".join(f"{name} {number}" for name, number in kept["versions"].items())
    lines += ["", f"Versions: {told_versions}; commit {kept['commit']}.", ""]
    return "\n".join(lines)


def mean(rows: Sequence[Row], target: str, figure: str) -> float:
    """Return the mean of a figure."""
    return float(np.mean([row[target][figure] for row in rows]))


def interval(values: Sequence[float]) -> str:
    """Return the mean with the half-width of its 95% interval."""
    middle = float(np.mean(values))
    if len(values) < 2:
        return f"{middle:.3f}"
    half = stats.t.ppf(0.975, len(values) - 1) * stats.sem(values)
    return f"{middle:.3f} ± {half:.3f}"


if __name__ == "__main__":
    main()
