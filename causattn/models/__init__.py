"""Models: a Hugging Face model and its tokenizer, ready to run."""

from typing import TYPE_CHECKING

from causattn.base import on_demand

if TYPE_CHECKING:
    from causattn.models._carriers import CarrierTokens, carrier_tokens
    from causattn.models._causal_classifier import causal_term
    from causattn.models._causal_term import CausalSettings
    from causattn.models._encoding import Batch, Encoding, batches, encode_texts, take
    from causattn.models._hiding import hiding_tokens, single_tokens
    from causattn.models._load import (
        known_task,
        load_model,
        model_settings,
        result_settings,
        source_checksum,
        untrained_copy,
    )
    from causattn.models._model import LanguageModel, Task
    from causattn.models._predict import predict_labels, predict_tokens
    from causattn.models._seeded import seeded_torch
    from causattn.models._storage import read_model, write_model
    from causattn.models._tiny_tokenizer import word_tokenizer

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
