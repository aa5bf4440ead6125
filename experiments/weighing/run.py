"""Does attention, as a restriction or as evidence, help discovery? See the README beside this.

    python experiments/weighing/run.py

Writes ``weighing.json`` and ``weighing.md`` after each block, so that a run that is cut short
leaves what it had.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
import pandas as pd

import causattn
from causattn.base import write_json, write_text
from causattn.candidates import CandidateEdges, strongest_pairs
from causattn.corpora import load_corpus
from causattn.discovery import discover
from causattn.graphs import CausalGraph, compare_graphs
from causattn.results import Run, matrix, versions

RESULTS = Path(__file__).resolve().parents[2] / "results" / "weighing"

PRETRAINED = "attention, pretrained"
SAME = "attention, same documents"
INFORMATION = "mutual information, same documents"
NO_EVIDENCE = "none"
ALONE = "evidence alone"

ROWS_SEED = 100
"""Added to a seed for its rows, so that no row is a document of the pretrained model's corpus:
that is drawn with the seed itself, and equal seeds would draw the same documents."""

Contenders = dict[str, dict[str, Any]]

FAMILIES: Contenders = {
    "PC, alpha .01": {"kind": "pc", "test": "g_square", "alpha": 0.01},
    "PC, alpha .05": {"kind": "pc", "test": "g_square", "alpha": 0.05},
    "GES, BIC": {"kind": "ges", "score": "bic", "penalty": 0.5},
    "GES, BDeu": {
        "kind": "ges",
        "score": "bdeu",
        "equivalent_sample_size": 1.0,
        "structure_prior": 1.0,
    },
    "BOSS, BIC": {"kind": "boss", "score": "bic", "penalty": 0.5},
}
USES = {"restricted": "restrict", "weighed": "weigh"}
STRENGTHS: dict[str, dict[str, float]] = {
    "as set beforehand": {},
    "sharpness 1": {"sharpness": 1.0},
    "sharpness 2": {"sharpness": 2.0},
    "sharpness 8": {"sharpness": 8.0},
    "half as many edges expected": {"expected_edges": 0.5},
    "twice as many edges expected": {"expected_edges": 2.0},
}
"""How sure the evidence is taken to be; edges expected are in units of the number of variables."""

FIGURES = {
    "f1": "adjacency_f1",
    "precision": "adjacency_precision",
    "recall": "adjacency_recall",
    "shd": "shd",
}

Line = dict[str, Any]


def main(given: Sequence[str] | None = None) -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    add = arguments.add_argument
    add("--network", default="alarm", help="a network that there is an experiment of")
    add("--rows", type=int, nargs="+", default=[500, 2000, 10000])
    add("--fair-rows", type=int, nargs="*", default=[500, 2000], help="where a model is trained")
    add("--fair-steps", type=int, default=1000)
    add("--strongest", type=int, nargs="+", default=[40, 46], help="pairs that a threshold keeps")
    add("--seeds", type=int, nargs="+", default=[0, 1, 2], help="of the models")
    add("--samples", type=int, default=5, help="data sets that pretrained models are tried on")
    add("--only", default="", help="only algorithms whose name begins so, such as PC")
    add("--folder", type=Path, default=RESULTS)
    add("--quick", action="store_true", help="a small version on asia that works in seconds")
    add("overrides", nargs="*", help="passed on to causattn.run, such as paths.cache=FOLDER")
    words = sys.argv[1:] if given is None else list(given)
    chosen = arguments.parse_args(words)
    if chosen.quick:
        chosen.network, chosen.rows, chosen.fair_rows = "quick", [300, 600], [300]
        chosen.fair_steps, chosen.strongest, chosen.seeds = 60, [6, 8], [0]
        chosen.samples = 2
    chosen.families = {k: v for k, v in FAMILIES.items() if k.startswith(chosen.only)}
    chosen.folder.mkdir(parents=True, exist_ok=True)
    chosen.samples = sorted({*chosen.seeds, *range(chosen.samples)})
    setting = {
        "command": " ".join(["python experiments/weighing/run.py", *words]),
        "commit": commit(),
        "versions": versions(),
        "network": chosen.network,
        "rows": chosen.rows,
        "fair_rows": chosen.fair_rows,
        "fair_steps": chosen.fair_steps,
        "seeds": chosen.seeds,
        "rows_seeds": [seed + ROWS_SEED for seed in chosen.samples],
        "algorithms": chosen.families,
        "strengths": STRENGTHS,
    }
    lines: list[Line] = []
    for block in blocks(chosen):
        lines += block
        write_json(chosen.folder / "weighing.json", {**setting, "lines": lines})
        write_text(chosen.folder / "weighing.md", page(setting, lines))
        at = block[-1]
        about = f"{at['evidence']}, {at['rows']} rows, seed {at['seed']}, model {at['model']}"
        print(f"{about}: done", flush=True)


def blocks(chosen: argparse.Namespace) -> Iterator[list[Line]]:
    """Yield the lines of one kind of evidence, number of rows and seed after another."""
    alone = contenders_alone(chosen.strongest, chosen.families)
    beside = contenders_beside(chosen.strongest, chosen.families)
    for rows in chosen.rows:
        for seed in chosen.samples:
            yield measure(chosen, NO_EVIDENCE, rows, seed, None, alone, None)
    for rows in chosen.fair_rows:
        for seed in chosen.seeds:
            run = causattn.run(
                f"experiment={chosen.network}",
                f"corpus.documents={rows}",
                f"model.steps={chosen.fair_steps}",
                "effects=none",
                "controls=[]",
                *chosen.overrides,
                seed=seed + ROWS_SEED,
                quiet=True,
            )
            attention = attention_of(run)
            information = information_of(run, attention)
            yield measure(chosen, SAME, rows, seed, seed, beside, attention)
            yield measure(chosen, INFORMATION, rows, seed, None, beside, information)
    for model in chosen.seeds:
        run = causattn.run(
            f"experiment={chosen.network}",
            "effects=none",
            "controls=[]",
            *chosen.overrides,
            seed=model,
            quiet=True,
        )
        attention = attention_of(run)
        strengths = of_strengths(len(attention.names), chosen.families)
        for rows in chosen.rows:
            for seed in chosen.samples:
                yield measure(chosen, PRETRAINED, rows, seed, model, beside, attention)
            yield measure(chosen, PRETRAINED, rows, model, model, strengths, attention)


def contenders_alone(strongest: Sequence[int], families: Contenders = FAMILIES) -> Contenders:
    """Return the settings of what looks at the rows and nothing else, by label."""
    return {
        **{
            f"mutual information, {count} strongest pairs": {
                "kind": "mutual_information",
                "edges": count,
            }
            for count in strongest
        },
        **{
            f"{family}, plain": {**settings, "candidates": "ignore"}
            for family, settings in families.items()
        },
    }


def contenders_beside(strongest: Sequence[int], families: Contenders = FAMILIES) -> Contenders:
    """Return the settings of what is handed evidence on the pairs, by label."""
    return {
        **{
            f"{ALONE}, {count} strongest pairs": {
                "kind": "attention_threshold",
                "edges": count,
            }
            for count in strongest
        },
        **{
            f"{family}, {name}": {**settings, "candidates": use}
            for family, settings in families.items()
            for name, use in USES.items()
        },
    }


def of_strengths(size: int, families: Contenders = FAMILIES) -> Contenders:
    """Return the weighed algorithms with the evidence taken for more and for less, by label."""
    found: Contenders = {}
    for family, settings in families.items():
        for name, strength in STRENGTHS.items():
            own = dict(strength)
            if "expected_edges" in own:
                own["expected_edges"] *= size
            found[f"{family}, weighed, {name}"] = {**settings, "candidates": "weigh", **own}
    return found


def attention_of(run: Run) -> CandidateEdges:
    """Return a run's candidates: its attention from pair to pair, and which pairs it allows."""
    frame = run.candidates
    return CandidateEdges(
        tuple(dict.fromkeys(frame["source"])),
        score=matrix(frame, "score"),
        p_value=matrix(frame, "p_value"),
        allowed=matrix(frame, "allowed").astype(bool),
        method=run.summary["candidates"]["method"],
    )


