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
from causattn.reproduction import Context, Figure, Findings, exactly, within

from .settings import Settings

_TOTAL = {
    "winobias": {"random": 0.066, "distil": 0.118, "small": 0.249, "medium": 0.774, "large": 0.751},
    "winogender": {
        "random": 0.045,
        "distil": 0.081,
        "small": 0.103,
        "medium": 0.322,
        "large": 0.364,
    },
}
_EXAMPLES = {"random": 57, "distil": 61, "small": 87, "medium": 99, "large": 94}
_PARTS = {
    "small": (0.079, 0.182, 0.195),
    "medium": (0.121, 0.626, 0.618),
    "large": (0.143, 0.596, 0.593),
    "distil": (0.087, 0.033, 0.036),
}
_TOP_HEADS = {"5-8": 0.0549, "5-10": 0.0357, "4-6": 0.0317, "5-9": 0.0298, "6-0": 0.0144}
_THREE_DECIMALS, _FOUR_DECIMALS = 5e-4, 5e-5


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
        for model, published in _TOTAL[corpus].items():
            found = read_records(read_json(context.data(f"{corpus}_{model}")))
            name = f"mean total effect, {corpus}, {model}"
            findings.figures.append(
                within(name, published, float(found.total.mean()), _THREE_DECIMALS, label="replay")
            )
            if corpus == "winobias":
                findings.figures += _winobias_figures(model, found)
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


def _winobias_figures(model: str, found: Records) -> list[Figure]:
    """Return what is published of one model on Winobias beside its total effect."""
    figures = [
        within(
            f"examples kept, winobias, {model}",
            _EXAMPLES[model],
            len(found.total),
            0,
            label="replay",
        )
    ]
    if model in _PARTS:
        ours = (
            found.direct.mean(),
            found.indirect.mean(),
            found.indirect_heads.sum((1, 2)).mean(),
        )
        names = ("direct effect", "indirect effect", "sum of heads' indirect effects")
        for name, published, value in zip(names, _PARTS[model], ours, strict=True):
            figures.append(
                within(
                    f"mean {name}, winobias, {model}",
                    published,
                    float(value),
                    _THREE_DECIMALS,
                    label="replay",
                )
            )
    if model == "small":
        mean = found.indirect_heads.mean(0)
        order = np.argsort(-mean, axis=None)[: len(_TOP_HEADS)]
        top = [divmod(int(place), mean.shape[1]) for place in order]
        names_of = [f"{layer}-{head}" for layer, head in top]
        figures.append(
            exactly(
                "heads by indirect effect, winobias, small",
                " ".join(_TOP_HEADS),
                " ".join(names_of),
                label="replay",
            )
        )
        figures += [
            within(
                f"indirect effect of head {name}, winobias, small",
                published,
                float(mean[tuple(map(int, name.split("-")))]),
                _FOUR_DECIMALS,
                label="replay",
            )
            for name, published in _TOP_HEADS.items()
        ]
        correlation = np.corrcoef(found.total, found.direct + found.indirect)[0, 1]
        figures.append(
            within(
                "correlation of total with direct + indirect effect, winobias, small",
                0.973,
                float(correlation),
                _THREE_DECIMALS,
                label="replay",
            )
        )
    return figures
