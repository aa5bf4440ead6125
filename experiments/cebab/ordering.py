"""The order of methods that the paper's text claims, held against the one found here.

Abraham et al. (2022), section 5, have a table of ICaCE errors of explainers of a BERT, a RoBERTa, a
GPT-2 and an LSTM. The table itself is not at hand; what is known of it comes from texts that quote
it, and is a partial order:

* approximate counterfactuals are the best at direction and size together, which is what L2
  measures, so that they stand before each other method (quoted from the section on results);
* INLP and the S-learner are the best by some of the metrics (BenchmarkCards' card of CEBaB);
* methods that existed before generally do no better than simple baselines (some of the authors,
  "Faithful, Interpretable Model Explanations via Causal Abstraction", Stanford AI Lab blog, 2022).

The card also quotes the effects of the aspects on the five-way BERT, `PUBLISHED_EFFECTS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from causattn.corpora import CEBAB_ASPECTS

from .icace import (
    CONDITIONAL,
    LEARNER,
    MATCHED,
    METRICS,
    RANDOM,
    RATINGS,
    IcaceResult,
)
from .inside import CAUSALM, INLP, SHAP, TCAV
from .study import CebabStudy, known_pairs, outputs_of_pairs

PAPERS_METHODS = (MATCHED, LEARNER, CONDITIONAL, TCAV, SHAP, INLP, CAUSALM, RANDOM)
PUBLISHED_EFFECTS = {"food": 1.90, "service": 1.42, "ambiance": 1.27, "noise": 0.75}
"""Negative to Positive, of a BERT, over five seeds."""


class Order(NamedTuple):
    """A claimed order of methods, and what was found of it.

    ``table`` has a row a claimed pair: the difference of mean errors, worse less better by the
    claim, its 95% interval, whether the order holds here and in which share of the resamples.
    ``held`` of ``claimed`` pairs do; ``tau`` is Kendall's rank correlation over these pairs.
    """

    table: pd.DataFrame
    held: int
    claimed: int
    tau: float


def claimed_order(
    result: IcaceResult,
    first: str = MATCHED,
    others: Sequence[str] = PAPERS_METHODS,
    metric: str = "L2",
) -> Order:
    """Hold the claim that one method stands before others against mean errors.

    Parameters
    ----------
    result
        With the errors of all these methods.
    first, others, metric
        The claim; `first` itself among the others is passed over.
    """
    place, column = list(result.errors), METRICS.index(metric)
    means, drawn = result.means()[:, column], result.resampled()[:, :, column]
    rows: list[dict[str, Any]] = []
    for other in others:
        if other == first:
            continue
        better, worse = place.index(first), place.index(other)
        again = drawn[:, worse] - drawn[:, better]
        low, high = np.quantile(again, [0.025, 0.975])
        difference = float(means[worse] - means[better])
        rows.append(
            {
                "before, by the paper": first,
                "after": other,
                f"difference ({metric})": difference,
                "low": float(low),
                "high": float(high),
                "holds": difference > 0,
                "share of resamples": float((again > 0).mean()),
            }
        )
    held = sum(row["holds"] for row in rows)
    return Order(pd.DataFrame(rows), held, len(rows), (2 * held - len(rows)) / len(rows))


def best_by(result: IcaceResult, metric: str, methods: Sequence[str] = PAPERS_METHODS) -> str:
    """Return the method with the smallest mean error by one metric, among some."""
    means = dict(zip(result.errors, result.means()[:, METRICS.index(metric)], strict=True))
    return min((method for method in methods if method in means), key=means.__getitem__)


def classifier_effects(study: CebabStudy, split: str = "test") -> pd.DataFrame:
    """Return the effects of edits from Negative to Positive on the classifier's mean rating.

    Returns
    -------
    A row an aspect: pairs, mean change of the rating that the classifier expects, its standard
    error over pairs, and the published figure of a BERT.
    """
    pairs = known_pairs(study.archive, split)
    asked = pairs[(pairs["label_from"] == "Negative") & (pairs["label_to"] == "Positive")]
    source, target = outputs_of_pairs(study.model, asked)
    change = pd.Series((target - source) @ RATINGS).groupby(asked["aspect"].to_numpy(str))
    found = pd.DataFrame(
        {"pairs": change.size(), "classifier": change.mean(), "standard error": change.sem()}
    ).reindex(CEBAB_ASPECTS)
    found["published, BERT"] = pd.Series(PUBLISHED_EFFECTS)
    return found.rename_axis("aspect").reset_index()
