"""Gender bias in GPT-2, from the published records.

Vig, Gehrmann, Belinkov, Qian, Nevo, Singer and Shieber (2020), "Investigating gender bias in
language models using causal mediation analysis", NeurIPS. For a prompt and its counterpart with
the other pronoun, ``odds`` is the ratio of the two continuations' probabilities, and

    total effect            TE  = (odds under the counterpart - odds) / odds      (section 3.2)
    natural indirect effect NIE = the same, with only a head's attention taken from the counterpart
    natural direct effect   NDE = the same, with the prompt changed and the attention held

The records hold one entry an example with both continuations' probabilities and each head's
effects; what is recomputed is the metric, not the pipeline, which `retrain` is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from causattn.base import read_json
from causattn.reproduction import Context, Figure, Findings

from .settings import Settings

MODELS = ("random", "distil", "small", "medium", "large")
_UNTRAINED = "random"
_SHOWN = 5
"""Heads whose indirect effects are published."""


@dataclass(frozen=True)
class Records:
    """The examples of one model.

    Parameters
    ----------
    total, direct, indirect
        float [examples]: total effect, and the direct and indirect effect by all heads at once.
    indirect_heads
        float [examples, layers, heads].
    """

    total: np.ndarray
    direct: np.ndarray
    indirect: np.ndarray
    indirect_heads: np.ndarray


def total_effect(odds: np.ndarray, odds_counterpart: np.ndarray) -> np.ndarray:
    """Return the relative change of the odds, example by example."""
    return (odds_counterpart - odds) / odds


def read_records(document: dict[str, Any]) -> Records:
    """Return the effects in a published record, odds taken anew from the probabilities."""
    table = pd.DataFrame(document["results"])
    odds = table["candidate2_base_prob"] / table["candidate1_base_prob"]
    counterpart = table["candidate2_alt_prob"] / table["candidate1_alt_prob"]
    return Records(
        total=total_effect(odds.to_numpy(), counterpart.to_numpy()),
        direct=table["direct_effect_model"].to_numpy(float),
        indirect=table["indirect_effect_model"].to_numpy(float),
        indirect_heads=np.array(table["indirect_effect_head"].to_list(), dtype=float),
    )


def replay(settings: Settings, context: Context) -> Findings:
    """Recompute every published figure from the records."""
    findings = Findings()
    rows = []
    for corpus in settings.corpora:
        for model in MODELS:
            found = read_records(read_json(context.data(f"{corpus}_{model}")))
            name = f"mean total effect, {corpus}, {model}"
            findings.figures.append(context.figure(name, float(found.total.mean())))
            if corpus == "winobias":
                findings.figures += _winobias_figures(model, found, context)
            sum_of_parts = found.direct + found.indirect
            rows.append(
                {
                    "corpus": corpus,
                    "model": model,
                    "examples": len(found.total),
                    "total effect": float(found.total.mean()),
                    "direct": float(found.direct.mean()),
                    "indirect": float(found.indirect.mean()),
                    "sum of heads' indirect": float(found.indirect_heads.sum((1, 2)).mean()),
                    "correlation of total with direct + indirect": float(
                        np.corrcoef(found.total, sum_of_parts)[0, 1]
                    ),
                }
            )
    findings.tables["All records"] = pd.DataFrame(rows)
    findings.remarks.append(
        "A replay proves the metric: the effects come from the authors' own model runs."
    )
    return findings


def _winobias_figures(model: str, found: Records, context: Context) -> list[Figure]:
    """Return what is published of one model on Winobias beside its total effect."""
    figures = [context.figure(f"examples kept, winobias, {model}", len(found.total))]
    if model != _UNTRAINED:
        ours = {
            "direct effect": found.direct,
            "indirect effect": found.indirect,
            "sum of heads' indirect effects": found.indirect_heads.sum((1, 2)),
        }
        figures += [
            context.figure(f"mean {name}, winobias, {model}", float(values.mean()))
            for name, values in ours.items()
        ]
    if model == "small":
        mean = found.indirect_heads.mean(0)
        order = np.argsort(-mean, axis=None)[:_SHOWN]
        top = [f"{place // mean.shape[1]}-{place % mean.shape[1]}" for place in order]
        figures.append(context.figure("heads by indirect effect, winobias, small", " ".join(top)))
        published = context.protocol.figures["heads by indirect effect, winobias, small"].published
        figures += [
            context.figure(
                f"indirect effect of head {name}, winobias, small",
                float(mean[tuple(map(int, name.split("-")))]),
            )
            for name in str(published).split()
        ]
        correlation = np.corrcoef(found.total, found.direct + found.indirect)[0, 1]
        name = "correlation of total with direct + indirect effect, winobias, small"
        figures.append(context.figure(name, float(correlation)))
    return figures
