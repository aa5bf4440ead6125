"""Attention paid to the position that a classifier reads is no edge; what it pays counts."""

from dataclasses import replace

import numpy as np
import pytest

from causattn.base import DataError
from causattn.candidates import screens_beside, select_candidates
from causattn.corpora import POOLED, Mentions

LABEL = 3
# Every word pays the label's position much, which itself pays the second word most.
PAID = np.array(
    [
        [0.0, 0.05, 0.02, 0.4],
        [0.04, 0.0, 0.01, 0.3],
        [0.03, 0.02, 0.0, 0.48],
        [0.004, 0.06, 0.003, 0.0],
    ]
)


@pytest.fixture
def classified(summary_of, table_of):
    """A summary over three words and a label, and its table."""
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 1e-4, (50, 1, 1, 4, 4))
    values = np.abs(PAID + noise)
    table = table_of(rng.integers(0, 2, (50, 4)))
    rows = np.array([(document, LABEL, POOLED, POOLED) for document in range(50)])
    return summary_of(values), replace(table, carriers=Mentions(*rows.T))


def test_only_what_the_label_pays_counts(classified):
    summary, table = classified
    edges = select_candidates({"kind": "top_k", "pairs": 2}, summary, table)
    assert not edges.score[LABEL].any()
    np.testing.assert_allclose(edges.score[:3, LABEL], PAID[LABEL, :3], atol=1e-3)
    assert {(int(i), int(j)) for i, j in np.argwhere(np.triu(edges.allowed))} == {(1, 3), (0, 1)}
    control = screens_beside({}, table, {"untrained": summary})["untrained"]
    np.testing.assert_allclose(control, edges.strength)


def test_where_no_feature_is_pooled_both_directions_count(classified):
    summary, table = classified
    bare = replace(table, carriers=Mentions.empty())
    edges = select_candidates({"kind": "top_k", "pairs": 3}, summary, bare)
    assert edges.allowed[LABEL, :3].all()


def test_document_by_document_too(classified, summary_of):
    """Against a null that pays the label more: what is paid to it proves nothing either way."""
    summary, table = classified
    rng = np.random.default_rng(1)
    less = PAID * 0.5
    less[:3, LABEL] = 0.01
    null = summary_of(np.abs(less + rng.normal(0, 1e-4, (50, 1, 1, 4, 4))))
    settings = {
        "kind": "against_null",
        "against": "permuted",
        "draws": 1,
        "share": 1.0,
        "compare": "documents",
    }
    edges = select_candidates(settings, summary, table, null=[null])
    assert edges.allowed[1, LABEL]
    equal = PAID.copy()
    equal[:3, LABEL] = 0.01  # the label pays as in the documents, and is paid less
    null = summary_of(np.abs(equal + rng.normal(0, 1e-4, (50, 1, 1, 4, 4))))
    edges = select_candidates(settings, summary, table, null=[null])
    assert not edges.allowed[LABEL].any()


def test_a_label_that_pays_nothing_beside_words_that_pay_nothing(summary_of, table_of):
    paid = np.zeros((2, 1, 1, 4, 4))
    paid[..., :3, LABEL] = 0.4
    rows = np.array([(document, LABEL, POOLED, POOLED) for document in range(2)])
    table = replace(table_of(np.array([[0, 1, 0, 1], [1, 0, 1, 0]])), carriers=Mentions(*rows.T))
    with pytest.raises(DataError, match="No feature pays any attention"):
        select_candidates({}, summary_of(paid), table)
