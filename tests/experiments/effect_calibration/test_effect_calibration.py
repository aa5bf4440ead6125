"""The calibration of the evidence: refuters here, the planted graph in a long test."""

import pytest

BLIND = "random common cause"
"""Noise added to a regression finds no confounder that was left out."""


def test_every_refuter_has_power_where_the_model_is_wrong(in_small):
    rows, page = in_small("effect_calibration")
    assert {row["name"] for row in rows} == {
        "placebo",
        "random common cause",
        "data subset",
        "bootstrap",
        "dummy outcome",
        "unobserved common cause",
    }
    for row in rows:
        if row["name"] == BLIND:
            assert row["power"] <= 0.5
        else:
            assert row["power"] >= 0.9
        assert all(0.0 <= p <= 1.0 for p in row["right"])
        assert f"| {row['name']} | 8 |" in page


@pytest.mark.slow
def test_p_values_are_uniform_where_the_model_is_right(in_small):
    rows, _ = in_small("effect_calibration", "repetitions=200")
    for row in rows:
        assert row["uniform_p"] > 0.01, row["name"]
        assert 0.01 <= row["level"] <= 0.1, row["name"]
        if row["name"] == BLIND:
            assert row["power"] <= 0.1
        else:
            assert row["power"] > 0.95, row["name"]


@pytest.mark.slow
def test_evidence_on_a_planted_graph(in_small):
    rows, page = in_small("effect_calibration", "refuters=[]", "networks.asia=[1, 200]")
    (found,) = rows
    assert found["claimed"] == 3 * found["true"] == 3 * found["reversed"]
    assert found["auc_truth"]["DoWhy, direct effect"]["auc"] > 0.9
    assert found["auc_truth"]["attention, either way"]["auc"] > 0.8
    # The interval's refuters say nothing of edges.
    assert found["auc_truth"]["refuter: bootstrap"]["auc"] < 0.8
    effects = found["effects_truth"]["total effect in data, true edges"]
    assert effects["rmse"] < 0.05
    counts = [one for one in found["verdicts"].values() if one]
    assert sum(claims for _, _, claims in counts) == found["claimed"]
    assert not found["verdicts"].get("supported")  # nothing beside the documents was asked
    assert "## Planted graph: asia" in page
