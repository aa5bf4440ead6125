"""Orders of words against leave-one-out: what must agree, what must not, and what is compared."""

import numpy as np
import pytest

from experiments.jain_wallace.graph import GraphSettings
from experiments.jain_wallace.importance import importance
from experiments.jain_wallace.question import compare, ground, orders


@pytest.fixture(scope="module")
def words(average, splits):
    return importance(average, splits["test"])


def test_comparison_knows_the_best_the_worst_and_nothing(words):
    ordered = {
        "attention": words.attention,
        "same": words.leave_one_out,
        "reversed": -words.leave_one_out,
        "nothing": np.zeros(len(words.attention)),
    }
    table = compare(words, ordered, 200, np.random.default_rng(0)).set_index("by")
    assert table["tau"]["same"] == pytest.approx(1)
    assert table["tau"]["reversed"] == pytest.approx(-1)
    assert table["tau"]["nothing"] == 0
    assert table["first word"]["same"] == 1
    # A word that stands twice is first twice, by a network that sees no context.
    assert table["first word"]["nothing"] >= (1 / np.diff(words.bounds)).mean()
    assert table["first word"]["nothing"] < 0.3
    own = table.loc["attention"]
    assert (own["less attention's"], own["low"], own["high"]) == (0, 0, 0)
    same = table.loc["same"]
    assert same["less attention's"] == pytest.approx(1 - own["tau"])
    assert same["low"] < same["less attention's"] < same["high"]


def test_orders_are_of_the_words_they_speak_of(average, splits, words):
    settings = GraphSettings(words=14, label_pairs=10, word_pairs=20)
    rng = np.random.default_rng(0)
    known = ground(splits["train"], settings)
    assert set(known.information) == {"good", "bad", *(f"w{k}" for k in range(12))}
    found, sizes = orders(average, known, splits["test"], words, rng)
    flat = np.array([word for sentence in splits["test"].words for word in sentence])
    telling = np.isin(flat, ["good", "bad"])
    graph = found["graph into the label"]
    assert graph[telling].min() > 0
    assert sizes["graph into the label"] >= 1
    edges = found["attention at edges"]
    np.testing.assert_array_equal(edges[graph > 0], words.attention[graph > 0])
    assert (edges[graph == 0] == 0).all()
    table = compare(words, found, 50, rng).set_index("by")
    # The label is one word's doing, so that the graph, found over other sentences, points at it.
    told = np.add.reduceat(telling, words.bounds[:-1]) > 0
    assert table["first word"]["graph into the label"] > 0.9 * told.mean()
    assert table["first word"]["graph, shuffled"] < 0.6
