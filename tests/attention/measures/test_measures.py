"""Flow, norms and covariance against slow and independent ways to the same numbers."""

import networkx
import numpy as np
import pytest
import torch
from transformers.pytorch_utils import Conv1D

from causattn.attention import Probe, capture_attention, summarise_attention
from causattn.attention.measures.covariance import abcd_correlation, abcd_covariance
from causattn.attention.measures.flow import attention_flow
from causattn.attention.measures.norm import carried_norms
from causattn.base import ConfigError, ModelError

WITH_PROJECTIONS = [
    "bert", "roberta", "distilbert", "albert", "electra", "modernbert", "gpt2", "gpt_neox", "opt",
    "llama", "mistral", "qwen2", "qwen3", "gemma2", "gemma3", "phi", "t5", "bart",
]  # fmt: skip


def documents_of(model, corpus, features, naive_tokens):
    for text, of in zip(corpus.texts, naive_tokens(model, corpus.texts, features), strict=True):
        yield model.tokenizer(text)["input_ids"], of


class Values(Probe):
    """Puts together what each layer's heads add to the hidden state."""

    wants_values = True

    def __init__(self):
        self.added = []

    def see_values(self, layer, values, projection):
        self.now = values, projection

    def visit(self, layer, weights):
        values, projection = self.now
        self.added.append(torch.einsum("bhqk,bhkd,hdw->bqw", weights, values, projection))


@pytest.mark.parametrize("family", WITH_PROJECTIONS)
def test_what_heads_add_is_what_the_output_projection_gives(family, families, network_of):
    network = network_of(families[family])
    inputs = {"input_ids": torch.randint(4, 40, (2, 9), generator=torch.manual_seed(0))}
    given = []

    def note(module, arguments, output):
        bias = getattr(module, "bias", None)
        given.append(output if bias is None else output - bias)

    probe = Values()
    with capture_attention(network, inputs) as capture:
        capture.run(inputs, probe)
        linear = [m for m in network.modules() if isinstance(m, torch.nn.Linear | Conv1D)]
        hooks = [module.register_forward_hook(note) for module in linear]
        capture.edited(inputs, None)
        for hook in hooks:
            hook.remove()
    assert len(probe.added) == len(capture.layers)
    for added in probe.added:
        gaps = [(added - o).abs().max() for o in given if o.shape == added.shape]
        assert min(gaps) < 1e-4


def test_norms_equal_the_vectors_of_full_width(
    language_model, corpus, features, naive_tokens, eager_weights
):
    model = language_model("gpt2")
    summary = summarise_attention({"measures": ["norm"]}, model, corpus, features, 0)
    expected = np.zeros((2, 4, 6, 6))
    for ids, of in documents_of(model, corpus, features, naive_tokens):
        weights = eager_weights(model, ids)
        with torch.no_grad():
            states = model.network(
                input_ids=torch.tensor([ids]), output_hidden_states=True
            ).hidden_states
            for layer, block in enumerate(model.network.h):
                value = block.attn.c_attn(block.ln_1(states[layer]))[0, :, 64:]
                for head in range(4):
                    part = slice(8 * head, 8 * head + 8)
                    carried = value[:, part] @ block.attn.c_proj.weight[part]
                    alpha = weights[layer][head]
                    norms = (alpha[:, :, None] * carried[None]).norm(dim=-1).numpy()
                    for i in of:
                        for j in of:
                            block_of = norms[np.ix_(of[i], of[j])]
                            expected[layer, head, i, j] += block_of.sum(1).mean()
    np.testing.assert_allclose(summary.measures["norm"].sum, expected, atol=1e-4)


def test_norms_of_nothing_are_zero():
    assert (carried_norms(torch.zeros(1, 2, 3, 4), torch.ones(2, 4, 8)) == 0).all()


def test_norms_need_value_vectors(language_model, corpus, features):
    model = language_model("deberta_v2")
    with pytest.raises(ModelError, match="does not give the value vectors"):
        summarise_attention({"measures": ["norm"]}, model, corpus, features, 0)


