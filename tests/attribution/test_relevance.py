"""Relevance: against rules written out as messages, and against the authors' package."""

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification

from causattn.attribution import LabelTarget, explain, relevance_rules
from causattn.base import ConfigError, ModelError
from tests.small_models import DECODERS, small_decoder

IDS = torch.tensor([[1, 4, 2, 8, 5, 7, 3]])
TOKEN = 6
LXT = {
    "llama": [-0.00163, 0.10981, 0.00068, 0.01777, -0.00148, -0.00222, -0.53256],
    "qwen3": [0.00569, 0.09777, 0.05867, 0.06596, 0.00181, 0.00148, -0.21917],
    "gemma3": [0.01779, -0.09897, 0.00334, 0.19032, 1e-05, 0.0, -2.22615],
    "gpt2": [0.0098, -0.0116, -0.00563, -0.00451, 0.00453, -0.02218, -1.25626],
}
"""What lxt 2.1, the authors' package, gives on `_known` decoders (its maps `attnLRP`, eager)."""


def _known(network):
    """Weights that no random generator makes, in place."""
    with torch.no_grad():
        for number, (name, weight) in enumerate(network.named_parameters()):
            waves = torch.sin(torch.arange(weight.numel()) * 1.7 + number).view_as(weight)
            gain = weight.dim() == 1 and not name.endswith("bias") and "gemma" not in name
            weight.copy_(waves * 0.3 + gain)
    return network.eval()


def _relevance(network, read):
    with relevance_rules(network):
        given = network.get_input_embeddings()(IDS).detach().requires_grad_()
        output = network(inputs_embeds=given).logits[read]
        (slope,) = torch.autograd.grad(output, given)
    return (slope * given).detach(), output.item()


@pytest.mark.parametrize("family", DECODERS)
def test_the_authors_package_says_the_same(family):
    network = _known(small_decoder(family, 11))
    for implementation in ("eager", "sdpa"):
        network.set_attn_implementation(implementation)
        found, output = _relevance(network, (0, -1, TOKEN))
        assert np.allclose(found.sum(-1)[0], LXT[family], atol=2e-5)
        plain = network(IDS).logits[0, -1, TOKEN]
        assert output == pytest.approx(plain.item(), abs=1e-5)
        # Outside of the rules weights have gradients as before.
        assert plain.requires_grad


# The rules as messages, from what is given to what is taken; R is the relevance of the former.


def _linear(x, weight, bias, R):
    """Equation 8: x_i W_ij / y_j of each, [..., n] by weight [n, m]."""
    y = x @ weight + bias
    return x * ((R / y) @ weight.T)


def _product(a, b, R):
    """Propositions 3.2 and 3.3: a half each of what every term has in the sum."""
    share = R / (2 * (a @ b))
    return a * (share @ b.mT), b * (a.mT @ share)


def _softmax(x, s, R):
    """Proposition 3.1."""
    return torch.where(s > 0, x * (R - s * R.sum(-1, keepdim=True)), 0.0)


def _added(parts, R):
    return [part * R / sum(parts) for part in parts]


def _layer_norm(x, module, R):
    """Proposition 3.4: the size is a constant, what is left is linear."""
    n = x.shape[-1]
    size = (x.var(-1, unbiased=False, keepdim=True) + module.eps).sqrt()
    weight = (torch.eye(n, dtype=x.dtype) - 1 / n) * module.weight
    return _linear(x / size, weight, module.bias, R)


def _of(module):
    return module.weight.T, module.bias