def information_of(run: Run, attention: CandidateEdges) -> CandidateEdges:
    """Return the mutual information in a run's documents as candidates, as many as attention's."""
    strength = run.screens["mutual_information"]
    return CandidateEdges(
        attention.names,
        score=strength,
        p_value=np.full_like(strength, np.nan),
        allowed=strongest_pairs(strength, attention.pair_count),
        method=f"mutual information, top {attention.pair_count} pairs",
    )


def sampled(network: str, rows: int, seed: int) -> tuple[pd.DataFrame, CausalGraph]:
    """Return rows of a network and its graph; with more rows the first ones stay the same.

    These are the values behind the documents of a study with this seed and as many documents.
    """
    name = "asia" if network == "quick" else network
    settings = {"kind": "bayesnet", "network": name, "documents": rows}
    corpus = load_corpus(settings, seed + ROWS_SEED)
    assert corpus.values is not None
    assert corpus.truth is not None
    frame = pd.DataFrame(corpus.values.astype(np.int64), columns=list(corpus.variables))
    return frame, corpus.truth


def measure(
    chosen: argparse.Namespace,
    evidence: str,
    rows: int,
    seed: int,
    model: int | None,
    contenders: Contenders,
    candidates: CandidateEdges | None,
) -> list[Line]:
    """Run every contender on the same rows and compare what it finds with the truth.

    `seed` is the rows', `model` that of the model whose attention is the evidence, if it is one.
    """
    frame, truth = sampled(chosen.network, rows, seed)
    if candidates is not None:
        frame = frame[list(candidates.names)]
        order = [truth.names.index(name) for name in candidates.names]
        truth = CausalGraph(candidates.names, truth.marks[np.ix_(order, order)], kind="dag")
    lines = []
    for label, settings in contenders.items():
        # Twice, so that one of them compiles nothing; the graphs are the same.
        graphs = [discover(settings, frame, candidates, seed) for _ in range(2)]
        graph = graphs[1]
        found = compare_graphs(graph, truth)
        lines.append(
            {
                "evidence": evidence,
                "rows": rows,
                "seed": seed,
                "model": model,
                "contender": label,
                **{name: found[key] for name, key in FIGURES.items()},
                "tests": graph.tests,
                "seconds": min(each.details["seconds"] for each in graphs),
                "algorithm": graph.algorithm,
            }
        )
    return lines