def flow_by_networkx(capacities: np.ndarray, top: int, bottoms: list[int]) -> float:
    graph = networkx.DiGraph()
    layers, length, _ = capacities.shape
    for layer in range(layers):
        for q in range(length):
            for k in range(length):
                graph.add_edge((layer + 1, q), (layer, k), capacity=capacities[layer, q, k])
    for bottom in bottoms:
        graph.add_edge((0, bottom), "sink")  # without a capacity: no limit
    return networkx.maximum_flow_value(graph, (layers, top), "sink")


@pytest.mark.parametrize("layers", [1, 2, 4])
def test_flow_equals_networkx(layers):
    rng = np.random.default_rng(layers)
    attention = rng.dirichlet(np.full(5, 0.3), size=(layers, 5))
    capacities = (attention + np.eye(5)) / 2
    for top in range(5):
        for bottoms in ([0], [3], [1, 4]):
            expected = flow_by_networkx(capacities, top, bottoms)
            assert attention_flow(capacities, top, np.array(bottoms)) == pytest.approx(
                expected, abs=1e-6
            )


@pytest.mark.parametrize("query", ["observed", "masked"])
def test_flow_of_a_corpus(query, language_model, corpus, features, naive_tokens, eager_weights):
    model = language_model("bert", task="masked")
    settings = {"measures": ["flow"], "query": query}
    summary = summarise_attention(settings, model, corpus, features, 0)
    expected = np.zeros((6, 6))
    for ids, of in documents_of(model, corpus, features, naive_tokens):
        for i in of:
            covered = list(ids)
            if query == "masked" and i != 5:
                for position in of[i]:
                    covered[position] = model.tokenizer.mask_token_id
            weights = torch.stack(eager_weights(model, covered)).mean(1).numpy()
            capacities = (weights + np.eye(len(ids))) / 2
            for j in of:
                flows = [attention_flow(capacities, top, np.array(of[j])) for top in of[i]]
                expected[i, j] += np.mean(flows)
    np.testing.assert_allclose(summary.measures["flow"].sum[0, 0], expected, atol=1e-5)


# Rohekar et al. (2023), as recomputed with independent code: five tokens in a chain.
GOLDEN = np.array(
    [
        [0.60, 0.20, 0.10, 0.05, 0.05],
        [0.30, 0.50, 0.10, 0.05, 0.05],
        [0.05, 0.25, 0.50, 0.15, 0.05],
        [0.05, 0.05, 0.30, 0.50, 0.10],
        [0.05, 0.05, 0.05, 0.25, 0.60],
    ]
)
CORRELATIONS = [
    0.7686, 0.3727, 0.2605, 0.2071, 0.5757, 0.2817, 0.2240, 0.7052, 0.2811, 0.5247,
]  # fmt: skip


def test_abcd_correlation_of_the_golden_case():
    correlation = abcd_correlation(GOLDEN)
    np.testing.assert_allclose(correlation[np.triu_indices(5, 1)], CORRELATIONS, atol=5e-5)
    np.testing.assert_allclose(correlation.diagonal(), 1)
    np.testing.assert_allclose(abcd_covariance(GOLDEN), GOLDEN @ GOLDEN.T)
    assert not np.allclose(correlation, np.corrcoef(GOLDEN))


def test_covariance_of_a_corpus(language_model, corpus, features, naive_tokens, eager_weights):
    model = language_model("bert")
    settings = {"measures": ["covariance"], "heads": [1, 3]}
    summary = summarise_attention(settings, model, corpus, features, 0)
    expected = np.zeros((2, 2, 6, 6))
    for ids, of in documents_of(model, corpus, features, naive_tokens):
        for layer, weights in enumerate(eager_weights(model, ids)):
            for place, head in enumerate((1, 3)):
                correlation = abcd_correlation(weights[head].numpy())
                for i in of:
                    for j in of:
                        expected[layer, place, i, j] += correlation[np.ix_(of[i], of[j])].mean()
    np.testing.assert_allclose(summary.measures["covariance"].sum, expected, atol=1e-5)


def test_covariance_needs_whole_documents(language_model, corpus, features):
    model = language_model("bert", task="masked")
    with pytest.raises(ConfigError, match="choose attention=observed"):
        summarise_attention(
            {"measures": ["covariance"], "query": "masked"}, model, corpus, features, 0
        )
