"""The trained networks, and tables over them: how well attention agrees, and how good they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from sklearn.metrics import roc_auc_score

from causattn.base import integer_seed
from causattn.reproduction import Context
from causattn.results import Store

from .agreement import agreement
from .importance import Importance
from .kept import kept_importance
from .network import Encoder
from .published import GRADIENT, LEAVE_ONE_OUT
from .sentences import Sentences
from .settings import Settings
from .training import Trained, trained
from .vectors import Vectors


@dataclass(frozen=True)
class Case:
    """One trained network and what it makes of the held-out sentences."""

    encoder: Encoder
    vectors: Vectors
    training: int
    network: Trained
    key: str
    words: Importance


def trained_cases(
    splits: dict[str, Sentences], source: str, settings: Settings, context: Context
) -> list[Case]:
    """Train all networks, or find them trained, and read the held-out sentences."""
    store = Store(context.cache)
    cases = []
    for vectors in settings.vectors:
        again = settings.trainings if vectors == settings.vectors[0] else 1
        for number in range(again):
            seed = integer_seed(context.seed, "jain_wallace", "training", number)
            for encoder in settings.encoders:
                network = trained(
                    splits, encoder, vectors, settings.training, seed, store=store, source=source
                )
                words = kept_importance(network, splits["test"], store)
                cases.append(Case(encoder, vectors, number, network.value, network.key, words))
    return cases


def taus_of(case: Case) -> pd.DataFrame:
    """Return tau of attention with both measures, one row a sentence and measure."""
    words = case.words
    parts = []
    for measure, values in ((GRADIENT, words.gradient), (LEAVE_ONE_OUT, words.leave_one_out)):
        tau, p_value = agreement(words.bounds, words.attention, values)
        parts.append(
            pd.DataFrame(
                {
                    "encoder": case.encoder,
                    "vectors": case.vectors,
                    "training": case.training,
                    "measure": measure,
                    "predicted": words.predicted,
                    "tau": tau,
                    "significant": p_value <= 0.05,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def spread(taus: pd.DataFrame) -> pd.DataFrame:
    """Return means by vectors, encoder and measure for each training."""
    keys = ["vectors", "encoder", "measure"]
    groups = taus.groupby([*keys, "training"], sort=False)
    means = groups["tau"].mean().unstack()
    means.columns = [f"training {number}" for number in means.columns]
    first = taus[taus["training"] == 0].groupby(keys, sort=False)
    means["standard deviation"] = first["tau"].std(ddof=0)
    means["share with p ≤ .05"] = first["significant"].mean()
    return means.reset_index()


def networks(cases: Sequence[Case], held_out: Sentences) -> pd.DataFrame:
    """Return how good each network is and what it took to train it."""
    return pd.DataFrame(
        [
            {
                "vectors": case.vectors,
                "encoder": case.encoder,
                "training": case.training,
                "epoch": int(case.network.best["epoch"]),
                "development AUC": case.network.best["development AUC"],
                "test AUC": float(roc_auc_score(held_out.labels, case.words.probability)),
                "test accuracy": float((case.words.predicted == held_out.labels).mean()),
                "seconds to train": round(case.network.seconds, 1),
            }
            for case in cases
        ]
    )
