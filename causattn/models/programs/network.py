"""The transformer that programs are compiled to: Llama's parts without norm and rotation.

Every token sees every token. With stream h, heads i and ReLU r, layer by layer,

    h <- E[token] + P[position]
    h <- h + sum_i softmax((Q_i h + q_i) (K_i h + k_i)^T) (V_i h + v_i) O_i
    h <- h + D r(U h + u)

and logits W h + b, at every place for the token there. Scores are not divided by the square root
of the width. A norm would divide what a program wrote by what others wrote, so there is none; where
Llama has one there is a gain, which is 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import nn
from transformers import PreTrainedConfig, PreTrainedModel
from transformers.masking_utils import create_bidirectional_mask
from transformers.modeling_outputs import BaseModelOutput, MaskedLMOutput
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS


class ProgramNetworkConfig(PreTrainedConfig):
    """Size of a compiled program.

    Parameters
    ----------
    vocab_size
        Tokens, those of the input and those of the output.
    hidden_size
        Width of the stream.
    head_dim
        Width of a head.
    num_hidden_layers, num_attention_heads
        Layers, and heads in each.
    intermediate_size
        Units of a feed-forward network.
    max_position_embeddings
        The most tokens of a document, the first one included that stands for its beginning.
    initializer_range
        Standard deviation of the weights of an untrained copy.
    pad_token_id, bos_token_id
        What fills batches, and what documents begin with.
    """

    model_type = "causattn_program"

    vocab_size: int = 16
    hidden_size: int = 32
    head_dim: int = 8
    num_hidden_layers: int = 1
    num_attention_heads: int = 1
    intermediate_size: int = 32
    max_position_embeddings: int = 9
    initializer_range: float = 0.2
    pad_token_id: int | None = 0
    bos_token_id: int | None = 1
    tie_word_embeddings: bool = False


class _Gain(nn.Module):
    """Stands where Llama has a norm, and leaves everything as it is."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, hidden_states: torch.Tensor) -> torch.Tensor:
        """Return the input, times 1."""
        return hidden_states * self.weight


