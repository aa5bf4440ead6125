"""The equations of the causal term against loops written out, and against finite differences."""

import numpy as np
import pytest
import torch

from causattn.models.causal_loss import (
    attention_maps,
    feature_attention,
    graph_distance,
    intervention_variance,
    output_variance,
)

DOCUMENTS, HEADS, TOKENS, FEATURES = 3, 2, 6, 4


def _layers(seed, count=2, readings=1):
    rng = torch.Generator().manual_seed(seed)
    shape = (readings * DOCUMENTS, HEADS, TOKENS, TOKENS)
    return [
        torch.randn(shape, generator=rng, dtype=torch.float64).softmax(-1) for _ in range(count)
    ]


@pytest.fixture
def carried():
    """Each document tells the features with other tokens; the last leaves feature 2 out."""
    carried = torch.zeros(DOCUMENTS, FEATURES, TOKENS)
    for document, tokens in enumerate([[0, 1, 2, 3], [5, 4, 3, 0], [2, 0, None, 1]]):
        for feature, token in enumerate(tokens):
            if token is not None:
                carried[document, feature, token] = 1
    carried[0, 1, 5] = 1  # a feature of two tokens
    return carried


READS = torch.tensor(
    [[1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [1, 0, 1, 1]],
    dtype=torch.bool,
)


def _between(weights, carried, i, j):
    """Equation (1) for one map."""
    rows, columns = np.flatnonzero(carried[i]), np.flatnonzero(carried[j])
    if not len(rows):
        return 0.0
    return float(np.mean([sum(weights[q, k] for k in columns) for q in rows]))


def test_attention_between_features_is_the_mean_over_readers_of_sums_over_the_read(carried):
    maps = attention_maps(_layers(0), "each")
    assert maps.shape == (DOCUMENTS, 2 * HEADS, TOKENS, TOKENS)
    found = feature_attention(maps, carried)
    for document in range(DOCUMENTS):
        for one in range(maps.shape[1]):
            for i in range(FEATURES):
                for j in range(FEATURES):
                    expected = _between(maps[document, one].numpy(), carried[document], i, j)
                    assert found[document, one, i, j].item() == pytest.approx(expected)


def test_rollout_and_mean_are_those_of_the_papers():
    layers = _layers(1, count=3)
    rolled = attention_maps(layers, "rollout")
    expected = torch.eye(TOKENS, dtype=torch.float64)
    for weights in layers:
        half = (weights.mean(1) + torch.eye(TOKENS, dtype=torch.float64)) / 2
        expected = half @ expected
    assert torch.allclose(rolled[:, 0], expected)
    assert torch.allclose(rolled.sum(-1), torch.ones(1, dtype=torch.float64))
    assert torch.allclose(attention_maps(layers, "mean")[:, 0], sum(w.mean(1) for w in layers) / 3)


@pytest.mark.parametrize("distance", ["kl", "squared"])
def test_the_distance_from_a_graph_is_equation_2_or_3(carried, distance):
    attention = feature_attention(attention_maps(_layers(2), "each"), carried)
    told = carried.any(-1)
    total, rows = 0.0, 0
    for document in range(DOCUMENTS):
        features = [f for f in range(FEATURES) if told[document, f]]
        for one in range(attention.shape[1]):
            for i in features:
                a = np.array([attention[document, one, i, j].item() for j in features])
                b = a / a.sum()
                t = np.array([float(READS[i, j]) for j in features])
                t /= t.sum()
                if distance == "kl":
                    kept = t > 0
                    total += (t[kept] * np.log(t[kept] / b[kept])).sum()
                else:
                    total += ((t - b) ** 2).sum()
                rows += 1
    found = graph_distance(attention, READS, told, distance)
    assert found.item() == pytest.approx(total / rows)


@pytest.mark.parametrize("distance", ["kl", "squared"])
def test_attention_that_is_the_graphs_has_no_distance(carried, distance):
    target = READS / READS.sum(-1, keepdim=True)
    attention = 0.3 * target.expand(DOCUMENTS, 1, FEATURES, FEATURES).double()
    everything = torch.ones(DOCUMENTS, FEATURES, dtype=torch.bool)
    assert graph_distance(attention, READS, everything, distance).item() == pytest.approx(0)


def test_the_variance_over_readings_is_equation_4():
    rng = torch.Generator().manual_seed(3)
    attention = torch.rand(3, DOCUMENTS, HEADS, FEATURES, FEATURES, generator=rng).double()
    stay = torch.tensor([[1, 1, 0, 1], [1, 0, 0, 1], [1, 1, 1, 1]], dtype=torch.bool)
    total, rows = 0.0, 0
    for document in range(DOCUMENTS):
        staying = np.flatnonzero(stay[document])
        for head in range(HEADS):
            for i in staying:
                rows += 1
                for j in staying:
                    total += np.var(attention[:, document, head, i, j].numpy(), ddof=1)
    assert intervention_variance(attention, stay).item() == pytest.approx(total / rows)
    same = attention[:1].expand(3, -1, -1, -1, -1)
    assert intervention_variance(same, stay).item() == 0


def test_the_variance_of_the_output_is_equation_5():
    logits = torch.randn(3, DOCUMENTS, 2, dtype=torch.float64)
    told = logits.softmax(-1).numpy()
    expected = np.mean([told[:, d].var(0, ddof=1).sum() for d in range(DOCUMENTS)])
    assert output_variance(logits).item() == pytest.approx(expected)
    values = logits[..., :1]
    expected = np.mean([values[:, d, 0].numpy().var(ddof=1) for d in range(DOCUMENTS)])
    assert output_variance(values).item() == pytest.approx(expected)


@pytest.mark.parametrize("average", ["each", "mean", "rollout"])
@pytest.mark.parametrize("kind", ["kl", "squared", "interventions"])
def test_gradients_by_the_scores_are_those_of_finite_differences(carried, average, kind):
    readings = 2 if kind == "interventions" else 1
    shape = (2, readings * DOCUMENTS, HEADS, TOKENS, TOKENS)
    scores = torch.randn(shape, dtype=torch.float64, requires_grad=True)

    def term(scores):
        maps = attention_maps([layer.softmax(-1) for layer in scores], average)
        attention = feature_attention(maps, carried.repeat(readings, 1, 1))
        if kind != "interventions":
            return graph_distance(attention, READS, carried.any(-1), kind)
        stay = carried.any(-1) & torch.tensor([True, True, False, True])
        return intervention_variance(
            attention.reshape(readings, DOCUMENTS, *attention.shape[1:]), stay
        )

    assert torch.autograd.gradcheck(term, (scores,), fast_mode=True)


def test_a_weight_of_nothing_gives_a_finite_gradient(carried):
    scores = torch.zeros(DOCUMENTS, HEADS, TOKENS, TOKENS)
    scores[..., 0] = 1e4
    scores.requires_grad_(True)
    attention = feature_attention(scores.softmax(-1), carried)
    graph_distance(attention, READS, carried.any(-1), "kl").backward()
    assert torch.isfinite(scores.grad).all()
