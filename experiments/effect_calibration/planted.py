"""Where the graph is known: every kind of evidence on true, on false and on reversed edges.

One claimed graph holds the true edges and as many false ones, directed along the causal order, so
that adjustment sets read off it are valid. Another holds the true edges, all of them reversed, with
the adjustment sets that its claimant would read off it. Two truths are held against the evidence:
the network under intervention (mutilated, exact marginals), and the model under intervention on
many more documents.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from causattn import configure
from causattn.base import generator
from causattn.candidates import CandidateEdges, mutual_information_screen, select_candidates
from causattn.corpora import Network, load_network
from causattn.discovery import discover
from causattn.effects import (
    DOCUMENT_VERDICTS,
    Contrast,
    ModelInterventions,
    collect_evidence,
    numeric_levels,
)
from causattn.graphs import CausalGraph
from causattn.stages import Stages

USED = 0.02
"""A model whose distribution moves by more than this uses the source."""
REFUTERS = [
    "placebo",
    "random_common_cause",
    "data_subset",
    "bootstrap",
    "dummy_outcome",
    "unobserved_common_cause",
]
Part = dict[str, Any]


def planted_part(network: str, seed: int, documents: int, overrides: list[str]) -> Part:
    """Return AUC by kind of evidence, and error and coverage of its estimates."""
    config = configure(f"experiment={network}", *overrides, seed=seed)
    stages = Stages(config, seed)
    corpus = stages.make_corpus()
    model = stages.make_model(corpus)
    table = stages.make_features(corpus, model)
    summary = stages.make_attention(corpus, model, table)
    edges = select_candidates(config["candidates"], summary.value, table.value, seed=seed)
    truth = corpus.value.truth_over(table.value.names)
    assert truth is not None
    found = discover(config["discovery"], table.value, edges, seed)
    along = claims(truth, generator(seed, "calibration", "claims", network))
    turned = CausalGraph.from_adjacency(
        truth.directed().T, truth.names, direction="from row to column", kind="dag"
    )
    settings = {
        "kind": "dowhy",
        "engine": "closed_form",
        "refuters": REFUTERS,
        "interventions": "edges",
        "documents": 100,
    }
    parts = []
    for claimed, reversed_ in ((along, False), (turned, True)):
        evidence = collect_evidence(
            settings, claimed, table.value, edges, model.value, corpus.value, seed, given=True
        )
        parts.append(evidence.edges().assign(reversed=reversed_))
    rows = pd.concat(parts, ignore_index=True)
    frame = rows.assign(**beside(rows, found, edges, mutual_information_screen(table.value)))
    frame["true_effect"] = _true_effects(frame, load_network(config["corpus"]["network"]))
    whole = ModelInterventions(
        model.value, corpus.value, table.value, documents=documents, seed=seed + 1
    )
    frame = pd.concat([frame, _model_effects(frame, whole, table.value.names)], axis=1)
    return {
        "true": int(frame["truth_directed"].sum()),
        "claimed": len(frame),
        "reversed": int(frame["reversed"].sum()),
        "auc_truth": aucs(*_against(frame, ~frame["reversed"])),
        "auc_direction": aucs(*_against(frame, _true(frame) | frame["reversed"])),
        "auc_model": aucs(frame, frame["whole_total_variation"].to_numpy() > USED),
        "used": int((frame["whole_total_variation"] > USED).sum()),
        "effects_truth": {
            "total effect in data, true edges": _quality(frame[_true(frame)], "data", "true"),
            "total effect in data, false edges": _quality(
                frame[~_true(frame) & ~frame["reversed"]], "data", "true"
            ),
            "total effect in data, reversed edges": _quality(
                frame[frame["reversed"]], "data", "true"
            ),
            "model's conditional, true edges": _quality(frame[_true(frame)], "conditional", "true"),
            "model's conditional, reversed edges": _quality(
                frame[frame["reversed"]], "conditional", "true"
            ),
        },
        "effects_model": {
            f"model's conditional, 100 documents (against {documents})": _quality(
                frame, "conditional", "whole"
            ),
            "direct effect in data": _quality(frame, "direct", "whole"),
            "total effect in data": _quality(frame, "data", "whole"),
        },
        "verdicts": {
            str(verdict): [int(_true(part).sum()), int(part["reversed"].sum()), len(part)]
            for verdict, part in frame.groupby("verdict")
        },
    }


def _against(frame: pd.DataFrame, kept: pd.Series) -> tuple[pd.DataFrame, np.ndarray]:
    """Return some claims and which of them are true."""
    return frame[kept], _true(frame[kept])


def claims(truth: CausalGraph, rng: np.random.Generator) -> CausalGraph:
    """Return the true DAG with as many false edges, directed along its causal order."""
    matrix = truth.adjacency("from row to column").astype(bool)
    order: list[int] = []
    while len(order) < truth.size:
        ready = [
            k
            for k in range(truth.size)
            if k not in order and not matrix[np.setdiff1d(np.arange(truth.size), order), k].any()
        ]
        order += [int(k) for k in rng.permutation(ready)]
    place = np.argsort(order)
    free = np.argwhere((place[:, None] < place[None, :]) & ~matrix)
    picked = free[rng.choice(len(free), min(len(free), int(matrix.sum())), replace=False)]
    claimed = matrix.copy()
    claimed[tuple(picked.T)] = True
    return CausalGraph.from_adjacency(
        claimed.astype(np.uint8), truth.names, direction="from row to column", kind="dag"
    )


def beside(
    rows: pd.DataFrame, found: CausalGraph, edges: CandidateEdges, information: np.ndarray
) -> dict[str, list[float]]:
    """Return what the graph that was found, and mutual information, say of each claim."""
    place = {name: k for k, name in enumerate(found.names)}
    pairs = [(place[s], place[t]) for s, t in zip(rows["source"], rows["target"], strict=True)]
    directed, adjacent = found.directed(), found.skeleton()
    return {
        "found": [1.0 if directed[i, j] else 0.5 if adjacent[i, j] else 0.0 for i, j in pairs],
        "information": [float(information[i, j]) for i, j in pairs],
    }


def _scores(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return one score a kind of evidence, larger where it speaks for the edge."""
    with np.errstate(divide="ignore", invalid="ignore"):
        total = np.abs(frame["data_estimate"]) / frame["data_standard_error"]
        half = (frame["direct_high"] - frame["direct_low"]) / 2.0
        direct = np.abs(frame["direct_estimate"]) / half
    words = DOCUMENT_VERDICTS[::-1]
    verdict = frame["verdict"].map({word: float(k) for k, word in enumerate(words)})
    return {
        "mutual information (baseline)": frame["information"].to_numpy(),
        "attention, target to source": frame["candidate_score"].to_numpy(),
        "attention, either way": frame["candidate_strength"].to_numpy(),
        "knock-out": frame["knock_out_effect"].to_numpy(),
        "discovery": frame["found"].to_numpy(),
        "DoWhy, total effect": total.to_numpy(),
        "DoWhy, direct effect": direct.to_numpy(),
        "refuter: placebo": -frame["placebo_p"].to_numpy(),
        "refuter: dummy outcome": -frame["dummy_outcome_p"].to_numpy(),
        "refuter: unobserved common cause": -frame["unobserved_common_cause_p"].to_numpy(),
        "refuter: random common cause": frame["random_common_cause_p"].to_numpy(),
        "refuter: data subset": frame["data_subset_p"].to_numpy(),
        "refuter: bootstrap": frame["bootstrap_p"].to_numpy(),
        "model's conditional": frame["conditional_total_variation"].to_numpy(),
        "verdict": verdict.to_numpy(),
    }


