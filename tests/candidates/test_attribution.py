"""Candidates from an explainer's attribution: the same rules as from attention."""

import numpy as np
import pytest

from causattn.attention import AttentionMoments
from causattn.attribution import AttributionSummary
from causattn.base import ConfigError
from causattn.candidates import attention_score, select_candidates, summary_score
from causattn.corpora import Mentions
from causattn.features import FeatureKind, FeatureTable

NAMES = ("a", "b", "c", "d")


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    values = rng.integers(0, 2, size=(20, 4)).astype(float)
    places = [(document, k, 2 * k, 2 * k + 1) for document in range(20) for k in range(4)]
    carriers = Mentions(*np.array(places).T)
    kinds = (FeatureKind.SLOT,) * 4
    return FeatureTable(NAMES, kinds, values, (("n", "y"),) * 4, carriers, np.arange(20))


def attributed(mean: np.ndarray, method: str = "occlusion") -> AttributionSummary:
    """A summary of 20 documents with these mean contributions, a row explained by a column."""
    count = np.full((4, 4), 20)
    total = 20.0 * mean
    moments = AttentionMoments(
        count, total[None, None], (20 * mean**2 * 1.1)[None, None], mean[None, None]
    )
    return AttributionSummary(NAMES, moments, total, 20, "masked", method)


@pytest.fixture
def mean():
    found = np.arange(16, dtype=float).reshape(4, 4) / 16
    np.fill_diagonal(found, 0)
    return found


def test_a_score_is_what_the_row_contributes_to_the_column(table, mean):
    edges = select_candidates({"kind": "all"}, attributed(mean), table)
    assert np.allclose(edges.score, mean.T)
    assert edges.about["screen"] == "occlusion"
    assert edges.method == "mean absolute occlusion (masked), all pairs"


def test_the_rules_are_those_of_attention(table, mean):
    """The same numbers as attention give the same pairs."""
    for settings in (
        {"kind": "top_k", "pairs": 3},
        {"kind": "threshold", "threshold": 1.1},
        {"kind": "top_k", "pairs": 1, "union": "mutual_information"},
    ):
        one = select_candidates(settings, attributed(mean), table)
        other = select_candidates(settings, attributed(mean).as_attention(), table)
        assert (one.allowed == other.allowed).all()
        assert np.allclose(one.p_value, other.p_value, equal_nan=True)


def test_a_null_document_by_document(table, mean):
    settings = {
        "kind": "against_null",
        "against": "permuted",
        "compare": "documents",
        "draws": 1,
        "share": 1.0,
    }
    null = attributed(np.where(np.eye(4, dtype=bool), 0, 0.3))
    edges = select_candidates(settings, attributed(mean), table, null=[null])
    assert edges.p_value[2, 3] < 0.01  # .69 and .88 against .3
    assert edges.p_value[0, 1] > 0.05  # .06 and .25 against .3


@pytest.mark.parametrize(
    "more", [{"aggregate": "rollout"}, {"aggregate": "max"}, {"layers": (0,)}, {"heads": (1,)}]
)
def test_what_only_attention_has_is_refused(table, mean, more):
    with pytest.raises(ConfigError, match="attribution=lime gives one score"):
        select_candidates({"kind": "all", **more}, attributed(mean, "lime"), table)


def test_attention_keeps_its_score(mean):
    attention = attributed(mean).as_attention()
    assert (summary_score(attention) == attention_score(attention)).all()
