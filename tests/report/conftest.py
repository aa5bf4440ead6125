"""Made-up runs, whole on disk, for what reads runs."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import BertForSequenceClassification, GPT2Config, GPT2LMHeadModel

from causattn.attention import summarise_attention
from causattn.candidates import CandidateEdges
from causattn.corpora import Corpus, Slot, render
from causattn.effects import EvidenceTable
from causattn.features import build_features
from causattn.graphs import CausalGraph
from causattn.models import load_model
from causattn.report import Material, ShownRun, record_attention
from causattn.results import Run, load_run, run_in_folder, write_results

ASIA = ("asia", "tub", "smoke", "lung", "bronc", "either", "xray", "dysp")
ASIA_EDGES = ((0, 1), (2, 3), (2, 4), (1, 5), (3, 5), (5, 6), (5, 7), (4, 7))

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "javascript:alert(1)",
    "</style><style>*{}",
    "\x1b[31m",
    "名前",
    "&lt;b&gt;",
    "<!--<script>",
    "line\u2028separator",
    "\u202egnirts",
    "\u0627\u0644\u0639\u0631\u0628\u064a\u0629",
)


def adjacency(size: int, edges: Sequence[tuple[int, int]]) -> np.ndarray:
    matrix = np.zeros((size, size))
    for i, j in edges:
        matrix[i, j] = 1
    return matrix


def damage(true: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Turn, drop, loosen and add some edges."""
    found = true.copy()
    edges = rng.permutation(np.argwhere(true))
    for k, (i, j) in enumerate(edges):
        if k % 8 == 0:
            found[i, j] = 0
        elif k % 8 == 1:
            found[i, j], found[j, i] = 0, 1
        elif k % 8 == 2:
            found[j, i] = 1
    free = rng.permutation(np.argwhere(np.triu(true + true.T == 0, 1)))
    for i, j in free[: len(edges) // 8]:
        found[i, j] = 1
    return found


def make_run(
    folder: Path,
    names: Sequence[str] = ASIA,
    edges: Sequence[tuple[int, int]] = ASIA_EDGES,
    *,
    with_truth: bool = True,
    config: dict[str, Any] | None = None,
    seed: int = 0,
) -> Run:
    rng = np.random.default_rng(seed)
    size = len(names)
    true = adjacency(size, edges)
    truth = CausalGraph.from_adjacency(true, names, direction="from row to column")
    graph = CausalGraph.from_adjacency(
        damage(true, rng), names, direction="from row to column", algorithm="pc (g_square, 0.01)"
    )
    score = rng.random((size, size)) ** 3 * 0.3 + (true + true.T) * 0.4 * rng.random((size, size))
    np.fill_diagonal(score, 0)
    strength = np.maximum(score, score.T)
    allowed = strength > np.quantile(strength, 0.8)
    candidates = CandidateEdges(tuple(names), score, score * np.nan, allowed, "top pairs")
    noise = rng.random((size, size)) * 0.4
    screens = {"mutual_information": strength * 0.5 + noise + noise.T, "untrained_model": noise}
    rows = [evidence_row(edge, rng, truth if with_truth else None) for edge in graph.edges()]
    summary = {
        "seed": seed,
        "corpus": {"documents": 2000, "features": size},
        "features": {"outcomes": [names[-1]]},
        "candidates": {"auc": 0.93, "average_precision": 0.88, "pairs": candidates.pair_count},
        "graph": {"shd": 3, "adjacency_f1": 0.86, "tests": 120},
        "timing": {"corpus_s": 1.25, "model_s": 30.1},
        "versions": {"python": "3.11", "causattn": "0.1.0"},
    }

    def work(target: Path) -> None:
        write_results(
            target,
            summary=summary,
            graph=graph,
            candidates=candidates.frame(),
            evidence=EvidenceTable.from_rows(rows).frame,
            truth=truth if with_truth else None,
            screens=screens,
        )

    settings = config or {"seed": seed, "corpus": {"kind": "bayesnet", "network": "asia"}}
    run_in_folder(folder, settings, work, command="causattn run seed=0")
    return load_run(folder)


def evidence_row(
    edge: tuple[str, str, str], rng: np.random.Generator, truth: CausalGraph | None
) -> dict[str, Any]:
    source, target, symbol = edge
    row: dict[str, Any] = {
        "source": source,
        "target": target,
        "candidate_allowed": True,
        "candidate_score": float(rng.random()),
        "discovery_edge": symbol,
        "discovery_directed": symbol == "-->",
        "verdict": "open",
        "verdict_reason": "The graph leaves the direction open.",
    }
    if symbol == "-->":
        estimate = float(rng.normal(0, 0.4))
        row |= {
            "data_adjustment": ["smoke"],
            "data_outcome": f"P({target} = yes)",
            "data_from": "no",
            "data_to": "yes",
            "data_estimate": estimate,
            "data_low": estimate - 0.1,
            "data_high": estimate + 0.1,
            "data_n": 2000,
            "placebo_outcome": "passed",
            "random_common_cause_outcome": "passed",
            "data_subset_outcome": "failed" if rng.random() < 0.2 else "passed",
            "model_estimate": estimate / 2,
            "model_low": estimate / 2 - 0.05,
            "model_high": estimate / 2 + 0.05,
            "verdict": "consistent" if abs(estimate) > 0.1 else "refuted",
            "verdict_reason": "The data show an effect; not robust, since FCI was not asked.",
            "model_verdict": "used",
            "model_verdict_reason": "Changing the tokens moves the model.",
        }
    if truth is not None:
        names = list(truth.names)
        i, j = names.index(source), names.index(target)
        row["truth_adjacent"] = float(truth.skeleton()[i, j])
        row["truth_directed"] = float(truth.directed()[i, j])
    return row


def make_material(names: Sequence[str], documents: int, seed: int = 0) -> Material:
    """A corpus in words over yes/no variables, and an untrained masked model that reads it."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 2, (documents, len(names)))
    codes[:2] = [[0], [1]]
    slots = [Slot("", (f"{name}=no", f"{name}=yes"), "") for name in names]
    texts, mentions = render(codes, np.arange(len(names))[None], slots)
    classes = ("no", "yes")
    truth = CausalGraph.from_adjacency(
        np.zeros((len(names), len(names))), names, direction="from row to column"
    )
    corpus = Corpus(
        "made",
        texts,
        tuple(names),
        codes.astype(float),
        (classes,) * len(names),
        mentions,
        value_texts=tuple(slot.values for slot in slots),
        truth=truth,
    )
    settings = {"kind": "tiny_mlm", "steps": 1, "width": 16, "heads": 2, "layers": 2}
    model = load_model(settings, corpus, seed)
    table = build_features({"kind": "slots"}, corpus, model, seed)
    how = {"kind": "streamed", "query": "observed", "measures": ["raw", "rollout"]}
    return Material(corpus, table, model, summarise_attention(how, model, corpus, table, seed), {})


@pytest.fixture
def recorded_run(tmp_path: Path) -> Callable[..., ShownRun]:
    """Return a function that makes a run with attention kept; the rest are its settings."""

    def make(names: Sequence[str] = ASIA, **settings: int) -> ShownRun:
        about = {"seed": 0, "corpus": {"kind": "made"}, "paths": {"cache": str(tmp_path / "cache")}}
        run = ShownRun(make_run(tmp_path / "run", names, ASIA_EDGES, config=about).folder)
        material = make_material(names, max(40, settings.get("sample", 0)))
        record_attention(run, material, settings)
        run.material = material  # type: ignore[attr-defined]
        return run

    return make


@pytest.fixture
def classifier_run(tmp_path: Path) -> Callable[..., ShownRun]:
    """Return a function that makes a run whose model, an untrained one, classifies documents."""

    def make(names: Sequence[str] = ASIA, **settings: int) -> ShownRun:
        run = ShownRun(make_run(tmp_path / "run", names).folder)
        masked = make_material(names, 40)
        assert masked.model is not None
        torch.manual_seed(0)
        network = BertForSequenceClassification(masked.model.network.config).eval()
        model = replace(masked.model, network=network, task="classifier")
        material = Material(masked.corpus, masked.table, model)
        record_attention(run, material, {"sample": 5, **settings})
        run.material = material  # type: ignore[attr-defined]
        return run

    return make


@pytest.fixture
def causal_run(tmp_path: Path) -> Callable[..., ShownRun]:
    """Return a function that makes a run whose model, an untrained one, reads left to right."""

    def make(names: Sequence[str] = ASIA, heads: int = 2, **settings: int) -> ShownRun:
        run = ShownRun(make_run(tmp_path / "run", names).folder)
        masked = make_material(names, 40)
        assert masked.model is not None
        torch.manual_seed(0)
        size = len(masked.model.tokenizer)
        ends = {"bos_token_id": 0, "eos_token_id": 0}
        config = GPT2Config(vocab_size=size, n_embd=16, n_layer=1, n_head=heads, **ends)
        model = replace(masked.model, network=GPT2LMHeadModel(config).eval(), task="causal")
        how = {"kind": "streamed", "query": "next", "measures": ["raw", "rollout"]}
        summary = summarise_attention(how, model, masked.corpus, masked.table, 0)
        material = Material(masked.corpus, masked.table, model, summary)
        record_attention(run, material, {"sample": 5, **settings})
        run.material = material  # type: ignore[attr-defined]
        return run

    return make


@pytest.fixture
def made_run(tmp_path: Path) -> Callable[..., Run]:
    """Return a function that makes a run in the test's folder."""
    return lambda **about: make_run(tmp_path / "run", **about)


@pytest.fixture
def hostile() -> tuple[str, ...]:
    """Names that would break a page that trusted them."""
    return HOSTILE


@pytest.fixture
def run_in() -> Callable[..., Run]:
    """Return a function that makes a run in a folder."""
    return make_run
