"""Are the p-values of candidates uniform under the null, and is the false discovery rate held?

A draw of the null with half of the variables permuted is a corpus whose truth is known: what holds
a permuted variable is independent of it, what depends on each other among the rest still does. So
each such draw in turn is taken for the data and compared with the others, and says how many of its
discoveries are false.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

import causattn
from causattn.attention import AttentionSummary
from causattn.candidates import select_candidates
from causattn.features import FeatureTable
from causattn.graphs import CausalGraph
from causattn.reproduction import Context
from causattn.stages import TRAINED_ON_PERMUTED, Control, Stages

INDEPENDENT = "independent"
RATES = (0.05, 0.1, 0.2)
LEVELS = (0.01, 0.05, 0.1, 0.2)
CORRECTIONS = {"BH": "bh", "BY": "by"}
WAYS = {
    f"{tail.replace('_', '-')}, bias {'removed' if removed else 'left in'}": {
        "tail": tail,
        "remove_bias": removed,
    }
    for tail, removed in product(("empirical", "log_normal"), (True, False))
}
BULK = "bulk"
FEWEST = 2
"""Draws below which none can be held out."""


@dataclass(frozen=True)
class Job:
    """The null of one model.

    Parameters
    ----------
    network, order, documents
        The corpus; `INDEPENDENT` is the one without edges.
    steps, batch, seed
        The model's training.
    attention_documents
        Over how many attention is summed.
    share, draws
        Of the null: the share of variables permuted, and how many draws.
    """

    network: str
    order: str
    documents: int
    steps: int
    batch: int
    attention_documents: int
    share: float
    draws: int
    seed: int


def jobs(settings: Any) -> Iterator[Job]:
    """Yield all jobs, those on variables without edges first."""
    own = dict(settings.uniform)
    draws, seeds = own.pop("draws"), own.pop("seeds")
    for order, seed in product(("fixed", "shuffled"), range(seeds)):
        yield Job(INDEPENDENT, order, **own, share=1.0, draws=draws, seed=seed)
    common = {"documents": settings.documents, "batch": settings.batch}
    common["attention_documents"] = settings.attention_documents
    for each in settings.networks:
        network, share, draws = each["network"], each["share"], each["draws"]
        steps = settings.steps[network]
        for seed in each["seeds"]:
            yield Job(
                network, "shuffled", **common, steps=steps, share=share, draws=draws, seed=seed
            )


def measure(job: Job, context: Context) -> list[dict[str, Any]]:
    """Return the p-values of pairs that depend on nothing, or what is discovered at each rate."""
    stages = stages_of(job, context)
    corpus = stages.make_corpus()
    model = stages.make_model(corpus)
    table = stages.make_features(corpus, model)
    summary = stages.make_attention(corpus, model, table).value
    control = [Control(TRAINED_ON_PERMUTED, draw, job.share) for draw in range(job.draws)]
    nulls = [stages.make_attention(corpus, model, table, each).value for each in control]
    upper = np.triu_indices(table.value.size, 1)
    p_values: dict[str, np.ndarray] = {}
    bias: dict[str, Any] = {}
    for name in (BULK, *(WAYS if nulls else ())):
        p_values[name], about = tested(name, summary, table.value, nulls, job.share)
        bias |= about
    if job.network == INDEPENDENT:
        return [
            {"part": "uniform", "way": name, "p_values": p_value.round(9).tolist(), "bias": bias}
            for name, p_value in p_values.items()
        ]
    truth = corpus.value.truth_over(table.value.names)
    assert truth is not None
    targets = truths(truth)
    rows: list[dict[str, Any]] = []
    for (name, p_value), (label, correction), rate in product(
        p_values.items(), CORRECTIONS.items(), RATES
    ):
        passed = stats.false_discovery_control(p_value, method=correction) <= rate
        row = {"part": "network", "way": name, "correction": label, "rate": rate, "bias": bias}
        row |= {"discoveries": int(passed.sum()), "pairs": len(passed)}
        for target in ("skeleton", "moral", "dependent"):
            row |= {f"{k} {target}": v for k, v in shares(passed, targets[target][upper]).items()}
        rows.append(row)
    if job.share < 1 and job.draws >= FEWEST:
        true = {name: targets[name] for name in ("dependent", "related")}
        rows += [{"part": "held out", **each} for each in held_out(nulls, table.value, true)]
    return rows


def stages_of(job: Job, context: Context) -> Stages:
    """Return the stages of the study that a job's model belongs to."""
    corpus = [f"corpus={job.network}"]
    if job.network == INDEPENDENT:
        file = Path(__file__).with_name("independent.bif")
        corpus = ["corpus=bayesnet", f"corpus.network='{file}'"]
    config = causattn.configure(
        *corpus,
        f"corpus.order={job.order}",
        f"corpus.documents={job.documents}",
        f"model.steps={job.steps}",
        f"model.batch={job.batch}",
        f"attention.documents={job.attention_documents}",
        f"paths.cache='{context.cache}'",
        seed=job.seed,
    )
    return Stages(config, job.seed)


