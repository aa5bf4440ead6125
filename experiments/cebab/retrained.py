"""The second part: how well methods explain a classifier of the rating, trained here."""

from __future__ import annotations

import numpy as np
import pandas as pd

from causattn.reproduction import Figure, Findings

from .icace import (
    CONDITIONAL,
    CONTROL,
    LEARNER,
    METRICS,
    NOTHING,
    RANDOM,
    REPLACED,
    IcaceResult,
    icace_by_method,
)
from .inside import InsideSettings
from .ordering import (
    PAPERS_METHODS,
    best_by,
    claimed_order,
    classifier_effects,
)
from .study import CebabStudy

_QUOTED = "of another classifier (BERT), as quoted by others: the paper's table is not at hand"
_CLAIMED_BEST = {"L2": "approximate counterfactual"}
_CLAIMED_ELSEWHERE = "INLP and S-learner by some metrics"


def explained(
    study: CebabStudy,
    seed: int,
    findings: Findings,
    *,
    pairs: int,
    learned: int,
    reference: int,
    inside: InsideSettings,
) -> None:
    """Add the ICaCE errors of every method, and the order of methods beside the paper's.

    Parameters
    ----------
    study
        The classifier, and what it was trained on.
    seed
        The run's seed.
    findings
        Gets figures, tables and remarks.
    pairs, learned, reference, inside
        As for `icace_by_method`.
    """
    found = icace_by_method(
        study, seed, pairs=pairs, learned=learned, reference=reference, inside=inside
    )
    findings.figures += [*_worth(study), *_effects(study, findings), *_errors(found)]
    findings.figures += [*_order(found, findings), *_differences(found)]
    findings.tables[f"ICaCE errors on {pairs} pairs of the test split, by method"] = found.table()
    assert found.inside is not None
    title = "What the methods that look inside took out of the classifier"
    findings.tables[title] = found.inside.checks
    findings.figures.append(
        Figure(
            "ConceptSHAP: completeness of the four aspects' directions",
            None,
            found.inside.completeness,
            None,
            "retrain",
            "how well ratings are told from them alone, of how well the head tells them",
        )
    )
    findings.tables["Change of the classifier's mean rating under people's edits"] = pd.DataFrame(
        [
            {
                "aspect": str(aspect),
                "pairs": int((found.aspects == aspect).sum()),
                "mean absolute change": float(np.abs(found.change[found.aspects == aspect]).mean()),
            }
            for aspect in np.unique(found.aspects)
        ]
    )
    findings.remarks += [
        "ICaCE errors: mean distance between the change of the classifier's five probabilities "
        "under a person's edit and the change that a method names. Intervals: 95%, over original "
        "reviews drawn again 2,000 times, with all their pairs.",
        "The paper's errors are of other classifiers (BERT, RoBERTa, GPT-2, an LSTM), and its "
        "table is not at hand: what stands beside ours is the order that its text claims, as "
        "others quote it. Nothing was agreed on beforehand.",
        "Told before and after: how often a fresh linear classifier tells the aspect's label from "
        "the classifier's state, the mean over three labels (chance is one third), and how often "
        "the rating is told, on reviews held out.",
        "TCAV, ConceptSHAP, INLP and CausaLM name the same change whichever way an edit goes: they "
        "ask what an aspect does, or what its absence would, not what another label of it does.",
    ]


def _worth(study: CebabStudy) -> list[Figure]:
    """Return the classifier's accuracy held out, beside that of always saying the same."""
    return [
        Figure(f"classifier: {key.replace('_', ' ')}", None, float(known), None, "retrain")
        for key, known in study.model.about.items()
        if "accuracy" in key
    ]


def _effects(study: CebabStudy, findings: Findings) -> list[Figure]:
    """Return the aspects' effects on the classifier."""
    table = classifier_effects(study)
    findings.tables["Effects of edits from Negative to Positive on the classifier's rating"] = table
    return [
        Figure(
            f"effect of {row['aspect']} on the classifier (CaCE, Negative to Positive)",
            float(row["published, BERT"]),
            float(row["classifier"]),
            None,
            "retrain",
            _QUOTED,
        )
        for _, row in table.iterrows()
    ]


def _errors(found: IcaceResult) -> list[Figure]:
    """Return the three mean errors of each method in a line."""
    return [
        Figure(
            f"ICaCE error ({' / '.join(METRICS)}), {method}",
            None,
            " / ".join(f"{value:.3f}" for value in values),
            None,
            "retrain",
        )
        for method, values in zip(found.errors, found.means(), strict=True)
    ]


def _order(found: IcaceResult, findings: Findings) -> list[Figure]:
    """Return how far the order that the paper's text claims is found here."""
    order = claimed_order(found)
    title = "Order of methods: approximate counterfactuals before each other method of the paper"
    findings.tables[title] = order.table
    return [
        Figure(
            "order of methods (L2): claimed pairs that hold",
            f"{order.claimed} of {order.claimed}",
            f"{order.held} of {order.claimed}",
            None,
            "retrain",
            "approximate counterfactuals before each other method; of other classifiers",
        ),
        Figure(
            "order of methods (L2): Kendall's rank correlation over the claimed pairs",
            1.0,
            order.tau,
            None,
            "retrain",
        ),
        *(
            Figure(
                f"best of the paper's {len(PAPERS_METHODS)} methods by {metric}",
                _CLAIMED_BEST.get(metric, _CLAIMED_ELSEWHERE),
                best_by(found, metric),
                None,
                "retrain",
            )
            for metric in METRICS
        ),
    ]


def _differences(found: IcaceResult) -> list[Figure]:
    """Return the comparisons of single methods that are of interest here."""
    means = dict(zip(found.errors, found.means(), strict=True))
    l2, cosine = METRICS.index("L2"), METRICS.index("cosine")
    explainers = [method for method in means if method not in (NOTHING, RANDOM)]
    worst = max(explainers, key=lambda method: means[method][l2])
    return [
        Figure(
            "ICaCE error (L2): random less the worst explainer",
            None,
            float(means[RANDOM][l2] - means[worst][l2]),
            None,
            "retrain",
            f"the worst is {worst}",
        ),
        Figure(
            "ICaCE error (cosine): conditional expectation less S-learner",
            None,
            float(means[CONDITIONAL][cosine] - means[LEARNER][cosine]),
            None,
            "retrain",
            "holding the other aspects is better than not holding them",
        ),
        Figure(
            "ICaCE error (cosine): random tokens less attention-guided ones",
            None,
            float(means[CONTROL][cosine] - means[REPLACED][cosine]),
            None,
            "retrain",
            "what attention adds to the place of the words",
        ),
    ]
