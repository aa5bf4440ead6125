"""The part of a network that runs, its inputs, and its attention implementation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from transformers import PretrainedConfig, PreTrainedModel

from causattn.base import ModelError
from causattn.models import LSTMLanguageModelConfig

Inputs = Mapping[str, torch.Tensor]


def body_of(network: PreTrainedModel, stack: str | None) -> torch.nn.Module:
    """Return the module to run: without the head, and without the decoder where it is not asked."""
    if not isinstance(network, PreTrainedModel):
        raise ModelError(
            f"{type(network).__name__} is not a Hugging Face transformer, so its attention cannot "
            "be captured; give a transformers.PreTrainedModel."
        )
    config = network.config
    if isinstance(config, LSTMLanguageModelConfig) and config.attention is None:
        raise ModelError(
            f"{type(network).__name__} was made without attention (model.attention=none); make it "
            "with one, or choose attention=none."
        )
    if stack == "encoder" and network.config.is_encoder_decoder:
        encoder: torch.nn.Module = network.get_encoder()
        return encoder
    body: torch.nn.Module = network.base_model
    return body


def with_decoder_inputs(network: PreTrainedModel, body: torch.nn.Module, inputs: Inputs) -> Inputs:
    """Return `inputs`, for an encoder-decoder with the same document fed to the decoder.

    The decoder reads the document one position later, behind its start token, as it does in
    training: decoder position p + 1 holds the document's token p.
    """
    is_encoder = body is not network.base_model
    if not network.config.is_encoder_decoder or is_encoder or "decoder_input_ids" in inputs:
        return inputs
    ids = inputs["input_ids"]
    start = network.config.decoder_start_token_id
    if start is None:
        start = network.config.pad_token_id or 0
    shifted = torch.cat([torch.full_like(ids[:, :1], start), ids[:, :-1]], dim=1)
    return {**inputs, "decoder_input_ids": shifted}


@contextmanager
def attention_implementation(network: PreTrainedModel, name: str) -> Iterator[bool]:
    """Use an attention implementation inside the block, in evaluation mode; then undo both.

    Yields whether the network took it: transformers only logs a line where it does not.
    """
    before = [(config, config._attn_implementation_internal) for config in _configs(network)]
    training = [module for module in network.modules() if module.training]
    try:
        network.eval()
        taken = all(c._attn_implementation == name for c in _configs(network))
        if not taken and network._can_set_attn_implementation():
            try:
                network.set_attn_implementation(name)
            except (ValueError, ImportError):
                taken = False
            else:
                taken = all(c._attn_implementation == name for c in _configs(network))
        elif not taken and name == "eager":
            # Some families (Falcon) cannot be told, but ask their configuration at every call.
            for config in _configs(network):
                config._attn_implementation_internal = name
            taken = True
        yield taken
    finally:
        for config, implementation in before:
            config._attn_implementation_internal = implementation
        for module in training:
            module.training = True


def _configs(network: PreTrainedModel) -> list[PretrainedConfig]:
    """Return every configuration that a module of the network reads, each once."""
    found: dict[int, PretrainedConfig] = {}
    for module in network.modules():
        config = getattr(module, "config", None)
        if isinstance(config, PretrainedConfig):
            found[id(config)] = config
    return list(found.values())
