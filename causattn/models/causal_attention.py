"""Attention weights as nodes of the training graph, before dropout.

While a model is trained its eager attention returns weights after dropout, whose rows do not sum to
1: a loss on these would punish the dropout's draws. Here a registered attention function asks the
architecture's own eager function for its weights without dropout, keeps them, and then drops and
multiplies as that function would, so that the model's output is the same to the last bit.

Architectures that take no registered function are asked for ``output_attentions``; there the
weights are those after dropout, and a model that drops any is refused.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import torch
from torch.nn.functional import dropout as drop
from transformers import AttentionInterface, AttentionMaskInterface, PreTrainedModel
from transformers.masking_utils import eager_mask

from causattn.base import CapabilityError
from causattn.models.encoding import Batch

NAME = "causattn_training"
_kept: ContextVar[list[torch.Tensor] | None] = ContextVar("kept", default=None)

Forward = Callable[[Batch], tuple[torch.Tensor, list[torch.Tensor]]]
"""From a batch to the logits and each layer's weights [B, H, T, T], all with gradients."""


@contextmanager
def attention_in_training(network: PreTrainedModel, name: str) -> Iterator[Forward]:
    """Yield a forward pass that gives a classifier's logits and its attention before dropout.

    Parameters
    ----------
    network
        A classifier of one stack, in any mode; its attention implementation is put back after.
    name
        The model in a word, for messages.

    Raises
    ------
    CapabilityError
        Where the network has no eager attention.
    """
    before = network.config._attn_implementation
    try:
        if _set(network, NAME) and _has_eager_functions(network):
            yield lambda batch: _through_registered(network, batch, name)
        elif _set(network, "eager"):
            yield lambda batch: _through_returned(network, batch, name)
        else:
            raise _no_attention(network, name)
    finally:
        if before is not None:
            _set(network, before)


def attend(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    dropout: float = 0.0,
    **rest: Any,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Attend as the architecture's own eager function does, and keep the weights before dropout.

    Outside of such a forward pass (a prediction on the way) nothing is kept.

    Parameters are those of every attention function of transformers: `query` [B, H, Q, d], `key`
    and `value` [B, G, K, d] with G groups of heads. Returns the output [B, Q, H, d] and the weights
    after dropout [B, H, Q, K].
    """
    eager = _eager_function(module)
    assert eager is not None
    _, weights = eager(module, query, key, value, attention_mask, dropout=0.0, **rest)
    kept = _kept.get()
    if kept is not None:
        kept.append(weights)
    used = drop(weights, p=dropout, training=module.training)
    groups = query.shape[1] // value.shape[1]
    if groups > 1:
        value = value.repeat_interleave(groups, dim=1)
    return torch.matmul(used, value).transpose(1, 2).contiguous(), used


def _mask(**arguments: Any) -> torch.Tensor | None:
    """Return the additive mask of eager attention, without which padding would be attended to."""
    return eager_mask(**arguments)


AttentionInterface.register(NAME, attend)
AttentionMaskInterface.register(NAME, _mask)


def _through_registered(
    network: PreTrainedModel, batch: Batch, name: str
) -> tuple[torch.Tensor, list[torch.Tensor]]:
    kept: list[torch.Tensor] = []
    token = _kept.set(kept)
    try:
        logits = network(**batch.inputs).logits
    finally:
        _kept.reset(token)
    if not kept:
        raise _no_attention(network, name)
    return logits, kept


def _through_returned(
    network: PreTrainedModel, batch: Batch, name: str
) -> tuple[torch.Tensor, list[torch.Tensor]]:
    output = network(**batch.inputs, output_attentions=True)
    weights = list(output.attentions or ())
    if not weights:
        raise _no_attention(network, name)
    real = batch.attention_mask.bool()
    for layer in weights:
        rows = layer.detach().sum(-1).transpose(1, 2)[real]
        if (rows - 1).abs().max() > 1e-3:
            raise CapabilityError(
                f"Model {name} ({network.config.model_type}) shows its attention only after "
                "dropout; set the attention dropout in its config.json to 0, or "
                "model.causal_weight=0."
            )
    return output.logits, weights


def _set(network: PreTrainedModel, implementation: str) -> bool:
    """Set the attention implementation; return whether it was taken: transformers only logs it."""
    if not network._can_set_attn_implementation():
        return network.config._attn_implementation == implementation
    try:
        network.set_attn_implementation(implementation)
    except (ValueError, ImportError):
        return False
    return bool(network.config._attn_implementation == implementation)


def _has_eager_functions(network: PreTrainedModel) -> bool:
    """Return whether the architecture's own file has the eager function that `attend` asks."""
    return _eager_function(network) is not None


def _eager_function(module: torch.nn.Module) -> Callable[..., Any] | None:
    """Return the eager attention function of the file that a module's class stands in."""
    return getattr(sys.modules[type(module).__module__], "eager_attention_forward", None)


def _no_attention(network: PreTrainedModel, name: str) -> CapabilityError:
    return CapabilityError(
        f"Model {name} ({network.config.model_type}) shows no attention weights while it is "
        "trained, which a causal term acts on; take another model or set model.causal_weight=0."
    )