def _bert_by_messages(network, given):
    """Return the relevance of the embeddings of words, [T, width], for class 1."""
    bert, heads = network.bert, network.config.num_attention_heads
    plain = bert.embeddings.position_embeddings.weight[: len(given)]
    plain = plain + bert.embeddings.token_type_embeddings.weight[0]
    x = bert.embeddings.LayerNorm(given + plain)
    kept = []
    for layer in bert.encoder.layer:
        own, out = layer.attention.self, layer.attention.output
        q, k, v = (
            module(x).unflatten(-1, (heads, -1)).transpose(0, 1)
            for module in (own.query, own.key, own.value)
        )
        scores = q @ k.mT / q.shape[-1] ** 0.5
        paid = scores.softmax(-1)
        read = (paid @ v).transpose(0, 1).flatten(1)
        added = out.dense(read) + x
        middle = out.LayerNorm(added)
        inner = layer.intermediate.dense(middle)
        turned = layer.intermediate.intermediate_act_fn(inner)
        wrote = layer.output.dense(turned) + middle
        kept.append((layer, x, q, k, v, scores, paid, read, added, middle, turned, wrote))
        x = layer.output.LayerNorm(wrote)
    pooled = torch.tanh(bert.pooler.dense(x[0]))
    logits = network.classifier(pooled)
    R = _linear(pooled, *_of(network.classifier), torch.tensor([0.0, 1.0, 0.0]) * logits)
    first = _linear(x[0], *_of(bert.pooler.dense), R)
    R = torch.zeros_like(x)
    R[0] = first
    for layer, x, q, k, v, scores, paid, read, added, middle, turned, wrote in kept[::-1]:
        own, out = layer.attention.self, layer.attention.output
        R = _layer_norm(wrote, layer.output.LayerNorm, R)
        deep, past = _added([layer.output.dense(turned), middle], R)
        deep = _linear(turned, *_of(layer.output.dense), deep)
        past = past + _linear(middle, *_of(layer.intermediate.dense), deep)
        R = _layer_norm(added, out.LayerNorm, past)
        mixed, past = _added([out.dense(read), x], R)
        mixed = _linear(read, *_of(out.dense), mixed)
        mixed = mixed.unflatten(-1, (heads, -1)).transpose(0, 1)
        of_paid, of_v = _product(paid, v, mixed)
        of_q, of_k = _product(q, k.mT, _softmax(scores, paid, of_paid))
        R = past
        for module, part in ((own.query, of_q), (own.key, of_k.mT), (own.value, of_v)):
            R = R + _linear(x, *_of(module), part.transpose(0, 1).flatten(1))
    R = _layer_norm(given + plain, bert.embeddings.LayerNorm, R)
    return given * R / (given + plain), logits[1].item()


def test_rules_as_messages_say_the_same_of_a_classifier():
    config = BertConfig(
        vocab_size=11,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=12,
        max_position_embeddings=16,
        num_labels=3,
    )
    network = _known(BertForSequenceClassification(config)).double()
    found, output = _relevance(network, (0, 1))
    with torch.no_grad():
        expected, logit = _bert_by_messages(network, network.get_input_embeddings()(IDS)[0])
    assert logit == pytest.approx(output)
    assert expected.abs().max() > 0.01
    assert torch.allclose(found[0], expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", ["classifier", "causal", "encoder"])
def test_a_text_is_explained_as_it_is_alone(models, texts, name):
    together = explain(models(name), texts, "attn_lrp")
    for each, text in zip(together, texts, strict=True):
        alone = explain(models(name), text, "attn_lrp")
        assert alone.score.any()
        assert np.allclose(each.score, alone.score, atol=1e-5)
        assert each.output == pytest.approx(alone.output, abs=1e-5)


def test_a_linear_model_gives_what_each_token_adds(models, texts):
    model = models("linear")
    worth = (model.network.embedding.weight @ model.network.map.weight[1]).detach().numpy()
    found = explain(model, texts[0], "attn_lrp", target=LabelTarget(1))
    ids = model.tokenizer(texts[0])["input_ids"]
    assert np.allclose(found.score[1:-1], worth[ids][1:-1], atol=1e-5)


def test_what_has_no_rule_is_said(models, texts):
    settings = {"kind": "attn_lrp", "scale": "log_probability"}
    with pytest.raises(ConfigError, match=r"set attribution\.scale=logit"):
        explain(models("causal"), texts, settings)
    given = torch.ones(2, requires_grad=True)
    lstm = torch.nn.LSTM(2, 2)
    with relevance_rules(lstm), pytest.raises(ModelError, match="LSTM uses lstm, for which"):
        lstm(given[None])
    with relevance_rules(lstm), pytest.raises(ModelError, match="uses exp, for which"):
        given.exp()
