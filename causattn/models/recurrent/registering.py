"""Makes transformers' ``Auto`` classes know the recurrent networks, so that folders can be read."""

from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, AutoModelForSeq2SeqLM

from causattn.models.recurrent.language_model import (
    LSTMForCausalLM,
    LSTMLanguageModelBody,
    LSTMLanguageModelConfig,
)
from causattn.models.recurrent.seq2seq import (
    LSTMForConditionalGeneration,
    LSTMSeq2SeqBody,
    LSTMSeq2SeqConfig,
)

AutoConfig.register(LSTMLanguageModelConfig.model_type, LSTMLanguageModelConfig)
AutoModel.register(LSTMLanguageModelConfig, LSTMLanguageModelBody)
AutoModelForCausalLM.register(LSTMLanguageModelConfig, LSTMForCausalLM)

AutoConfig.register(LSTMSeq2SeqConfig.model_type, LSTMSeq2SeqConfig)
AutoModel.register(LSTMSeq2SeqConfig, LSTMSeq2SeqBody)
AutoModelForSeq2SeqLM.register(LSTMSeq2SeqConfig, LSTMForConditionalGeneration)
