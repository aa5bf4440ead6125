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
from causattn.papers.mediation.settings import MediationSettings
from causattn.papers.paper import DataFile, Figure, Findings, Work, exactly, within

_SOURCE = "sebastianGehrmann/CausalMediationAnalysis"
_RECORDS = {
    ("winobias", "random"): (
        "winobias_gpt2_random_filtered_dev",
        "be8cf9771ba9219f5180581f0fe4845cceec241b4b652bb3ed81c47be41f66c3",
    ),
    ("winobias", "distil"): (
        "winobias_distilgpt2_filtered_dev",
        "7bea1ca8ea5d120b9afeba6ef3e20d956f77812262801a1e8d801839426a5a43",
    ),
    ("winobias", "small"): (
        "winobias_gpt2_filtered_dev",
        "14138b4db5fce6945960b1af27c28a442d43e997fd9d465544576b927496794b",
    ),
    ("winobias", "medium"): (
        "winobias_gpt2-medium_filtered_dev",
        "5d60182063690c98da71f66a348806d8766068d0f677ee54b5e26f6517a9db19",
    ),
    ("winobias", "large"): (
        "winobias_gpt2-large_filtered_dev",
        "95304ac167afa745b0db469e838049b2eafb15eebb19b1a6a18d960d147fcc2a",
    ),
    ("winogender", "random"): (
        "winogender_bls_gpt2_random_filtered",
        "101bef41a8c11b99b6f06c686b6150b9137b5d5c0425519de4e105ebe3613944",
    ),
    ("winogender", "distil"): (
        "winogender_bls_distilgpt2_filtered",
        "e5b4594426b71a6e0ca4b43f2528b3c75e59ddb88bc912a96702d6bc27f66905",
    ),
    ("winogender", "small"): (
        "winogender_bls_gpt2_filtered",
        "128d9df40dc84927a58286a8f64bbfd0addf537586b0f309ab9fa7c69510c0cf",
    ),
    ("winogender", "medium"): (
        "winogender_bls_gpt2-medium_filtered",
        "cccc147665bf745e2662cb43e282c83cbf6c941f6b216d426d5cdd78bf363397",
    ),
    ("winogender", "large"): (
        "winogender_bls_gpt2-large_filtered",
        "7f0281cfe15a19b98ec5a88b98f50c1c4af1e90a4b1699aff4376b513ff2fb4f",
    ),
}
FILES = {
    key: DataFile(f"mediation/{name}.json", sha256, _SOURCE)
    for key, (name, sha256) in _RECORDS.items()
}
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


def replay(settings: MediationSettings, work: Work) -> Findings:
    """Recompute every published figure from the records."""
    findings = Findings()
    rows = []
    for corpus in settings.corpora:
        for model, published in _TOTAL[corpus].items():
            found = read_records(read_json(work.fetch(FILES[corpus, model])))
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
