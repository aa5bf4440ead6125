"""An LSTM encoder-decoder with attention.

The encoder is an LSTM in both directions (or one). The decoder starts from its last memory and
attends to its states e_j, in one of two published orders:

``query="previous"``  Bahdanau, Cho and Bengio (2015), "Neural machine translation by jointly
    learning to align and translate", section 3.1 and appendix A.1: the state before a step asks,
    and the context goes into the step,

        context_t = sum_j weights[t, j] e_j,    weights from score(s_(t-1), e_j),
        s_t       = LSTM(s_(t-1), [y_(t-1); context_t]).

``query="current"``  Luong, Pham and Manning (2015), "Effective approaches to attention-based
    neural machine translation", section 3.1 (global attention, without input feeding): the state
    after a step asks,

        s_t       = LSTM(s_(t-1), y_(t-1)),
        context_t = sum_j weights[t, j] e_j,    weights from score(s_t, e_j).

Either way the output is Luong's attentional state, equation 5, tanh(W_c context_t + W_s s_t), and
the logits are linear in it. (Bahdanau's own readout is a maxout layer.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from transformers import GenerationMixin, PreTrainedConfig
from transformers.modeling_outputs import BaseModelOutput, Seq2SeqLMOutput, Seq2SeqModelOutput

from causattn.models.recurrent.initial import RecurrentNetwork, embedding_of
from causattn.models.recurrent.scores import RecurrentAttention, lowest
from causattn.models.recurrent.states import Memory, lengths_of, run_lstm
from causattn.models.recurrent.stepwise import Stepwise, softmax_step


class LSTMSeq2SeqConfig(PreTrainedConfig):
    """Size of an LSTM encoder-decoder.

    Parameters
    ----------
    vocab_size
        Tokens, those of the encoder and of the decoder.
    hidden_size
        Width of embeddings, of the encoder's states (both directions together) and the decoder's.
    num_hidden_layers
        LSTM layers of the encoder, and as many of the decoder.
    bidirectional
        Whether the encoder reads both ways.
    attention
        How encoder states are scored (`RecurrentAttention`).
    query
        Which decoder state attends: ``"current"`` or ``"previous"``, see the module.
    dropout
        Probability of dropping a number of embeddings, of states between layers and of outputs.
    initializer_range
        Standard deviation of the first weights of embeddings and linear maps.
    pad_token_id
        The token whose embedding is zero.
    bos_token_id, eos_token_id
        What texts begin and end with; writing stops at the second.
    decoder_start_token_id
        What the decoder reads first.
    encoder_attends
        Said to those who look at attention: the decoder alone attends, to the encoder.
    """

    model_type = "causattn_lstm_seq2seq"

    vocab_size: int = 1000
    hidden_size: int = 128
    num_hidden_layers: int = 1
    num_attention_heads: int = 1
    bidirectional: bool = True
    attention: str = "additive"
    query: str = "previous"
    dropout: float = 0.0
    initializer_range: float = 0.05
    pad_token_id: int | None = 0
    bos_token_id: int | None = None
    eos_token_id: int | list[int] | None = None
    decoder_start_token_id: int | None = 0
    is_encoder_decoder: bool = True
    encoder_attends: bool = False
    tie_word_embeddings: bool = False
    use_cache: bool = False


@dataclass
class EncodedText(BaseModelOutput):
    """What the encoder gives: its states, and the memory that the decoder starts from."""

    hidden: torch.Tensor | None = None
    cell: torch.Tensor | None = None

    @property
    def parts(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """States [B, S, width], hidden and cell memory [layers, B, width]."""
        assert self.last_hidden_state is not None
        assert self.hidden is not None
        assert self.cell is not None
        return self.last_hidden_state, self.hidden, self.cell


class LSTMEncoder(nn.Module):
    """Reads a text, both ways where the configuration says so."""

    main_input_name = "input_ids"

    def __init__(self, config: LSTMSeq2SeqConfig) -> None:
        super().__init__()
        directions = 2 if config.bidirectional else 1
        width, layers = config.hidden_size, config.num_hidden_layers
        if width % directions:
            raise ValueError(f"hidden_size={width} is odd, for two directions; make it even.")
        # The decoder reads through it, too.
        self.embedding = embedding_of(config.vocab_size, width, config.pad_token_id)
        self.lstm = nn.LSTM(
            width,
            width // directions,
            layers,
            batch_first=True,
            bidirectional=config.bidirectional,
            dropout=config.dropout if layers > 1 else 0.0,
        )
        self.bridge_hidden = nn.Linear(width, width)
        self.bridge_cell = nn.Linear(width, width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        input_ids: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        inputs_embeds: torch.Tensor | None = None,
        **passed: Any,
    ) -> EncodedText:
        """Return the states [B, S, width], 0 on padding, and the decoder's first memory."""
        if inputs_embeds is None:
            inputs_embeds = self.embedding(input_ids)
        states, (hidden, cell) = run_lstm(
            self.lstm, self.dropout(inputs_embeds), lengths_of(attention_mask)
        )
        return EncodedText(
            last_hidden_state=states,
            hidden=torch.tanh(self.bridge_hidden(self._joined(hidden))),
            cell=self.bridge_cell(self._joined(cell)),
        )

    def _joined(self, memory: torch.Tensor) -> torch.Tensor:
        """Return [layers * directions, B, w] as [layers, B, directions * w]."""
        directions = 2 if self.lstm.bidirectional else 1
        layers = memory.shape[0] // directions
        parts = memory.reshape(layers, directions, *memory.shape[1:])
        return parts.transpose(1, 2).flatten(2)


