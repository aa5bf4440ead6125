"""Gradients: against captum on the model itself, against autograd, and by hand where linear."""

import numpy as np
import pytest
import torch
from captum.attr import DeepLift, InputXGradient, IntegratedGradients, Saliency

from causattn.attribution import HiddenTarget, LabelTarget, explain
from causattn.base import ModelError
from causattn.models import LanguageModel

KINDS = ("saliency", "gradient_input", "integrated_gradients")


@pytest.mark.parametrize("kind", KINDS)
def test_captum_on_the_models_own_embeddings_says_the_same(models, texts, kind):
    model = models("classifier")
    found = explain(model, texts, {"kind": kind}, target=LabelTarget(2))
    table = model.network.get_input_embeddings()

    def forward(embeddings):
        return model.network(inputs_embeds=embeddings).logits[:, 2]

    for each, text in zip(found, texts, strict=True):
        ids = torch.tensor([model.tokenizer(text)["input_ids"]])
        bare = torch.full_like(ids, model.tokenizer.mask_token_id)
        bare[:, 0], bare[:, -1] = ids[:, 0], ids[:, -1]
        embeddings = table(ids).detach().requires_grad_()
        if kind == "saliency":
            expected = Saliency(forward).attribute(embeddings).norm(dim=-1)
        elif kind == "gradient_input":
            expected = InputXGradient(forward).attribute(embeddings).sum(-1)
        else:
            path = IntegratedGradients(forward)
            expected = path.attribute(embeddings, table(bare).detach(), n_steps=32).sum(-1)
        assert np.allclose(each.score[1:-1], expected[0, 1:-1].detach().numpy(), atol=1e-4)


@pytest.mark.parametrize("name", ["classifier", "causal", "causal_classifier", "masked", "linear"])
def test_integrated_gradients_add_up_to_what_the_document_gains(models, texts, name):
    model = models(name)
    target = HiddenTarget([(4, 8), (0, 1), (6, 10), (0, 5), (5, 12)]) if name == "masked" else None
    for found in explain(
        model, texts, {"kind": "integrated_gradients", "steps": 200}, target=target
    ):
        assert np.isclose(found.score.sum(), found.output - found.baseline, atol=5e-3)


def test_a_linear_model_is_known_by_hand(models, texts):
    model = models("linear")
    table = model.network.embedding.weight.detach().numpy()
    weight = model.network.map.weight.detach().numpy()[1]
    worth = table @ weight
    hidden = worth[model.tokenizer.mask_token_id]
    by = {
        kind: explain(model, texts, {"kind": kind}, target=LabelTarget(1))
        for kind in (*KINDS, "occlusion")
    }
    for number, text in enumerate(texts):
        ids = model.tokenizer(text)["input_ids"]
        inner = np.s_[1:-1]
        own = worth[ids][inner]
        assert np.allclose(by["gradient_input"][number].score[inner], own, atol=1e-5)
        assert np.allclose(by["saliency"][number].score[inner], np.linalg.norm(weight), atol=1e-5)
        for kind in ("integrated_gradients", "occlusion"):
            assert np.allclose(by[kind][number].score[inner], own - hidden, atol=1e-5)


def test_why_deep_lift_is_not_among_them(models, texts):
    """Summation to delta (Shrikumar et al. 2017, equation 1) fails where tokens attend."""
    import warnings

    class OfEmbeddings(torch.nn.Module):
        def __init__(self, network):
            super().__init__()
            self.network = network

        def forward(self, embeddings):
            return self.network(inputs_embeds=embeddings).logits[:, 2]

    model = models("classifier")
    ids = torch.tensor([model.tokenizer(texts[0])["input_ids"]])
    bare = torch.full_like(ids, model.tokenizer.mask_token_id)
    table = model.network.get_input_embeddings()
    function = OfEmbeddings(model.network)
    left = {}
    for method in (DeepLift(function), IntegratedGradients(function)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _, delta = method.attribute(
                table(ids).detach(), table(bare).detach(), return_convergence_delta=True
            )
        left[type(method).__name__] = abs(delta.item())
    gain = (function(table(ids)) - function(table(bare))).abs().item()
    assert left["IntegratedGradients"] < 0.01 * gain
    assert left["DeepLift"] > 0.1 * gain


class _Rounded(torch.autograd.Function):
    """What rounding to integers does to a gradient: there is none."""

    @staticmethod
    def forward(ctx, x):
        ctx.mark_non_differentiable(y := x.round())
        return y


class _Blocked(torch.nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return _Rounded.apply(self.inner(x))


def test_no_gradient_through_quantised_layers(models, texts):
    import copy

    model = models("linear")
    network = copy.deepcopy(model.network)
    network.map.weight = torch.nn.Parameter(
        (network.map.weight * 10).round().to(torch.int8), requires_grad=False
    )
    quantised = LanguageModel("small", network, model.tokenizer, "classifier")
    for kind in KINDS:
        with pytest.raises(ModelError, match="quantised: its weights are integers"):
            explain(quantised, texts, {"kind": kind}, target=LabelTarget(0))


def test_torchs_own_quantised_modules_are_known(models, texts):
    import copy
    import warnings

    model = models("linear")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network = torch.ao.quantization.quantize_dynamic(
            copy.deepcopy(model.network), {torch.nn.Linear}, dtype=torch.qint8
        )
    quantised = LanguageModel("small", network, model.tokenizer, "classifier")
    with pytest.raises(ModelError, match="choose an explainer without gradients"):
        explain(quantised, texts, {"kind": "saliency"}, target=LabelTarget(0))
    found = explain(quantised, texts, {"kind": "occlusion"}, target=LabelTarget(0))
    assert all(each.score.any() for each in found)


def test_a_part_that_is_not_differentiable_is_said(models, texts):
    import copy

    model = models("linear")
    network = copy.deepcopy(model.network)
    network.map = _Blocked(network.map)
    blocked = LanguageModel("steps", network, model.tokenizer, "classifier")
    with pytest.raises(ModelError, match="No gradient flows from the output of model steps"):
        explain(blocked, texts, {"kind": "gradient_input"}, target=LabelTarget(0))
