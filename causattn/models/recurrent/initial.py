"""Weights that a fresh recurrent network starts from."""

from __future__ import annotations

from typing import cast

import torch
from torch import nn
from transformers import PreTrainedModel
from transformers import initialization as init


class RecurrentNetwork(PreTrainedModel):
    """What recurrent networks share: their initial weights, and which attention they take."""

    _supports_sdpa = True
    _supports_attention_backend = True
    _supports_flash_attn = False

    @torch.no_grad()
    def _init_weights(self, module: nn.Module) -> None:
        """Draw a module's weights.

        An LSTM's are Glorot's, with zero biases but for the forget gate's: it starts at 1, so that
        states last (Gers, Schmidhuber and Cummins 2000; Jozefowicz, Zaremba and Sutskever 2015,
        "An empirical exploration of recurrent network architectures").
        """
        super()._init_weights(module)
        if isinstance(module, nn.LSTM):
            for name, weight in module.named_parameters():
                if name.startswith("bias_ih"):
                    # The order of the gates is input, forget, cell, output.
                    bias = torch.zeros_like(weight)
                    bias[module.hidden_size : 2 * module.hidden_size] = 1.0
                    init.copy_(weight, bias)

    def get_input_embeddings(self) -> nn.Module:
        """Return the embedding of the tokens."""
        return cast(nn.Module, self._reader().embedding)

    def set_input_embeddings(self, value: nn.Module) -> None:
        """Put another embedding of the tokens in its place."""
        self._reader().embedding = value

    def _reader(self) -> nn.Module:
        """Return the module that owns the embedding: the encoder where there is one."""
        body = self.base_model
        return cast(nn.Module, getattr(body, "encoder", body))


def embedding_of(vocabulary: int, width: int, padding: int | None) -> nn.Embedding:
    """Return an embedding whose padding, where there is one, is zero and stays so."""
    return nn.Embedding(vocabulary, width, padding_idx=padding)
