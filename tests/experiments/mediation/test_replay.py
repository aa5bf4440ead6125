import numpy as np

from experiments.mediation.replay import read_records, total_effect


def test_total_effect_is_the_relative_change_of_odds():
    np.testing.assert_allclose(total_effect(np.array([0.5, 2.0]), np.array([1.0, 1.0])), [1, -0.5])


def test_records_take_odds_from_probabilities():
    example = {
        "candidate1_base_prob": 0.4,
        "candidate2_base_prob": 0.2,
        "candidate1_alt_prob": 0.2,
        "candidate2_alt_prob": 0.2,
        "total_effect": "not read",
        "direct_effect_model": 0.25,
        "indirect_effect_model": 0.5,
        "indirect_effect_head": [[0.1, 0.2], [0.3, 0.0]],
    }
    found = read_records({"results": [example, example]})
    np.testing.assert_allclose(found.total, [1.0, 1.0])
    assert found.indirect_heads.shape == (2, 2, 2)
    np.testing.assert_allclose(found.direct + found.indirect, [0.75, 0.75])