def aucs(frame: pd.DataFrame, positive: np.ndarray) -> dict[str, Any]:
    """Return each kind's AUC and on how many claims it spoke; the silent ones score lowest."""
    found = {}
    for name, score in _scores(frame).items():
        known = ~np.isnan(score)
        filled = np.where(known, score, np.nanmin(score) - 1.0 if known.any() else 0.0)
        auc = (
            None
            if positive.all() or not positive.any()
            else roc_auc_score(positive, np.nan_to_num(filled, posinf=1e300))
        )
        found[name] = {"auc": auc, "spoke": int(known.sum())}
    return found


def _quality(frame: pd.DataFrame, kind: str, against: str) -> dict[str, Any]:
    """Return bias, root mean square error and coverage of a kind's estimates."""
    part = frame[[f"{kind}_{key}" for key in ("estimate", "low", "high")] + [f"{against}_effect"]]
    part = part.dropna()
    if part.empty:
        return {"effects": 0}
    estimate, low, high, effect = part.to_numpy().T
    return {
        "effects": len(part),
        "bias": float(np.mean(estimate - effect)),
        "rmse": float(np.sqrt(np.mean((estimate - effect) ** 2))),
        "correlation": float(np.corrcoef(estimate, effect)[0, 1]) if len(part) > 2 else None,
        "coverage": float(np.mean((low <= effect) & (effect <= high))),
    }


def _true(frame: pd.DataFrame) -> np.ndarray:
    return (frame["truth_directed"] == 1).to_numpy()


def _true_effects(frame: pd.DataFrame, network: Network) -> list[float]:
    """Return each reported contrast's effect in the mutilated network; NaN where none is."""
    effects = []
    for row in frame.to_dict("records"):
        if not row["data_from"]:
            effects.append(np.nan)
            continue
        target = network.variables.index(row["target"])
        values = network.states[target]
        weights = numeric_levels(values) if row["data_outcome"] == row["target"] else None
        if weights is None:
            named = row["data_outcome"].rpartition(" = ")[2].removesuffix(")")
            weights = np.array([float(value == named) for value in values])
        means = [
            float(weights @ network.intervened({row["source"]: value}).marginal(row["target"]))
            for value in (row["data_from"], row["data_to"])
        ]
        effects.append(means[1] - means[0])
    return effects


def _model_effects(
    frame: pd.DataFrame, whole: ModelInterventions, names: tuple[str, ...]
) -> pd.DataFrame:
    """Return each contrast's effect on the model over many documents."""
    found = []
    for row in frame.to_dict("records"):
        contrast = None
        if row["data_from"]:
            outcome = str(row["data_outcome"])
            value = outcome.rpartition(" = ")[2].removesuffix(")") if " = " in outcome else None
            contrast = Contrast(row["data_from"], row["data_to"], value)
        effect = whole.effect(names.index(row["source"]), names.index(row["target"]), contrast)
        known = not isinstance(effect, str)
        found.append(
            {
                "whole_effect": effect.estimate if known else np.nan,  # type: ignore[union-attr]
                "whole_total_variation": effect.total_variation if known else np.nan,  # type: ignore[union-attr]
            }
        )
    return pd.DataFrame(found)
