"""EBIC against its formula by hand."""

import numpy as np
import pytest

from causattn.base import CapabilityError
from causattn.discovery import SCORES, ScoreSettings, as_discovery_data, discover


def test_a_parent_costs_log_p_more():
    rng = np.random.default_rng(0)
    table = rng.normal(size=(200, 6))
    data = as_discovery_data(table)
    settings = ScoreSettings(kind="", penalty=0.5, ebic_gamma=0.7)
    score = SCORES["ebic"].on(data, settings)
    design = table[:, [1, 4]] - table[:, [1, 4]].mean(0)
    target = table[:, 0] - table[:, 0].mean()
    left = target - design @ np.linalg.lstsq(design, target, rcond=None)[0]
    alone = target.var()
    likelihood = -100 * np.log(left.var() / alone)
    price = 2 * (0.5 * np.log(200) + 0.7 * np.log(6))
    gain = score.local_score(0, [1, 4]) - score.local_score(0, [])
    assert gain == pytest.approx(likelihood - price)


def test_no_edges_in_noise_of_many_columns():
    noise = np.random.default_rng(1).normal(size=(60, 40))
    found = {
        score: len(list(discover({"kind": "ges", "score": score}, noise).edges()))
        for score in ("bic", "ebic")
    }
    assert found["ebic"] < found["bic"] / 3


def test_categories_are_refused():
    codes = np.random.default_rng(0).integers(0, 3, (50, 3)).astype(str)
    with pytest.raises(CapabilityError, match="ebic"):
        discover({"kind": "ges", "score": "ebic"}, codes)