def page(setting: Mapping[str, Any], lines: Sequence[Line]) -> str:
    """Return the tables as Markdown."""
    shown = [
        "# Attention as restriction and as evidence: figures",
        "",
        f"Written by `{setting['command']}`, commit {setting['commit']}. Seeds "
        f"{_words(setting['seeds'])} (models and pretrained documents), "
        f"{_words(setting['rows_seeds'])} (rows); every pretrained model meets all rows. "
        + ", ".join(f"{name} {version}" for name, version in setting["versions"].items())
        + ".",
        "",
        "Mean over models and rows [smallest, largest]. F1, precision and recall are of the "
        "skeleton; SHD is between CPDAGs, each differing pair counting once (the threshold alone "
        "directs nothing). Tests are independence tests for PC, local scores for GES and BOSS. "
        "Protocol and reading: `experiments/weighing/README.md`.",
    ]
    frame = pd.DataFrame(lines)
    split = frame["contender"].str.contains("|".join(STRENGTHS))
    main_lines, strengths = frame[~split], frame[split]
    for rows, part in main_lines.groupby("rows"):
        shown += ["", f"## {rows} rows", ""]
        shown += _table(
            ["evidence", "contender", "F1", "precision", "recall", "SHD", "tests", "seconds"],
            [
                [evidence, contender]
                + [_range(group[key], 3) for key in ("f1", "precision", "recall")]
                + [_range(group["shd"], 1), _range(group["tests"], 0), _range(group["seconds"], 4)]
                for (evidence, contender), group in part.groupby(
                    ["evidence", "contender"], sort=False
                )
            ],
        )
    shown += ["", "## What weighing and restricting gain", ""]
    shown += [
        "The same rows with and without, seed by seed and model by model: the F1 against the plain "
        "algorithm and against each threshold on the evidence alone, the SHD against the plain "
        "algorithm (below 0 is better).",
        "",
    ]
    alone = list(_thresholds(main_lines))
    shown += _table(
        ["rows", "evidence", "contender", "F1 - plain"]
        + [f"F1 - {label}" for label in alone]
        + ["SHD - plain"],
        list(_gains(main_lines.sort_values("rows", kind="stable"), alone)),
    )
    if len(strengths):
        shown += ["", f"## How sure the evidence is taken to be ({PRETRAINED})", ""]
        shown += _table(
            ["rows", "contender", "F1", "SHD"],
            [
                [str(rows), contender, _range(group["f1"], 3), _range(group["shd"], 1)]
                for (rows, contender), group in strengths.groupby(["rows", "contender"], sort=False)
            ],
        )
    return "\n".join(shown) + "\n"


def _thresholds(frame: pd.DataFrame) -> list[str]:
    """Return the contenders that are a threshold on the evidence and nothing else."""
    labels = frame["contender"].drop_duplicates()
    return [label for label in labels if label.startswith(ALONE)]


def _gains(frame: pd.DataFrame, alone: Sequence[str]) -> Iterator[list[str]]:
    """Yield a row for each algorithm with evidence: its differences, paired by seed."""
    frame = frame.assign(model=frame["model"].fillna(-1))
    by_line = frame.set_index(["evidence", "rows", "contender", "seed", "model"]).sort_index()
    helped = frame[frame["contender"].str.endswith(tuple(f", {name}" for name in USES))]
    for (rows, evidence, contender), group in helped.groupby(
        ["rows", "evidence", "contender"], sort=False
    ):
        family = contender.rpartition(", ")[0]
        group = group.set_index(["seed", "model"])
        plain = by_line.loc[(NO_EVIDENCE, rows, f"{family}, plain")].droplevel("model")
        before = plain.loc[group.index.get_level_values("seed")].set_index(group.index)
        rivals = [by_line.loc[(evidence, rows, label), "f1"].loc[group.index] for label in alone]
        yield [
            str(rows),
            evidence,
            contender,
            _range(group["f1"] - before["f1"], 3),
            *(_range(group["f1"] - rival, 3) for rival in rivals),
            _range(group["shd"] - before["shd"], 1),
        ]


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]


def _range(values: pd.Series, digits: int) -> str:
    """Return the mean with the smallest and the largest; - where a figure is not defined."""
    if values.isna().any():
        return "-"
    low, high = values.min(), values.max()
    return f"{mean(values):.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def commit() -> str:
    """Return the commit of the checkout this runs in."""
    asked = ["git", "rev-parse", "--short=12", "HEAD"]
    done = subprocess.run(
        asked, cwd=Path(__file__).parent, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"


def _words(values: Sequence[int]) -> str:
    return ", ".join(map(str, values))


if __name__ == "__main__":
    main()
