"""An LSTM language model that can attend to its past states.

An LSTM (Hochreiter and Schmidhuber 1997, with the forget gate of Gers, Schmidhuber and Cummins
2000) reads the tokens; where it attends, each state h_t takes a context from the states before it,
as in Salton, Ross and Kelleher (2017), "Attentive language models", and Daniluk, Rocktaeschel,
Welbl and Riedel (2017), "Frustratingly short attention spans in neural language modeling":

    weights[t, j] = softmax_j(score(h_t, h_j)),     j < t  (or j <= t, see `attends_to_itself`)
    output_t      = h_t + W_c sum_j weights[t, j] h_j,
    logits_t      = V output_t + b.

The output is a sum and no tanh of one (as Luong's is), so that a logit is linear in the states and
a word's contribution to them is one to the logit, exactly.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from transformers import GenerationMixin, PreTrainedConfig
from transformers.modeling_outputs import BaseModelOutput, CausalLMOutput

from causattn.models.recurrent.initial import RecurrentNetwork, embedding_of
from causattn.models.recurrent.scores import RecurrentAttention, lowest
from causattn.models.recurrent.states import lengths_of, run_lstm


class LSTMLanguageModelConfig(PreTrainedConfig):
    """Size of an LSTM language model.

    Parameters
    ----------
    vocab_size
        Tokens.
    hidden_size
        Width of embeddings and states.
    num_hidden_layers
        LSTM layers.
    attention
        How past states are scored (`RecurrentAttention`), None where nothing attends.
    attends_to_itself
        Whether a state attends to itself, too. The first one always does, having nothing else.
    dropout
        Probability of dropping a number of embeddings, of states between layers and of outputs.
    initializer_range
        Standard deviation of the first weights of embeddings and linear maps.
    pad_token_id
        The token whose embedding is zero.
    bos_token_id, eos_token_id
        What texts begin and end with; writing stops at the second.
    """

    model_type = "causattn_lstm_lm"

    vocab_size: int = 1000
    hidden_size: int = 128
    num_hidden_layers: int = 1
    num_attention_heads: int = 1
    attention: str | None = "additive"
    attends_to_itself: bool = False
    dropout: float = 0.0
    initializer_range: float = 0.05
    pad_token_id: int | None = 0
    bos_token_id: int | None = None
    eos_token_id: int | list[int] | None = None
    tie_word_embeddings: bool = False
    use_cache: bool = False


class LSTMLanguageModelBody(RecurrentNetwork):
    """The LSTM and its attention, without the head."""

    config_class = LSTMLanguageModelConfig
    config: LSTMLanguageModelConfig
    base_model_prefix = "model"

    def __init__(self, config: LSTMLanguageModelConfig) -> None:
        super().__init__(config)
        width, layers = config.hidden_size, config.num_hidden_layers
        self.embedding = embedding_of(config.vocab_size, width, config.pad_token_id)
        self.lstm = nn.LSTM(
            width, width, layers, batch_first=True, dropout=config.dropout if layers > 1 else 0.0
        )
        if config.attention is not None:
            self.attention = RecurrentAttention(config, config.attention, width, width)
            self.context_projection = nn.Linear(width, width, bias=False)
        self.dropout = nn.Dropout(config.dropout)
        self.post_init()

    def forward(
        self,
        input_ids: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        inputs_embeds: torch.Tensor | None = None,
        output_attentions: bool | None = None,
        return_dict: bool | None = None,
        **passed: Any,
    ) -> BaseModelOutput:
        """Read documents padded on the right, [B, T] token ids or [B, T, width] embeddings.

        The attention's weights, [B, 1, T, T] from query (row) to key (column), come where
        `output_attentions` asks for them.
        """
        if inputs_embeds is None:
            inputs_embeds = self.embedding(input_ids)
        lengths_of(attention_mask)
        # Padding stands behind the text: no state of the text has seen it.
        states, _ = run_lstm(self.lstm, self.dropout(inputs_embeds))
        weights = None
        output = states
        if self.config.attention is not None:
            mask = past_mask(states, attention_mask, self.config.attends_to_itself)
            context, weights = self.attention(
                states, states, mask, weights_too=bool(output_attentions)
            )
            output = states + self.context_projection(context)
        return BaseModelOutput(
            last_hidden_state=self.dropout(output),
            attentions=(weights,) if output_attentions and weights is not None else None,
        )


class LSTMForCausalLM(RecurrentNetwork, GenerationMixin):
    """The LSTM language model with its head: logits of the next token at every position."""

    config_class = LSTMLanguageModelConfig
    config: LSTMLanguageModelConfig
    base_model_prefix = "model"

    def __init__(self, config: LSTMLanguageModelConfig) -> None:
        super().__init__(config)
        self.model = LSTMLanguageModelBody(config)
        self.head = nn.Linear(config.hidden_size, config.vocab_size)
        self.post_init()

    def forward(
        self,
        input_ids: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        inputs_embeds: torch.Tensor | None = None,
        output_attentions: bool | None = None,
        return_dict: bool | None = None,
        **passed: Any,
    ) -> CausalLMOutput:
        """Return logits [B, T, vocabulary]; see `LSTMLanguageModelBody`."""
        body = self.model(
            input_ids=input_ids,
            attention_mask=attention_mask,
            inputs_embeds=inputs_embeds,
            output_attentions=output_attentions,
        )
        return CausalLMOutput(logits=self.head(body[0]), attentions=body.attentions)

    def get_output_embeddings(self) -> nn.Linear:
        """Return the head."""
        return self.head

    def prepare_inputs_for_generation(  # type: ignore[override]
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor | None = None, **rest: Any
    ) -> dict[str, Any]:
        """Return the inputs of a step of `generate`: the text so far, read again."""
        return {"input_ids": input_ids, "attention_mask": attention_mask}


def past_mask(
    states: torch.Tensor, attention_mask: torch.Tensor | None, itself: bool
) -> torch.Tensor:
    """Return which states may be seen, [1 or B, 1, T, T]: 0, or the lowest float where not.

    Parameters
    ----------
    states
        [B, T, width].
    attention_mask
        [B, T], 0 on padding, or None.
    itself
        Whether a state sees itself; the first one always does.
    """
    length = states.shape[1]
    ones = torch.ones((length, length), dtype=torch.bool, device=states.device)
    seen = ones.tril(0 if itself else -1)
    seen[0, 0] = True
    shown = seen[None, None]
    if attention_mask is not None:
        # A padded state sees the text before it, so that no row is empty.
        shown = shown & attention_mask.bool()[:, None, None, :]
    return torch.zeros_like(shown, dtype=states.dtype).masked_fill(~shown, lowest(states))