def eager_attention(
    module: nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float,
    **rest: Any,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return heads' outputs [B, T, H, d] and their weights [B, H, T, T]."""
    scores = query @ key.transpose(2, 3) * scaling
    if attention_mask is not None:
        scores = scores + attention_mask
    weights = scores.softmax(-1, dtype=torch.float32).to(query.dtype)
    return (weights @ value).transpose(1, 2).contiguous(), weights


class ProgramAttention(nn.Module):
    """Heads that see every place."""

    def __init__(self, config: ProgramNetworkConfig, layer_idx: int) -> None:
        super().__init__()
        self.config, self.layer_idx = config, layer_idx
        self.head_dim, self.scaling, self.is_causal = config.head_dim, 1.0, False
        width, inner = config.hidden_size, config.num_attention_heads * config.head_dim
        self.q_proj, self.k_proj, self.v_proj = (nn.Linear(width, inner) for _ in range(3))
        self.o_proj = nn.Linear(inner, width, bias=False)

    def forward(
        self, hidden_states: torch.Tensor, attention_mask: torch.Tensor | None = None, **rest: Any
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Return what all heads write, and their weights where the implementation gives them."""
        shape = hidden_states.shape[:-1]
        query, key, value = (
            read(hidden_states).view(*shape, -1, self.head_dim).transpose(1, 2)
            for read in (self.q_proj, self.k_proj, self.v_proj)
        )
        attend: Callable[..., Any] = ALL_ATTENTION_FUNCTIONS.get_interface(
            self.config._attn_implementation, eager_attention
        )
        output, weights = attend(
            self, query, key, value, attention_mask, dropout=0.0, scaling=self.scaling, **rest
        )
        return self.o_proj(output.reshape(*shape, -1).contiguous()), weights


class ProgramFeedForward(nn.Module):
    """Units of which each sees one case."""

    def __init__(self, config: ProgramNetworkConfig) -> None:
        super().__init__()
        self.up_proj = nn.Linear(config.hidden_size, config.intermediate_size)
        self.down_proj = nn.Linear(config.intermediate_size, config.hidden_size, bias=False)

    def forward(self, hidden_states: torch.Tensor) -> torch.Tensor:
        """Return what the units write."""
        return cast(torch.Tensor, self.down_proj(self.up_proj(hidden_states).relu()))


class ProgramLayer(nn.Module):
    """Heads, then a feed-forward network."""

    def __init__(self, config: ProgramNetworkConfig, layer_idx: int) -> None:
        super().__init__()
        self.input_layernorm = _Gain(config.hidden_size)
        self.self_attn = ProgramAttention(config, layer_idx)
        self.post_attention_layernorm = _Gain(config.hidden_size)
        self.mlp = ProgramFeedForward(config)

    def forward(
        self, hidden_states: torch.Tensor, attention_mask: torch.Tensor | None, **rest: Any
    ) -> torch.Tensor:
        """Return the stream after this layer."""
        read = self.input_layernorm(hidden_states)
        hidden_states = (
            hidden_states + self.self_attn(read, attention_mask=attention_mask, **rest)[0]
        )
        return hidden_states + self.mlp(self.post_attention_layernorm(hidden_states))


class _Network(PreTrainedModel):
    config_class = ProgramNetworkConfig
    config: ProgramNetworkConfig
    base_model_prefix = "model"
    _supports_sdpa = True
    _supports_attention_backend = True


class ProgramBody(_Network):
    """The layers, without the map to the vocabulary."""

    def __init__(self, config: ProgramNetworkConfig) -> None:
        super().__init__(config)
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.embed_positions = nn.Embedding(config.max_position_embeddings, config.hidden_size)
        self.layers = nn.ModuleList(
            ProgramLayer(config, number) for number in range(config.num_hidden_layers)
        )
        self.norm = _Gain(config.hidden_size)
        self.post_init()

    def forward(
        self,
        input_ids: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        inputs_embeds: torch.Tensor | None = None,
        position_ids: torch.Tensor | None = None,
        **rest: Any,
    ) -> BaseModelOutput:
        """Read documents, [B, T] token ids or [B, T, width] embeddings without their positions."""
        if inputs_embeds is None:
            inputs_embeds = self.embed_tokens(input_ids)
        if position_ids is None:
            position_ids = torch.arange(inputs_embeds.shape[1], device=inputs_embeds.device)[None]
        hidden = inputs_embeds + self.embed_positions(position_ids)
        mask = create_bidirectional_mask(
            config=self.config, inputs_embeds=hidden, attention_mask=attention_mask
        )
        rest.pop("use_cache", None)
        for layer in self.layers:
            hidden = layer(hidden, mask, **rest)
        return BaseModelOutput(last_hidden_state=self.norm(hidden))

    def get_input_embeddings(self) -> nn.Module:
        """Return the embedding of the tokens."""
        return self.embed_tokens

    def set_input_embeddings(self, value: nn.Module) -> None:
        """Put another embedding of the tokens in its place."""
        self.embed_tokens = cast(nn.Embedding, value)


class ProgramForMaskedLM(_Network):
    """A compiled program: the layers and the map to what stands at every place."""

    def __init__(self, config: ProgramNetworkConfig) -> None:
        super().__init__(config)
        self.model = ProgramBody(config)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size)
        self.post_init()

    def forward(
        self,
        input_ids: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        inputs_embeds: torch.Tensor | None = None,
        position_ids: torch.Tensor | None = None,
        **rest: Any,
    ) -> MaskedLMOutput:
        """Return logits [B, T, vocabulary]; see `ProgramBody`."""
        body = self.model(
            input_ids=input_ids,
            attention_mask=attention_mask,
            inputs_embeds=inputs_embeds,
            position_ids=position_ids,
            **rest,
        )
        return MaskedLMOutput(logits=self.lm_head(body[0]))

    def get_output_embeddings(self) -> nn.Linear:
        """Return the map to the vocabulary."""
        return self.lm_head
