"""Depth in small, and that the lagged world is what it is called."""

import numpy as np
import pytest

from causattn.corpora import load_corpus
from experiments.depth.worlds import NOISE, VALUES, lagged


def test_a_value_is_the_sum_of_two_before_and_neither_alone(tmp_path):
    path = tmp_path / "lagged.bif"
    path.write_text(lagged(3, 2, 0), encoding="utf-8")
    corpus = load_corpus({"kind": "bayesnet", "network": str(path), "documents": 6000}, 0)
    value = dict(zip(corpus.variables, corpus.values.T, strict=True))
    parents = {}
    for cause, effect, _ in corpus.truth.edges():
        parents.setdefault(effect, []).append(cause)
    assert set(parents) == {"a1", "b1", "c1"}
    for child, own in parents.items():
        assert len(own) == 2
        assert child.replace("1", "0") in own
        right = value[child] == sum(value[name] for name in own) % VALUES
        assert right.mean() == pytest.approx(1 - NOISE + NOISE / VALUES, abs=0.02)
        for name in own:
            assert abs(np.corrcoef(value[name], value[child])[0, 1]) < 0.05


def test_every_screen_at_every_depth(in_small):
    rows, page = in_small("depth", "documents=150", "worlds=[lagged]", "explainers=[attn_lrp]")
    assert {(row["world"], row["layers"]) for row in rows} == {("lagged", 1), ("lagged", 2)}
    screens = {row["screen"] for row in rows}
    assert {"attention", "rollout", "attn_lrp", "lasso", "random"} <= screens
    assert all(0 <= row["auc"] <= 1 and 0 <= row["f1"] <= 1 for row in rows)
    assert "## lagged: AUC" in page
    assert "1 layer" in page
