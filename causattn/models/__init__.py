"""Models: a Hugging Face model and its tokenizer, ready to run."""

from typing import TYPE_CHECKING

from causattn.base import on_demand

if TYPE_CHECKING:
    from causattn.models.carriers import CarrierTokens, carrier_tokens
    from causattn.models.causal_classifier import causal_term
    from causattn.models.causal_term import CausalSettings
    from causattn.models.encoding import Batch, Encoding, batches, encode_texts, take
    from causattn.models.hiding import hiding_tokens, single_tokens
    from causattn.models.load import (
        known_task,
        load_model,
        model_settings,
        result_settings,
        source_checksum,
        untrained_copy,
    )
    from causattn.models.model import LanguageModel, Task
    from causattn.models.predict import predict_labels, predict_tokens
    from causattn.models.seeded import seeded_torch
    from causattn.models.storage import read_model, write_model
    from causattn.models.tiny_tokenizer import word_tokenizer

__all__ = [
    "Batch",
    "CarrierTokens",
    "CausalSettings",
    "Encoding",
    "LanguageModel",
    "Task",
    "batches",
    "carrier_tokens",
    "causal_term",
    "encode_texts",
    "hiding_tokens",
    "known_task",
    "load_model",
    "model_settings",
    "predict_labels",
    "predict_tokens",
    "read_model",
    "result_settings",
    "seeded_torch",
    "single_tokens",
    "source_checksum",
    "take",
    "untrained_copy",
    "word_tokenizer",
    "write_model",
]

__getattr__ = on_demand(__name__, __file__)
