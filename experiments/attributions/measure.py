"""Which explainer's attributions are the best screen for a causal graph's edges?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

import causattn
from causattn import attribution, candidates
from causattn.graphs import CausalGraph
from causattn.models import untrained_copy
from causattn.reproduction import Context, Findings, Row, interval
from causattn.stages import Stages

OF_THE_STUDY = ("mutual_information", "attention", "rollout")
UNTRAINED = "untrained"


@dataclass(frozen=True)
class Job:
    """One screen of one model.

    Parameters
    ----------
    network, seed, documents, steps
        The corpus and the model's training.
    model
        ``trained`` or ``untrained``.
    screen
        One of `OF_THE_STUDY`, or an explainer.
    explained
        Over how many documents; 0 for mutual information, which takes all.
    unit
        Of an explainer's contributions; empty for the others.
    samples
        Draws a document; 0 where the explainer draws nothing.
    """

    network: str
    seed: int
    documents: int
    steps: int
    model: str
    screen: str
    explained: int
    unit: str = ""
    samples: int = 0


def jobs(settings: Any) -> Iterator[Job]:
    """Yield all jobs, model by model."""
    for network, steps in settings.steps.items():
        for seed in range(settings.seeds):
            own = (network, seed, settings.documents, steps)
            for model in settings.models:
                if model != UNTRAINED:
                    for screen in OF_THE_STUDY:
                        read = 0 if screen == OF_THE_STUDY[0] else settings.attention_documents
                        yield Job(*own, model, screen, read)
                for unit in settings.units:
                    for kind in settings.explainers:
                        yield Job(*own, model, kind, settings.explained, unit)
                    for kind, samples in settings.drawn.items():
                        yield Job(*own, model, kind, settings.explained_drawn, unit, samples)


def measure(job: Job, context: Context) -> dict[str, Any]:
    """Return how well the screen ranks the true pairs."""
    config = causattn.configure(
        f"corpus={job.network}",
        f"corpus.documents={job.documents}",
        f"model.steps={job.steps}",
        f"attention.documents={job.explained or 1}",
        f"paths.cache='{context.cache}'",
        seed=job.seed,
    )
    stages = Stages(config, job.seed)
    corpus = stages.make_corpus()
    model = stages.make_model(corpus)
    table = stages.make_features(corpus, model)
    truth = corpus.value.truth_over(table.value.names)
    assert truth is not None
    more: dict[str, Any] = {}
    if job.screen == "mutual_information":
        score = candidates.mutual_information_screen(table.value)
    elif job.screen in OF_THE_STUDY:
        summary = stages.make_attention(corpus, model, table).value
        score = candidates.attention_score(
            summary, "mean" if job.screen == "attention" else job.screen
        )
    else:
        network = model.value
        if job.model == UNTRAINED:
            network = untrained_copy(network, job.seed)
        settings = {"kind": job.screen, "documents": job.explained, "unit": job.unit}
        settings |= {"samples": job.samples} if job.samples else {}
        start = time.process_time()
        explained = attribution.summarise_attribution(
            settings, network, corpus.value, table.value, job.seed
        )
        more["cpu_seconds"] = round(time.process_time() - start, 2)
        more["sequences"] = explained.about["sequences"]
        score = candidates.attribution_score(explained)
    strength = np.maximum(score, score.T)
    return {
        "skeleton": candidates.score_candidates(strength, truth.skeleton()),
        "moral": candidates.score_candidates(strength, moral(truth)),
        **more,
    }


def moral(truth: CausalGraph) -> np.ndarray:
    """Return which pairs are adjacent or have a common child, bool [f, f]: Markov blankets."""
    directed = truth.directed().astype(int)  # from row to column
    joined = truth.skeleton() | (directed @ directed.T > 0)
    np.fill_diagonal(joined, False)
    return joined


def page(rows: list[Row], context: Context) -> Findings:
    """Return a table a network and model, the best screen first."""
    found = Findings()
    for network, model in dict.fromkeys((row["network"], row["model"]) for row in rows):
        groups: dict[str, list[Row]] = {}
        for row in rows:
            if (row["network"], row["model"]) == (network, model):
                name = ", ".join(filter(None, (row["screen"].replace("_", " "), row["unit"])))
                groups.setdefault(name, []).append(row)
        lines = []
        for name, own in groups.items():
            seconds = [row["cpu_seconds"] for row in own if row.get("cpu_seconds") is not None]
            line = {"screen": name, "seeds": len(own), "documents": own[0]["explained"] or "all"}
            for target in ("skeleton", "moral"):
                line[f"{target}, AUC"] = interval(row[target]["auc"] for row in own)
                line[f"{target}, AP"] = interval(row[target]["average_precision"] for row in own)
            lines.append({**line, "CPU s": f"{np.median(seconds):.0f}" if seconds else "–"})
        lines.sort(key=lambda line: -float(str(line["skeleton, AUC"]).split()[0]))
        found.tables[f"{network}, {model}"] = pd.DataFrame(lines)
    found.remarks += [
        "Area under the ROC curve and average precision of each screen's strengths, against the "
        "true skeleton (adjacent pairs) and the moral graph (Markov blankets): mean over seeds ± "
        "half of the 95% interval by Student's t.",
        "Timings are of a machine shared with other work.",
    ]
    return found