def tested(
    way: str,
    summary: AttentionSummary,
    table: FeatureTable,
    nulls: Sequence[AttentionSummary],
    share: float,
) -> tuple[np.ndarray, dict[str, Any]]:
    """Return the pairs' p-values by one way, and what biases their strengths."""
    settings: dict[str, Any] = {"kind": "against_null", "against": BULK}
    if way != BULK:
        settings = {"kind": "against_null", "draws": len(nulls), "share": share, **WAYS[way]}
    edges = select_candidates(settings, summary, table, null=[] if way == BULK else nulls)
    return edges.p_value[np.triu_indices(table.size, 1)], edges.about["bias"]


def truths(graph: CausalGraph) -> dict[str, np.ndarray]:
    """Return what a discovery may be true of, bool [v, v], symmetric, by name.

    ``skeleton``: the two are adjacent. ``moral``: one is in the other's Markov blanket (adjacent,
    or with a child in common). ``dependent``: one speaks of the other where nothing else is known
    (they share an ancestor, themselves counted). ``related``: dependent, or in the blanket, so
    that one speaks of the other where nothing or where all else is known.
    """
    directed = graph.directed()
    skeleton = directed | directed.T
    reach = np.linalg.matrix_power(np.eye(len(directed)) + directed, len(directed)) > 0
    found = {
        "skeleton": skeleton,
        "moral": skeleton | ((directed.astype(int) @ directed.T) > 0),
        "dependent": (reach.T.astype(int) @ reach) > 0,
    }
    found["related"] = found["moral"] | found["dependent"]
    for matrix in found.values():
        np.fill_diagonal(matrix, False)
    return found


def held_out(
    nulls: Sequence[AttentionSummary], table: FeatureTable, true: dict[str, np.ndarray]
) -> Iterator[dict[str, Any]]:
    """Yield what is discovered in each draw against the others, a row a way and rate.

    Parameters
    ----------
    nulls
        Attention of the draws, each with its permuted variables in ``about``.
    table
        The features, for distance and entropy.
    true
        bool [f, f] by name, which pairs are true where nothing was permuted; one is ``dependent``.

    Yields
    ------
    dict
        Lists with an entry a draw: ``null``, the share of the pairs with a permuted variable at or
        below each of `LEVELS`; ``dependent``, the number of dependent pairs; ``found``, of those
        discovered; ``permuted``, of those found with a permuted variable; and by truth ``false
        NAME``, of those found and not true, which hold the former.
    """
    upper = np.triu_indices(table.size, 1)
    for way in WAYS:
        draws = []
        for number, null in enumerate(nulls):
            others = [*nulls[:number], *nulls[number + 1 :]]
            p_value, _ = tested(way, null, table, others, 0.5)
            permuted = np.array([name in null.about["permuted"] for name in null.names])
            independent = (permuted[:, None] | permuted)[upper]
            own = {name: matrix[upper] & ~independent for name, matrix in true.items()}
            draws.append((p_value, independent, own))
        null_shares = [[float((p[none] <= at).mean()) for at in LEVELS] for p, none, _ in draws]
        for rate in RATES:
            row: dict[str, Any] = {"way": way, "rate": rate, "null": null_shares}
            row["dependent"] = [int(own["dependent"].sum()) for _, _, own in draws]
            counts: dict[str, list[int]] = {}
            for p_value, independent, own in draws:
                passed = stats.false_discovery_control(p_value) <= rate
                kinds = {"found": passed, "permuted": passed & independent}
                kinds |= {f"false {name}": passed & ~each for name, each in own.items()}
                for kind, each in kinds.items():
                    counts.setdefault(kind, []).append(int(each.sum()))
            yield row | counts


def shares(passed: np.ndarray, true: np.ndarray) -> dict[str, float]:
    """Return the share of false pairs among those passed (0 of none), and of true ones passed."""
    return {
        "false": float((passed & ~true).sum() / max(passed.sum(), 1)),
        "recall": float((passed & true).sum() / true.sum()),
    }