class LSTMDecoder(nn.Module):
    """Reads what was written so far, and attends to the encoder's states."""

    def __init__(self, config: LSTMSeq2SeqConfig) -> None:
        super().__init__()
        width, layers = config.hidden_size, config.num_hidden_layers
        if config.query not in ("current", "previous"):
            raise ValueError(f"query={config.query} is not known; choose current or previous.")
        self.stepwise = config.query == "previous"
        self.lstm = nn.LSTM(
            2 * width if self.stepwise else width,
            width,
            layers,
            batch_first=True,
            dropout=config.dropout if layers > 1 else 0.0,
        )
        self.cross_attention = RecurrentAttention(config, config.attention, width, width)
        self.context_projection = nn.Linear(width, width, bias=False)
        self.state_projection = nn.Linear(width, width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        embedded: torch.Tensor,
        memory: Memory,
        encoded: torch.Tensor,
        mask: torch.Tensor,
        weights_too: bool = False,
        stepwise: Stepwise | None = None,
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Return attentional states [B, T, width] and, where asked for, weights [B, 1, T, S].

        Parameters
        ----------
        embedded
            [B, T, width], what is read at each step.
        memory
            To start from.
        encoded
            [B, S, width].
        mask
            [B, 1, 1, S], 0 where the encoder's state may be seen, the lowest float where not.
        weights_too
            Whether the weights are returned.
        stepwise
            Turns the scores of a step into its weights; None is the softmax. Only where the
            previous state attends.
        """
        weights: torch.Tensor | None
        if self.stepwise:
            states, context, weights = self._steps(
                self.dropout(embedded), memory, encoded, mask, stepwise or softmax_step
            )
        else:
            states, _ = run_lstm(self.lstm, self.dropout(embedded), memory=memory)
            context, weights = self.cross_attention(states, encoded, mask, weights_too=weights_too)
        output = torch.tanh(self.context_projection(context) + self.state_projection(states))
        return self.dropout(output), weights

    def _steps(
        self,
        embedded: torch.Tensor,
        memory: Memory,
        encoded: torch.Tensor,
        mask: torch.Tensor,
        stepwise: Stepwise,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return states and contexts, [B, T, width], and weights [B, 1, T, S], step by step."""
        prepared = self.cross_attention.prepared(encoded)
        steps = embedded.shape[1]
        states, contexts, weights = [], [], []
        for step in range(steps):
            asking = memory[0][-1][:, None]
            scores = self.cross_attention.scores(asking, encoded, mask, prepared)
            weights.append(stepwise(scores, step, steps))
            contexts.append(weights[-1][:, 0] @ encoded)
            entering = torch.cat([embedded[:, step : step + 1], contexts[-1]], dim=2)
            state, memory = run_lstm(self.lstm, entering, memory=memory)
            states.append(state)
        return torch.cat(states, 1), torch.cat(contexts, 1), torch.cat(weights, 2)


class LSTMSeq2SeqBody(RecurrentNetwork):
    """Encoder and decoder, without the head."""

    config_class = LSTMSeq2SeqConfig
    config: LSTMSeq2SeqConfig
    base_model_prefix = "model"

    def __init__(self, config: LSTMSeq2SeqConfig) -> None:
        super().__init__(config)
        self.encoder = LSTMEncoder(config)
        self.decoder = LSTMDecoder(config)
        self.post_init()

    @property
    def stepwise(self) -> bool:
        """Whether attention comes step by step (`Stepwise`)."""
        return self.decoder.stepwise

    def get_encoder(self, *arguments: Any, **named: Any) -> LSTMEncoder:
        """Return the encoder."""
        return self.encoder

    def forward(
        self,
        input_ids: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        decoder_input_ids: torch.Tensor | None = None,
        inputs_embeds: torch.Tensor | None = None,
        decoder_inputs_embeds: torch.Tensor | None = None,
        encoder_outputs: EncodedText | None = None,
        output_attentions: bool | None = None,
        return_dict: bool | None = None,
        stepwise: Stepwise | None = None,
        **passed: Any,
    ) -> Seq2SeqModelOutput:
        """Read texts padded on the right, [B, S], and what the decoder has written, [B, T].

        The cross attention's weights, [B, 1, T, S] from the decoder's position (row) to the
        encoder's (column), come where `output_attentions` asks for them.
        """
        if encoder_outputs is None:
            encoder_outputs = self.encoder(input_ids, attention_mask, inputs_embeds)
        encoded, hidden, cell = encoder_outputs.parts
        if decoder_inputs_embeds is None:
            decoder_inputs_embeds = self.encoder.embedding(decoder_input_ids)
        mask = encoded.new_zeros((len(encoded), 1, 1, encoded.shape[1]))
        if attention_mask is not None:
            mask = mask.masked_fill(~attention_mask.bool()[:, None, None], lowest(encoded))
        output, weights = self.decoder(
            decoder_inputs_embeds,
            (hidden, cell),
            encoded,
            mask,
            weights_too=bool(output_attentions),
            stepwise=stepwise,
        )
        return Seq2SeqModelOutput(
            last_hidden_state=output,
            cross_attentions=(weights,) if output_attentions and weights is not None else None,
            encoder_last_hidden_state=encoded,
        )


class LSTMForConditionalGeneration(RecurrentNetwork, GenerationMixin):
    """The LSTM encoder-decoder with its head: logits of the next target token everywhere."""

    config_class = LSTMSeq2SeqConfig
    config: LSTMSeq2SeqConfig
    base_model_prefix = "model"

    def __init__(self, config: LSTMSeq2SeqConfig) -> None:
        super().__init__(config)
        self.model = LSTMSeq2SeqBody(config)
        self.head = nn.Linear(config.hidden_size, config.vocab_size)
        self.post_init()

    def forward(
        self,
        input_ids: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        decoder_input_ids: torch.Tensor | None = None,
        **passed: Any,
    ) -> Seq2SeqLMOutput:
        """Return logits [B, T, vocabulary]; see `LSTMSeq2SeqBody`."""
        body = self.model(
            input_ids=input_ids,
            attention_mask=attention_mask,
            decoder_input_ids=decoder_input_ids,
            **passed,
        )
        return Seq2SeqLMOutput(
            logits=self.head(body[0]),
            cross_attentions=body.cross_attentions,
            encoder_last_hidden_state=body.encoder_last_hidden_state,
        )

    def get_encoder(self, *arguments: Any, **named: Any) -> LSTMEncoder:
        """Return the encoder."""
        return self.model.encoder

    def get_output_embeddings(self) -> nn.Linear:
        """Return the head."""
        return self.head

    def prepare_inputs_for_generation(  # type: ignore[override]
        self,
        decoder_input_ids: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
        encoder_outputs: EncodedText | None = None,
        **rest: Any,
    ) -> dict[str, Any]:
        """Return the inputs of a step of `generate`: what was written so far, read again."""
        return {
            "decoder_input_ids": decoder_input_ids,
            "attention_mask": attention_mask,
            "encoder_outputs": encoder_outputs,
        }
