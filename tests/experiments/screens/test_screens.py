"""The screens' experiment, in small: every rival and attention land on the page."""

import pandas as pd
import pytest

from experiments.screens.measure import RIVALS
from experiments.screens.page import differences


@pytest.fixture(scope="module")
def small(in_small):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("causattn.models.schedule.FEWEST", 100)
        patch.setattr("causattn.models.schedule.PASSES", 1)
        return in_small("screens")


def test_every_screen_is_ranked_against_both_truths(small):
    rows, _ = small
    for target in ("skeleton", "moral"):
        scores = {row["score"] for row in rows if row["target"] == target}
        assert scores == {"mutual_information", *RIVALS, "mean", "rollout", "norm"}
    assert all(0 <= row["auc"] <= 1 for row in rows)


def test_differences_are_attentions_less_the_rivals(small):
    rows, page = small
    own = [row for row in rows if row["target"] == "skeleton" and row["seed"] == 0]
    auc = {row["score"]: row["auc"] for row in own}
    line = differences(pd.DataFrame(own)).iloc[0]
    assert float(line["nodewise lasso"]) == pytest.approx(auc["mean"] - auc["lasso"], abs=6e-4)
    assert line["nodewise lasso"] in page
