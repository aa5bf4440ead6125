"""Recurrent networks with attention: an LSTM language model and an LSTM encoder-decoder."""

import causattn.models.recurrent.registering  # noqa: F401
from causattn.models.recurrent.language_model import (
    LSTMForCausalLM,
    LSTMLanguageModelBody,
    LSTMLanguageModelConfig,
)
from causattn.models.recurrent.lstm_lm import LSTMLanguageModelSettings
from causattn.models.recurrent.lstm_seq2seq import LSTMSeq2SeqSettings
from causattn.models.recurrent.scores import RECURRENT_SCORES, RecurrentAttention
from causattn.models.recurrent.seq2seq import (
    LSTMForConditionalGeneration,
    LSTMSeq2SeqBody,
    LSTMSeq2SeqConfig,
)
from causattn.models.recurrent.stepwise import Stepwise

__all__ = [
    "RECURRENT_SCORES",
    "LSTMForCausalLM",
    "LSTMForConditionalGeneration",
    "LSTMLanguageModelBody",
    "LSTMLanguageModelConfig",
    "LSTMLanguageModelSettings",
    "LSTMSeq2SeqBody",
    "LSTMSeq2SeqConfig",
    "LSTMSeq2SeqSettings",
    "RecurrentAttention",
    "Stepwise",
]
