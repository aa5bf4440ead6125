"""The golden case, faithful attention, ICD against FCI with an oracle, ALARM, and explanations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import combinations, product

import numpy as np
import pandas as pd

from causattn.attention import abcd_correlation
from causattn.discovery import AttentionTest, abcd, iterative_causal_discovery
from causattn.graphs import CausalGraph, adjacency_agreement
from causattn.reproduction import Context, Figure, Findings
from experiments.alarm500.measure import conditional_mutual_information

from .faithful import skeleton_scores
from .oracle import oracle_counts
from .sentiment import accuracy, explanations, trained_classifier

GOLDEN = np.array(
    [
        [0.60, 0.20, 0.10, 0.05, 0.05],
        [0.30, 0.50, 0.10, 0.05, 0.05],
        [0.05, 0.25, 0.50, 0.15, 0.05],
        [0.05, 0.05, 0.30, 0.50, 0.10],
        [0.05, 0.05, 0.05, 0.25, 0.60],
    ]
)
_SAMPLES = (64, 128, 768)
_FAITHFUL_SAMPLES = (768, 100_000)


@dataclass(frozen=True)
class Settings:
    """How much of it.

    Parameters
    ----------
    graphs
        Random graphs of the faithful-attention and oracle parts.
    alpha
        Level of the tests.
    sentences, training
        Held-out sentences to explain, and sentences to train the classifier on; no sentences
        leaves that part out.
    most, budget
        Largest explaining set, and most sets tried on a sentence.
    """

    graphs: int = 100
    alpha: float = 0.01
    sentences: int = 100
    training: int = 3000
    most: int = 3
    budget: int = 100


def measure(settings: Settings, context: Context) -> Findings:
    """Do all parts."""
    findings = Findings(figures=_golden(settings.alpha, context))
    rows = []
    for samples in _FAITHFUL_SAMPLES:
        scores = skeleton_scores(settings.graphs, samples, context.seed).mean()
        rows.append({"samples": samples, **scores.to_dict()})
        findings.figures.append(
            context.figure(
                f"faithful attention, n = {samples:,}: F1 of PC less that of raw attention",
                float(scores["PC"] - scores["raw attention > .05"]),
            )
        )
    findings.tables["Skeleton F1 on faithful attention, 10 tokens, expected degree 2"] = (
        pd.DataFrame(rows)
    )
    counts = oracle_counts(settings.graphs // 4 or 1, context.seed)
    findings.tables["Tests with an oracle, mean over graphs with hidden causes"] = counts
    totals = counts.set_index("algorithm")["all orders"]
    share = float(totals["ICD"] / totals["FCI"])
    findings.figures.append(context.figure("tests of ICD as a share of FCI's, oracle", share))
    findings.tables["ALARM, 500 rows, mutual information threshold .012"] = _alarm(context)
    if settings.sentences:
        _explain_sentences(settings, context, findings)
    findings.remarks.append(
        "On ALARM's 500 rows answers contradict each other: arrowheads from both ends take away "
        "possible ancestors, so that ICD runs out of sets to try and keeps twice as many edges as "
        "PC (see alarm500)."
    )
    findings.remarks.append(
        'The published sentence, "The blue whale is the largest animal on the planet.", needs '
        "bert-base, which no package carries: not run. With the model in a folder, "
        "`causattn.attention.document_attention` and `causattn.discovery.abcd` do it."
    )
    return findings


def _golden(alpha: float, context: Context) -> list[Figure]:
    """Return the golden case: correlations, p-values and edges."""
    correlation = abcd_correlation(GOLDEN)
    figures = [
        context.figure(f"correlation of tokens {i} and {j}", float(correlation[i, j]))
        for i, j in combinations(range(len(GOLDEN)), 2)
    ]
    test = AttentionTest(correlation, 768)
    figures += [
        context.figure("p-value of 0 and 4", test.p_value(0, 4)),
        context.figure("p-value of 0 and 3 given 2", test.p_value(0, 3, (2,))),
        context.figure("p-value of 0 and 4 given 1 and 2", test.p_value(0, 4, (1, 2))),
    ]
    for samples, rule in product(_SAMPLES, ("two-sided", "legacy")):
        graph = abcd(
            GOLDEN,
            samples=samples,
            alpha=alpha,
            rule="legacy" if rule == "legacy" else "two-sided",
        )
        found = " ".join(f"{i}{j}" for i, j in np.argwhere(np.triu(graph.skeleton())))
        figures.append(context.figure(f"edges, n = {samples}, {rule} rule", found))
    return figures


def _alarm(context: Context) -> pd.DataFrame:
    """Return what ICD finds of ALARM in 500 rows."""
    data = np.loadtxt(context.data("rows"), dtype=int)
    matrix = np.loadtxt(context.data("graph"), dtype=int)
    names = tuple(f"v{k + 1}" for k in range(len(matrix)))
    truth = CausalGraph.from_adjacency(matrix, names, direction="from row to column")

    @cache
    def independent(x: int, y: int, given: tuple[int, ...]) -> bool:
        return conditional_mutual_information(data, x, y, given) < 0.012

    found = iterative_causal_discovery(len(names), independent)
    graph = CausalGraph(names, found.marks, kind="pag")
    scores = adjacency_agreement(graph, truth)
    return pd.DataFrame(
        [
            {
                "algorithm": "ICD",
                "edges": graph.edge_count,
                "precision": scores.precision,
                "recall": scores.recall,
                "F1": scores.f1,
                "tests": sum(found.tests_by_order),
            }
        ]
    )


def _explain_sentences(settings: Settings, context: Context, findings: Findings) -> None:
    """Explain held-out sentences of SST by the graph, by attention and at random."""
    table = pd.read_csv(context.data("sst"))
    # The file is ordered by label.
    train = table[table["exp_split"] == "train"].sample(
        settings.training, random_state=context.seed
    )
    held_out = table[table["exp_split"] == "test"].sample(
        settings.sentences, random_state=context.seed
    )
    model = trained_classifier(train, context.folder, context.seed)
    rows = explanations(
        model,
        held_out["text"].tolist(),
        alpha=settings.alpha,
        most=settings.most,
        budget=settings.budget,
        seed=context.seed,
    )
    summary = rows.groupby("order", sort=False).agg(
        explained=("explained", "mean"),
        tokens=("tokens", "mean"),
        tried=("sets tried", "mean"),
    )
    title = (
        f"Explaining {settings.sentences} sentences of SST, sets of up to {settings.most} tokens"
    )
    findings.tables[title] = summary.reset_index().rename(
        columns={"explained": "share explained", "tokens": "tokens hidden", "tried": "sets tried"}
    )
    findings.remarks.append(
        f"The classifier was trained on {len(train):,} sentences for one epoch; accuracy on the "
        f"{len(held_out)} explained ones {accuracy(model, held_out):.2f}."
    )
    findings.remarks.append(
        "Explanations: `graph` draws sets along the graph only, so that a sentence whose target "
        "has few possible ancestors is given up early; `attention` and `random` go through all "
        f"words until {settings.budget} sets are tried."
    )
