"""Aggregation of a summary to one score a pair, and its direction."""

import numpy as np
import pytest

from causattn.attention import AttentionSummary
from causattn.base import ConfigError, DataError
from causattn.candidates import attention_score


@pytest.fixture
def values() -> np.ndarray:
    return np.random.default_rng(0).random((5, 2, 3, 4, 4))


def off_diagonal(matrix: np.ndarray) -> np.ndarray:
    matrix = matrix.copy()
    np.fill_diagonal(matrix, 0)
    return matrix


def test_score_is_turned_from_payer_to_paid_into_flow(summary_of):
    values = np.zeros((1, 1, 1, 3, 3))
    values[..., 2, 0] = 0.7  # the third pays attention to the first
    score = attention_score(summary_of(values))
    assert score[0, 2] == 0.7
    assert score.sum() == 0.7


def test_mean_max_and_rollout(summary_of, values):
    summary = summary_of(values)
    mean = values.mean(0)
    expected = {
        "mean": mean.mean((0, 1)),
        "max": mean.max((0, 1)),
        "rollout": (values.mean((1, 2)) ** 2).mean(0),
    }
    for aggregate, paid in expected.items():
        np.testing.assert_allclose(attention_score(summary, aggregate), off_diagonal(paid.T))


def test_covariance_and_raw_keep_layers_and_heads_apart(summary_of, values):
    summary = summary_of(values, layers=[0, 1], heads=[0, 1, 2])
    only = AttentionSummary(
        summary.names, {"covariance": summary.measures["raw"]}, 5, "observed", summary.about
    )
    some = {"layers": (1,), "heads": (0, 2)}
    expected = off_diagonal(values.mean(0)[1, [0, 2]].mean(0).T)
    np.testing.assert_allclose(attention_score(only, "covariance", **some), expected)
    np.testing.assert_allclose(attention_score(summary, "raw", **some), expected)
    np.testing.assert_allclose(attention_score(summary, "mean", **some), expected)


def test_an_unknown_aggregate_comes_with_the_nearest(summary_of, values):
    with pytest.raises(ConfigError, match=r"did you mean covariance\?.*choose one of max, "):
        attention_score(summary_of(values), "covarianc")


def test_norm_flow_and_gradient(summary_of, values):
    """Norm keeps layers and heads apart, flow and gradient run through all of them."""
    summary = summary_of(values)
    only = AttentionSummary(
        summary.names,
        {
            "norm": summary.measures["raw"],
            "flow": summary.measures["mean"],
            "gradient": summary.measures["rollout"],
        },
        5,
        "observed",
    )
    mean = off_diagonal(values.mean((0, 1, 2)).T)
    np.testing.assert_allclose(attention_score(only, "norm"), mean)
    np.testing.assert_allclose(attention_score(only, "flow"), mean)
    np.testing.assert_allclose(
        attention_score(only, "gradient"), attention_score(summary, "rollout")
    )
    second = off_diagonal(values.mean(0)[1, 2].T)
    np.testing.assert_allclose(attention_score(only, "norm", layers=(1,), heads=(2,)), second)
    with pytest.raises(ConfigError, match="gradient runs through all layers"):
        attention_score(only, "gradient", heads=(0,))
    with pytest.raises(ConfigError, match=r"add norm to attention\.measures"):
        attention_score(summary, "norm")


def test_chosen_layers_and_heads_go_by_their_numbers_in_the_model(summary_of, values):
    summary = summary_of(values, layers=[3, 7], heads=[0, 2, 5])
    score = attention_score(summary, "mean", layers=(7,), heads=(5, 0))
    expected = values.mean(0)[1][[2, 0]].mean(0)
    np.testing.assert_allclose(score, off_diagonal(expected.T))
    with pytest.raises(ConfigError, match="the attention summary has layers 3, 7"):
        attention_score(summary, layers=(0,))
    with pytest.raises(ConfigError, match="leaves nothing"):
        attention_score(summary, heads=())


def test_a_measure_that_was_not_summed(summary_of, values):
    summary = summary_of(values)
    bare = AttentionSummary(summary.names, {"mean": summary.measures["mean"]}, 5, "observed")
    assert attention_score(bare, "mean").any()
    with pytest.raises(ConfigError, match=r"add rollout to attention\.measures"):
        attention_score(bare, "rollout")
    with pytest.raises(ConfigError, match=r"add raw to attention\.measures"):
        attention_score(bare, "max")
    with pytest.raises(ConfigError, match="runs through all layers"):
        attention_score(summary, "rollout", layers=(0,))


def test_attention_that_is_nothing_or_not_a_number(summary_of, values):
    with pytest.raises(DataError, match="No feature pays any attention"):
        attention_score(summary_of(np.zeros((2, 1, 1, 3, 3))))
    values[0, 0, 0, 1, 2] = np.nan
    with pytest.raises(DataError, match="from f1 to f2 is not a number"):
        attention_score(summary_of(values))
