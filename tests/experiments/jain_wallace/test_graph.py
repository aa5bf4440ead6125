"""The graph joins the planted words to the label; weights against a plain regression."""

from itertools import chain

import numpy as np
import pytest
import torch

from experiments.jain_wallace.graph import (
    OUTCOME,
    GraphSettings,
    attention_candidates,
    by_word,
    edge_weights,
    graph_into_outcome,
    relative_attention,
    word_table,
)
from experiments.jain_wallace.sentences import Sentences
from experiments.jain_wallace.training import log_odds

SETTINGS = GraphSettings(words=13, label_pairs=8, word_pairs=30)


@pytest.fixture(scope="module")
def noisy():
    """Sentences in which good and bad raise the odds of their label, and fine goes with good."""
    rng = np.random.default_rng(0)
    words, labels = [], []
    for _ in range(3000):
        good, bad = (rng.random(2) < 0.4).tolist()
        fine = bool(rng.random() < (0.8 if good else 0.2))
        label = rng.random() < 0.5 + 0.35 * good - 0.35 * bad
        held = [*["good"] * good, *["bad"] * bad, *["fine"] * fine]
        fill = [f"w{number}" for number in rng.choice(10, rng.integers(3, 7), replace=False)]
        words.append(tuple(rng.permutation([*held, *fill]).tolist()))
        labels.append(int(label))
    return Sentences(tuple(words), np.array(labels))


def joined(table, graph):
    place = table.names.index(OUTCOME)
    assert set(graph.parents(place)) == set(np.flatnonzero(graph.skeleton()[:, place]))
    return {table.names[other] for other in graph.parents(place)}


def test_discovery_leaves_what_only_goes_with_a_cause(noisy):
    table = word_table(noisy, 13)
    assert set(table.names) == {"good", "bad", "fine", OUTCOME, *(f"w{k}" for k in range(10))}
    label = noisy.labels.astype(float)
    everything = dict.fromkeys(table.names, 1.0)
    candidates = attention_candidates(table, everything, GraphSettings(13, 13, 30))
    for allowed in (candidates, None):
        graph = graph_into_outcome(table, label, allowed, SETTINGS)
        assert joined(table, graph) == {"good", "bad"}
    numbers = label + 0.1 * np.random.default_rng(0).normal(size=len(label))
    graph = graph_into_outcome(table, numbers, candidates, SETTINGS)
    assert joined(table, graph) == {"good", "bad"}


def test_candidates_are_the_most_attended_words_and_closest_pairs(noisy):
    table = word_table(noisy, 13)
    attention = {"good": 3.0, "fine": 2.0, "bad": 1.0}
    found = attention_candidates(table, attention, GraphSettings(13, 2, 1))
    place = table.names.index(OUTCOME)
    chosen = {table.names[k] for k in np.flatnonzero(found.allowed[place])}
    assert chosen == {"good", "fine"}
    assert found.pair_count == 3
    assert found.allowed[table.names.index("good"), table.names.index("fine")]
    assert (found.allowed == found.allowed.T).all()


def test_weights_are_the_coefficients_of_the_joined_words(noisy):
    table = word_table(noisy, 13)
    label = noisy.labels.astype(float)
    graph = graph_into_outcome(table, label, None, SETTINGS)
    weights = edge_weights(table, graph, label)
    held = np.array([[word in words for word in ("good", "bad")] for words in noisy.words])
    design = np.column_stack([np.ones(len(label)), held])
    expected = np.linalg.solve(design.T @ design, design.T @ label)
    assert weights == pytest.approx({"good": expected[1], "bad": -expected[2]})
    flat = by_word(noisy.take(np.arange(3)), weights)
    words = list(chain.from_iterable(noisy.words[:3]))
    assert flat.tolist() == [weights.get(word, 0.0) for word in words]


def test_attention_of_a_word_is_its_mean_in_units_of_uniform(average, splits):
    sentences = splits["train"].take(np.arange(10))
    found = relative_attention(average, sentences)
    seen = {}
    for words in sentences.words:
        numbered = average.vocabulary.numbered([words])[0]
        ids = torch.tensor(numbered)[None]
        attention = average.network.read(ids, (ids > 3) | (ids == 1)).attention[0, 1:-1]
        for word, value in zip(words, attention.tolist(), strict=True):
            seen.setdefault(word, []).append(value * len(words))
    assert found == pytest.approx(
        {word: np.mean(values) for word, values in seen.items()}, rel=1e-4
    )


def test_output_of_a_network_can_stand_for_the_label(average, splits):
    table = word_table(splits["train"], 14)
    odds = log_odds(average.network, average.vocabulary, splits["train"].words)
    graph = graph_into_outcome(table, odds, None, SETTINGS)
    assert {"good", "bad"} & joined(table, graph)
