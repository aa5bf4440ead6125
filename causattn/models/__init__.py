"""Models: a Hugging Face model and its tokenizer, ready to run."""

from causattn.models._model import LanguageModel

__all__ = ["LanguageModel"]
