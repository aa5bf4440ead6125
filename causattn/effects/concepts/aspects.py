"""CEBaB's aspects: naive and adjusted effect on the rating, and what people's edits say.

Abraham et al. (2022), "CEBaB: Estimating the Causal Effects of Real-World Concepts on NLP Model
Behavior", gives for each aspect reviews that a person rewrote from one label to another: a true
effect to hold estimates against, which is rare. The naive effect is the difference of mean ratings,
the adjusted one DoWhy's linear regression given the other three aspects, as
`causattn.corpora.backdoor_design` lays them out.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from scipy import stats

from causattn.corpora import Corpus, backdoor_design, human_effects, human_pairs
from causattn.effects.estimate.by_dowhy import OUTCOME, TREATMENT, dowhy_linear
from causattn.effects.known import Independent

ASPECTS = ("food", "service", "ambiance", "noise")


def aspect_effects(
    corpus: Corpus, archive: str | Path | None = None, *, confidence: float = 0.95
) -> pd.DataFrame:
    """Return the effect of each aspect on the rating, from Negative to Positive.

    Parameters
    ----------
    corpus
        A corpus of kind ``cebab``.
    archive
        The data's archive, for the human figures; these columns are left out where None.
    confidence
        Coverage of the intervals.

    Returns
    -------
    Indexed by aspect: ``reviews``; ``naive`` and ``adjusted``, each with ``_low`` and ``_high``
    (classical standard errors, DoWhy's); ``human_dev`` and ``human_test``, each with
    ``_standard_error`` and ``_pairs``.

    Raises
    ------
    CapabilityError
        Where the corpus is not CEBaB.
    """
    rows = {}
    for aspect in ASPECTS:
        design = backdoor_design(corpus, aspect)
        frame = design.rename(columns={"rating": OUTCOME, "treatment": TREATMENT})
        covariates = [name for name in frame if name not in (OUTCOME, TREATMENT)]
        row: dict[str, float] = {"reviews": len(frame)}
        for name, given in (("naive", []), ("adjusted", covariates)):
            effect = dowhy_linear(frame, given, confidence)
            row |= {name: effect.estimate, f"{name}_low": effect.low, f"{name}_high": effect.high}
        rows[aspect] = row
    table = pd.DataFrame.from_dict(rows, orient="index").astype({"reviews": int})
    if archive is None:
        return table
    for split in ("dev", "test"):
        human = human_effects(archive, split).reindex(table.index)
        table[f"human_{split}"] = human["effect"]
        table[f"human_{split}_standard_error"] = human["standard_error"]
        table[f"human_{split}_pairs"] = human["pairs"]
    return table


def edited_claims(corpus: Corpus, *, confidence: float = 0.95) -> list[Independent]:
    """Return what people's edits say of "the aspect causes the rating": real interventions.

    A person rewrote a review in one aspect alone, from Negative to Positive, and five others rated
    both texts. The mean change is over original reviews (dev and test together), each with the mean
    of its pairs, since pairs of one original are no independent draws; Student's interval.

    Parameters
    ----------
    corpus
        A corpus of kind ``cebab``, whose archive holds the edits.
    confidence
        Coverage of the intervals.

    Returns
    -------
    Two claims an aspect whose interval excludes 0: for the aspect as a cause of the rating, and
    against the rating as a cause of the aspect. An interval that holds 0 says nothing.
    """
    archive, sha256 = str(corpus.about["path"]), str(corpus.about["sha256"])
    pairs = pd.concat(human_pairs(archive, split, sha256=sha256) for split in ("dev", "test"))
    pairs = pairs[(pairs["label_from"] == "Negative") & (pairs["label_to"] == "Positive")]
    pairs = pairs.assign(change=pairs["rating_to"] - pairs["rating_from"]).dropna(subset="change")
    found = []
    for aspect in ASPECTS:
        of_aspect = pairs[pairs["aspect"] == aspect]
        changes = of_aspect.groupby("original_id")["change"].mean()
        half = stats.t.ppf((1 + confidence) / 2, len(changes) - 1) * changes.sem()
        low, high = changes.mean() - half, changes.mean() + half
        if low <= 0 <= high:
            continue
        words = (
            f"people's edits of {aspect} from Negative to Positive change the rating by "
            f"{changes.mean():.2f} [{low:.2f}, {high:.2f}] over {len(changes)} reviews"
        )
        outcome = str(corpus.outcome_name)
        found.append(Independent(aspect, outcome, "intervention", "for", words))
        found.append(Independent(outcome, aspect, "intervention", "against", words))
    return found
