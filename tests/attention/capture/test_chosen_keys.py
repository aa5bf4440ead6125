"""Models whose indexer chooses the keys of each query (DeepSeek's sparse attention)."""

import pytest
import torch
from transformers.models.auto.modeling_auto import MODEL_MAPPING

from causattn.attention import capture_attention
from tests.attention.capture.test_every_family import batch, compared
from tests.attention.shrunk import shrunk

CHOOSING = (
    "deepseek_v32",
    "glm_moe_dsa",
    "axk2",
    "hy_v4",
    "mistral_large4_text",
    "dots3_note_text",
)


def choosing(family, **settings):
    torch.manual_seed(0)
    config = shrunk(family)
    for name, value in settings.items():
        assert hasattr(config, name)
        setattr(config, name, value)
    network = MODEL_MAPPING[type(config)]._from_config(config).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.dim() == 2:
                parameter.normal_(0, 0.3)
    return network


@pytest.mark.parametrize("family", CHOOSING)
def test_keys_that_were_not_chosen_have_no_weight(family):
    """Three of nine keys; a trial on all nine or on three, where nothing is left out."""
    network, inputs = choosing(family, index_topk=3), batch()
    worst, count, captured = compared(network)
    assert worst < 1e-5
    assert count == captured > 0
    short = {name: values[:1, :3] for name, values in inputs.items()}
    with capture_attention(network, short) as capture:
        worst, count, captured = compared(network, capture)
    assert worst < 1e-5
    assert count == captured > 0


def test_blocks_of_keys_that_were_not_chosen_have_no_weight():
    layers = {"layer_types": ["full_attention", *["minimax_m3_sparse"] * 4]}
    blocks = {"index_block_size": 2, "index_topk_blocks": 1, "index_local_blocks": 1}
    network = choosing("minimax_m3_vl_text", **layers, **blocks)
    with capture_attention(network, batch()) as capture:
        assert "blocks of keys" in capture.passed_over[0]
    worst, count, captured = compared(network)
    assert worst < 1e-5
    assert count == captured > 0
