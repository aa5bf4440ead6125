"""Which pairs are let through, by each kind of selection."""

from dataclasses import replace

import numpy as np
import pytest

from causattn.base import ConfigError, DataError
from causattn.candidates import null_draws, select_candidates, strongest_pairs
from causattn.features import FeatureKind

SCORES = np.array(  # attention paid from row to column
    [
        [0.9, 0.1, 0.5, 0.0],
        [0.4, 0.9, 0.2, 0.0],
        [0.1, 0.3, 0.9, 0.0],
        [0.2, 0.0, 0.0, 0.9],
    ]
)


BY_DOCUMENTS = {
    "kind": "against_null",
    "against": "permuted",
    "draws": 1,
    "share": 1.0,
    "compare": "documents",
}


@pytest.fixture
def summary(summary_of):
    return summary_of(np.stack([SCORES, SCORES])[:, None, None])


@pytest.fixture
def table(table_of):
    rng = np.random.default_rng(0)
    values = rng.integers(0, 3, size=(200, 4))
    values[:, 3] = values[:, 1]  # 1 and 3 are one variable
    return table_of(values)


def pairs(allowed: np.ndarray) -> set[tuple[int, int]]:
    assert (allowed == allowed.T).all()
    assert not allowed.diagonal().any()
    return {(int(i), int(j)) for i, j in np.argwhere(np.triu(allowed, 1))}


def test_top_k(summary, table):
    edges = select_candidates({"kind": "top_k", "pairs": 2}, summary, table)
    assert pairs(edges.allowed) == {(0, 2), (0, 1)}
    assert edges.pair_count == 2
    assert edges.method == "mean attention (observed), top 2 pairs"
    np.testing.assert_allclose(edges.score, SCORES.T - 0.9 * np.eye(4))
    assert np.isnan(edges.p_value).all()
    frame = edges.frame().set_index(["source", "target"])
    assert frame.loc[("f2", "f0"), "score"] == pytest.approx(0.5)
    assert frame.loc[("f0", "f2"), "strength"] == pytest.approx(0.5)


def test_pairs_with_metadata_are_not_restricted_by_attention(summary, table):
    kinds = (*table.kinds[:3], FeatureKind.METADATA)
    edges = select_candidates({"kind": "top_k", "pairs": 2}, summary, replace(table, kinds=kinds))
    assert pairs(edges.allowed) == {(0, 2), (0, 1), (0, 3), (1, 3), (2, 3)}
    assert edges.method.endswith("top 2 pairs, and all with f3, to which no attention can be paid")
    assert "f3" not in edges.about["unattended"]


def test_a_screen_of_values_restricts_metadata_as_all_others(table):
    kinds = (*table.kinds[:3], FeatureKind.METADATA)
    settings = {"kind": "cmi", "pairs": 1}
    edges = select_candidates(settings, None, replace(table, kinds=kinds))
    assert pairs(edges.allowed) == {(1, 3)}


def test_top_k_per_feature_takes_no_more_than_there_are(summary, table):
    settings = {"kind": "top_k", "pairs_per_feature": 0.5}
    assert select_candidates(settings, summary, table).pair_count == 2
    edges = select_candidates({"kind": "top_k", "pairs_per_feature": 9.0}, summary, table)
    # Pairs without any attention are no candidates, however many were asked for.
    assert pairs(edges.allowed) == {(0, 1), (0, 2), (1, 2), (0, 3)}


def test_ties_are_broken_by_position():
    flat = np.ones((4, 4))
    assert pairs(strongest_pairs(flat, 4)) == {(0, 1), (0, 2), (0, 3), (1, 2)}


def test_threshold(summary, table):
    edges = select_candidates(
        {"kind": "threshold", "threshold": 0.4, "unit": "weight"}, summary, table
    )
    assert pairs(edges.allowed) == {(0, 2), (0, 1)}
    mean = (SCORES.sum() - 3.6) / 12
    edges = select_candidates({"kind": "threshold", "threshold": 0.29 / mean}, summary, table)
    assert pairs(edges.allowed) == {(0, 2), (0, 1), (1, 2)}


def test_all(summary, table):
    edges = select_candidates({"kind": "all"}, summary, table)
    assert edges.pair_count == 6
    assert edges.score.max() == 0.5


def test_union_with_mutual_information(summary, table):
    settings = {"pairs": 1, "union": "mutual_information", "union_pairs_per_feature": 0.25}
    edges = select_candidates(settings, summary, table)
    assert pairs(edges.allowed) == {(0, 2), (1, 3)}
    assert edges.about["union_added_pairs"] == 1
    assert "mutual information" in edges.method


def test_a_feature_nobody_attends_to_is_named(summary_of, table):
    scores = SCORES.copy()
    scores[3, :3] = 0
    edges = select_candidates({}, summary_of(np.stack([scores] * 2)[:, None, None]), table)
    assert edges.about["unattended"] == ["f3"]
    assert not edges.allowed[3].any()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"pairs": 7}, "only 6 pairs"),
        ({"pairs": 0}, "above 0"),
        ({"kind": "topk"}, "did you mean top_k"),
        ({"pair": 3}, "did you mean pairs"),
        ({"kind": "threshold", "threshold": -1.0}, "above 0"),
        ({**BY_DOCUMENTS, "aggregate": "max"}, "no error of its own"),
        ({**BY_DOCUMENTS, "aggregate": "norm"}, "no error of its own"),
        ({**BY_DOCUMENTS, "layers": [0]}, r"attention\.layers"),
        ({**BY_DOCUMENTS, "draws": 2}, "holds the model"),
        ({"kind": "against_null", "draws": 0}, "draws=0 should be above 0"),
        ({"kind": "against_null", "share": 0.0}, r"\(0, 1\]"),
        ({"kind": "against_null", "share": 0.5, "against": "untrained"}, "permutes none"),
        ({"kind": "against_null", "false_discovery_rate": 1.5}, "between 0 and 1"),
        ({"kind": "against_null"}, "as many"),
        ({"kind": "all", "union": "mutual_information"}, "not a setting"),
    ],
)
def test_settings_that_make_no_sense(settings, sentence, summary, table):
    with pytest.raises(ConfigError, match=sentence):
        select_candidates(settings, summary, table)


def test_a_table_over_other_features(summary, table_of):
    with pytest.raises(DataError, match="different features"):
        select_candidates({}, summary, table_of(np.arange(10).reshape(5, 2) % 4))


def test_null_draws():
    assert null_draws(
        {"kind": "against_null", "against": "untrained", "draws": 3, "share": 1.0}
    ) == (
        "untrained",
        3,
        1.0,
    )
    assert null_draws({"kind": "against_null", "against": "bulk"}) == ("", 0, 1.0)
    assert null_draws({"kind": "top_k"}) == ("", 0, 1.0)
    with pytest.raises(ConfigError):
        null_draws({"kind": "nul"})
