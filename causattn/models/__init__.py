"""Models: a Hugging Face model and its tokenizer, ready to run."""

from causattn.models._carriers import CarrierTokens, carrier_tokens
from causattn.models._encoding import Batch, Encoding, batches, encode_texts, take
from causattn.models._model import LanguageModel

__all__ = [
    "Batch",
    "CarrierTokens",
    "Encoding",
    "LanguageModel",
    "batches",
    "carrier_tokens",
    "encode_texts",
    "take",
]
