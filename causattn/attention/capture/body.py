"""The part of a network that runs, its inputs, and its attention implementation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext

import torch
from transformers import PretrainedConfig, PreTrainedModel

from causattn.attention.capture.layer import Stack
from causattn.base import ModelError
from causattn.models import token_id

Inputs = Mapping[str, torch.Tensor]


def unwrapped(network: torch.nn.Module) -> PreTrainedModel:
    """Return the Hugging Face model inside a compiled one, or one with adapters.

    Raises
    ------
    ModelError
        Where there is none, or it reads learnt prompts before a document.
    """
    while not isinstance(network, PreTrainedModel):
        adapter = getattr(network, "active_peft_config", None)
        if getattr(adapter, "is_prompt_learning", False):
            raise ModelError(
                f"{type(network).__name__} puts learnt prompts before every document "
                f"({type(adapter).__name__}), which its attention goes to and which are no tokens "
                "of a text; take an adapter that changes the model's weights, such as LoRA."
            )
        inner = getattr(network, "_orig_mod", None)  # torch.compile
        if inner is None and callable(getattr(network, "get_base_model", None)):
            inner = network.get_base_model()  # type: ignore[operator]  # PEFT
        if not isinstance(inner, torch.nn.Module):
            raise ModelError(
                f"{type(network).__name__} is not a Hugging Face transformer, so its attention "
                "cannot be captured; give a transformers.PreTrainedModel."
            )
        network = inner
    return network


@contextmanager
def not_compiled(network: torch.nn.Module) -> Iterator[None]:
    """Run a network's modules as they are written inside the block, whatever was compiled.

    A compiled module would be compiled again for every hook and every length.
    """
    compiled = any(getattr(m, "_compiled_call_impl", None) is not None for m in network.modules())
    with torch.compiler.set_stance("force_eager") if compiled else nullcontext():
        yield


def body_of(network: PreTrainedModel, stack: str | None) -> torch.nn.Module:
    """Return the module to run: without the head, and without the decoder where it is not asked."""
    config = network.config
    # Known by its type's name, so that no other run imports recurrent networks.
    if config.model_type == "causattn_lstm_lm" and config.attention is None:
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
    start = token_id(network.config, "decoder_start_token_id")
    if start is None:
        start = token_id(network.config, "pad_token_id") or 0
    shifted = torch.cat([torch.full_like(ids[:, :1], start), ids[:, :-1]], dim=1)
    return {**inputs, "decoder_input_ids": shifted}


def own_output(network: PreTrainedModel, body: torch.nn.Module, inputs: Inputs) -> torch.Tensor:
    """Return what a network itself gives, in evaluation mode.

    Raises
    ------
    ModelError
        Where it does not run on the tokens of texts alone.
    """
    training = [module for module in network.modules() if module.training]
    try:
        network.eval()
        with torch.inference_mode():
            output: torch.Tensor = body(**inputs)[0]
    except (TypeError, ValueError, AttributeError, NotImplementedError) as error:
        said = " ".join(str(error).split()).rstrip(".")
        raise ModelError(
            f"{type(network).__name__} does not run on the tokens of texts alone "
            f"({type(error).__name__}: {said:.200}); take the part of it that reads text, or "
            "another model."
        ) from error
    finally:
        for module in training:
            module.training = True
    return output


@contextmanager
def calls(network: torch.nn.Module) -> Iterator[Counter[str]]:
    """Count inside the block how often each module is called, by its name."""
    counted: Counter[str] = Counter()
    names = {id(module): name for name, module in network.named_modules()}
    handles = [
        module.register_forward_pre_hook(lambda module, _: counted.update([names[id(module)]]))
        for module in network.modules()
    ]
    try:
        yield counted
    finally:
        for handle in handles:
            handle.remove()


def trial_inputs(network: PreTrainedModel, body: torch.nn.Module, inputs: Inputs) -> Inputs:
    """Return inputs on which the stacks of an encoder-decoder are distinguished by their lengths.

    The decoder gets one token more than the encoder.
    """
    ready = with_decoder_inputs(network, body, inputs)
    if "decoder_input_ids" not in ready:
        return ready
    ids = ready["decoder_input_ids"]
    return {**ready, "decoder_input_ids": torch.cat([ids, ids[:, -1:]], dim=1)}


def stack_by_length(queries: int, keys: int, inputs: Inputs, name: str, alone: bool) -> Stack:
    """Return the stack of an attention in a trial (see `trial_inputs`).

    Parameters
    ----------
    queries, keys
        How many positions attend, and are attended to.
    inputs
        The trial's.
    name
        The module's.
    alone
        Whether the encoder of an encoder-decoder runs alone.

    Raises
    ------
    ModelError
        Where it goes from other positions than tokens, or to others.
    """
    length = inputs["input_ids"].shape[1]
    if "decoder_input_ids" not in inputs:
        return "encoder" if alone else "self"
    longer = inputs["decoder_input_ids"].shape[1]
    known: dict[tuple[int, int], Stack] = {
        (length, length): "encoder",
        (longer, longer): "decoder",
        (longer, length): "cross",
    }
    if (queries, keys) not in known:
        raise not_tokens(name, queries, keys, length)
    return known[queries, keys]


def not_tokens(name: str, queries: int, keys: int, length: int) -> ModelError:
    """Return the refusal of an attention that is not from tokens to tokens."""
    return ModelError(
        f"Attention of layer {name} goes from {queries} positions to {keys} where the document has "
        f"{length} tokens (windows, blocks, pooled or merged positions), so that it cannot be read "
        "as attention between tokens; choose another model or stack."
    )


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
                configs = _configs(network, models=name == "eager")
                taken = all(c._attn_implementation == name for c in configs)
            if taken and name == "eager":
                # Modules may hold copies of it (one a layer), which follow.
                for config in _configs(network):
                    config._attn_implementation_internal = name
        elif not taken and name == "eager":
            # Some families (Falcon) cannot be set, but ask their configuration at every call.
            for config in _configs(network):
                config._attn_implementation_internal = name
            taken = True
        yield taken
    finally:
        for config, implementation in before:
            config._attn_implementation_internal = implementation
        for module in training:
            module.training = True


def _configs(network: PreTrainedModel, *, models: bool = False) -> list[PretrainedConfig]:
    """Return every configuration that a module (a whole model alone) reads, each once."""
    found: dict[int, PretrainedConfig] = {}
    for module in network.modules():
        if models and not isinstance(module, PreTrainedModel):
            continue
        config = getattr(module, "config", None)
        if isinstance(config, PretrainedConfig):
            found[id(config)] = config
    return list(found.values())
