"""Which positions a query may see, by what a model says of itself: none later, none far back.

Nothing is guessed: a model that says nothing, or two things at once, is taken to see everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from transformers import PreTrainedModel

from causattn.attention.capture.layer import AttentionLayer, Stack

_UNSAID = {"bloom", "codegen", "ctrl", "gpt_neox_japanese", "mpt", "openai-gpt", "xglm"}
"""Families that read from left to right only, and whose modules do not say so."""


@dataclass(frozen=True)
class Reach:
    """What the layers of a network may attend to.

    Parameters
    ----------
    causal
        The stacks whose queries see nothing later than themselves.
    windows
        How many positions a query sees, itself and those right before it, by layer of the stack
        ``"self"``; a layer that is not there sees all that came before.
    """

    causal: frozenset[Stack] = frozenset()
    windows: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, network: PreTrainedModel) -> Reach:
        """Return what a network says of itself.

        It is causal where every attention module has ``is_causal`` and the configuration does not
        say otherwise; of an encoder-decoder, the decoder is, where one of its modules has it (its
        attention to the encoder does not). Windows are those of ``layer_types``.
        """
        config = network.config
        if config.is_encoder_decoder:
            causal = True in _said(network.get_decoder())
            return cls(frozenset({"decoder"} if causal else ()))
        config = config.get_text_config()
        both_ways = getattr(config, "is_causal", True) is False or bool(
            getattr(config, "use_bidirectional_attention", False)
        )
        said = _said(network) or {config.model_type in _UNSAID}
        if both_ways or said != {True}:
            return cls()
        window = getattr(config, "sliding_window", None)
        types = getattr(config, "layer_types", None) or ()
        if not isinstance(window, int) or set(types) - {"full_attention", "sliding_attention"}:
            return cls(frozenset({"self"}))
        windows = {k: window for k, kind in enumerate(types) if kind == "sliding_attention"}
        return cls(frozenset({"self"}), windows)

    def blocked(self, layer: AttentionLayer, weights: torch.Tensor) -> torch.Tensor | None:
        """Return what no query of a layer may see, bool [Q, K] **from query to key**.

        None where that is not known, or where queries and keys are not the same positions.
        """
        length = weights.shape[-1]
        if layer.stack not in self.causal or weights.shape[-2] != length:
            return None
        place = torch.arange(length, device=weights.device)
        back = place[:, None] - place[None, :]
        window = self.windows.get(layer.index, length) if layer.stack == "self" else length
        return (back < 0) | (back >= window)


def _said(module: torch.nn.Module) -> set[object]:
    """Return what the attention modules inside a module say of being causal."""
    return {each.is_causal for each in module.modules() if hasattr(each, "is_causal")}
