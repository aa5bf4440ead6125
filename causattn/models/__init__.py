"""Models: a Hugging Face model and its tokenizer, ready to run."""

from typing import TYPE_CHECKING

from causattn.base import on_demand

if TYPE_CHECKING:
    from causattn.models.answers import Answers, model_answers
    from causattn.models.carriers import CarrierTokens, carrier_tokens
    from causattn.models.causal_classifier import causal_term
    from causattn.models.causal_term import CausalSettings
    from causattn.models.classifier import ClassifierSettings, train_classifier
    from causattn.models.contract import ModelKind
    from causattn.models.encoding import Batch, Encoding, batches, encode_texts, take
    from causattn.models.hiding import hiding_tokens, single_tokens
    from causattn.models.load import (
        is_native,
        known_task,
        load_model,
        model_checksums,
        model_result_settings,
        model_settings,
    )
    from causattn.models.model import LanguageModel, Task, token_id
    from causattn.models.next_tokens import next_logits
    from causattn.models.predict import predict_labels, predict_tokens
    from causattn.models.programs import (
        ProgramCircuit,
        ProgramForMaskedLM,
        ProgramNetworkConfig,
        program_attention,
    )
    from causattn.models.recurrent import (
        RECURRENT_SCORES,
        LSTMForCausalLM,
        LSTMForConditionalGeneration,
        LSTMLanguageModelConfig,
        LSTMSeq2SeqConfig,
    )
    from causattn.models.registry import MODELS
    from causattn.models.seeded import seeded_torch
    from causattn.models.shuffling import split_documents
    from causattn.models.states import last_states
    from causattn.models.storage import read_model, write_model
    from causattn.models.tiny_tokenizer import word_tokenizer
    from causattn.models.untrained import untrained_copy
    from causattn.models.wrap import GivenModel, wrap_model

__all__ = [
    "MODELS",
    "RECURRENT_SCORES",
    "Answers",
    "Batch",
    "CarrierTokens",
    "CausalSettings",
    "ClassifierSettings",
    "Encoding",
    "GivenModel",
    "LSTMForCausalLM",
    "LSTMForConditionalGeneration",
    "LSTMLanguageModelConfig",
    "LSTMSeq2SeqConfig",
    "LanguageModel",
    "ModelKind",
    "ProgramCircuit",
    "ProgramForMaskedLM",
    "ProgramNetworkConfig",
    "Task",
    "batches",
    "carrier_tokens",
    "causal_term",
    "encode_texts",
    "hiding_tokens",
    "is_native",
    "known_task",
    "last_states",
    "load_model",
    "model_answers",
    "model_checksums",
    "model_result_settings",
    "model_settings",
    "next_logits",
    "predict_labels",
    "predict_tokens",
    "program_attention",
    "read_model",
    "seeded_torch",
    "single_tokens",
    "split_documents",
    "take",
    "token_id",
    "train_classifier",
    "untrained_copy",
    "word_tokenizer",
    "wrap_model",
    "write_model",
]

__getattr__ = on_demand(__name__, __file__)
