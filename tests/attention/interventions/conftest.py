"""Models with a head, whose attention is cut."""

import pytest
import torch
import transformers as hf

HEADS = {"bert": hf.BertForMaskedLM, "gpt2": hf.GPT2LMHeadModel, "llama": hf.LlamaForCausalLM}


@pytest.fixture(params=HEADS)
def network(request, families, network_of):
    """A model with a head and attention far from uniform."""
    config = families[request.param]
    torch.manual_seed(0)
    made = HEADS[request.param](type(config).from_dict(config.to_dict())).eval()
    made.base_model.load_state_dict(network_of(config).state_dict(), strict=False)
    return made
