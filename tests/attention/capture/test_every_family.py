"""Every family that transformers has, tiny and at random: equal to eager, or refused in a sentence.

Slow: about 600 models are built.
"""

from collections import Counter

import pytest
import torch
import transformers as hf
from transformers.models.auto.modeling_auto import MODEL_MAPPING, MODEL_MAPPING_NAMES

from causattn.attention import Probe, capture_attention
from causattn.attention.capture.body import attention_implementation, with_decoder_inputs
from causattn.base import ModelError
from tests.attention.shrunk import shrunk

FIELDS = {
    "self": "attentions",
    "encoder": "encoder_attentions",
    "decoder": "decoder_attentions",
    "cross": "cross_attentions",
}
REFUSED = {
    "canine": "positions",  # pooled characters
    "cpmant": "off 1",
    "deepseek_v4": "positions",  # compressed keys beside the tokens
    "falcon_mamba": "gives no attention weights",
    "fastspeech2_conformer": "positions",
    "fastspeech2_conformer_with_hifigan": "positions",
    "flava": "gives no attention weights",
    "fnet": "gives no attention weights",
    "funnel": "positions",  # pooled
    "led": "positions",  # windows
    "longformer": "positions",
    "mamba": "gives no attention weights",
    "mamba2": "gives no attention weights",
    "mra": "gives no attention weights",
    "prophetnet": "off 1",  # what it returns are no weights
    "rwkv": "gives no attention weights",
    "squeezebert": "off 1",  # what it returns are scores
    "t5gemma2": "positions",  # its decoder attends to both texts at once
    "yoso": "gives no attention weights",
}
BUILT = ("albert", "bart", "bert", "electra", "gemma2", "gpt2", "llama", "mistral", "roberta", "t5")
"""Families that every transformers has and `shrunk` knows: were they skipped, so might all be."""
TOO_LARGE = 2e8
"""Parameters of a model whose sizes have names of their own (Perceiver, VibeVoice's)."""


class Kept(Probe):
    """All weights, of every layer."""

    def __init__(self):
        self.seen = []

    def visit(self, layer, weights):
        self.seen.append((layer, weights.clone()))


def batch() -> dict[str, torch.Tensor]:
    """Three documents of nine, six and three tokens."""
    torch.manual_seed(1)
    ids = torch.randint(5, 40, (3, 9))
    mask = torch.ones_like(ids)
    mask[1, 6:] = mask[2, 3:] = 0
    return {"input_ids": ids * mask, "attention_mask": mask}


def built(family: str) -> hf.PreTrainedModel:
    """A tiny model with random weights far apart, sinks included."""
    torch.manual_seed(0)
    config = shrunk(family)
    kinds = MODEL_MAPPING[type(config)]
    kind = kinds[0] if isinstance(kinds, tuple) else kinds
    network = kind._from_config(config).eval()
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.endswith("sinks"):
                parameter.fill_(1.0)
            elif parameter.dim() == 2:
                parameter.normal_(0, 0.3)
    return network


def compared(network: hf.PreTrainedModel, capture=None) -> tuple[float, int, int]:
    """The largest difference, how many layers were compared, and how many were captured."""
    inputs, probe = batch(), Kept()
    if capture is not None:
        capture.run(inputs, probe)
    else:
        with capture_attention(network, inputs) as capture:
            capture.run(inputs, probe)
    with attention_implementation(network, "eager"), torch.inference_mode():
        output = network(
            **with_decoder_inputs(network, network, inputs),
            output_attentions=True,
            return_dict=True,
        )
    theirs = {
        stack: [each for each in getattr(output, field, None) or () if each is not None]
        for stack, field in FIELDS.items()
    }
    worst, count, place = 0.0, 0, Counter()
    real = inputs["attention_mask"].bool()
    for layer, weights in probe.seen:
        expected = theirs[layer.stack]
        if expected:
            rows = real if layer.stack in ("self", "encoder") else torch.ones_like(real)
            # Some hybrids return something for their other layers, too.
            ours = sum(each.stack == layer.stack for each, _ in probe.seen)
            number = layer.index if len(expected) > ours else place[layer.stack]
            gap = (weights - expected[number].float()).movedim(1, 2)[rows]
            worst = max(worst, float(gap.abs().max()))
            count += 1
        place[layer.stack] += 1
    return worst, count, len(probe.seen)


@pytest.mark.slow
@pytest.mark.parametrize("family", sorted(MODEL_MAPPING_NAMES))
def test_every_family_equals_eager_or_is_refused(family):
    try:
        network = built(family)
        size = sum(parameter.numel() for parameter in network.parameters())
        if size > TOO_LARGE:
            pytest.skip(f"{size:,} parameters: its sizes are not shrunk by name")
    except Exception as error:
        if family in BUILT:
            raise
        pytest.skip(f"not built: {error}")
    inputs = batch()
    try:
        with torch.inference_mode():
            network(**with_decoder_inputs(network, network, inputs))
    except Exception as error:
        with pytest.raises(ModelError), capture_attention(network, inputs):
            pass
        pytest.skip(f"does not run on texts alone: {error}")
    if family in REFUSED:
        with (
            pytest.raises(ModelError, match=REFUSED[family]),
            capture_attention(network, inputs),
        ):
            pass
        return
    worst, count, captured = compared(network)
    assert worst < 1e-5
    if not count:
        pytest.skip("it returns nothing to compare with")
    assert count == captured
