"""A model of one's own: one wide layer that has learnt nothing."""

from dataclasses import asdict, dataclass
from typing import Any

from transformers import BertConfig, BertForMaskedLM

from causattn.base import integer_seed
from causattn.models import LanguageModel, ModelKind, seeded_torch, word_tokenizer


@dataclass(frozen=True)
class WideBertSettings:
    """Its size.

    Parameters
    ----------
    width
        Of the states.
    note
        Says something, and changes nothing.
    """

    width: int = 32
    note: str = ""


class WideBert(ModelKind):
    """A wide BERT of one layer, with random weights."""

    name = "wide_bert"
    settings = WideBertSettings
    task = "masked"
    without_effect = ("note",)

    def load(self, settings: WideBertSettings, corpus: Any, seed: int) -> LanguageModel:
        """Draw the weights."""
        tokenizer = word_tokenizer(corpus, 64)
        config = BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=settings.width,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=settings.width,
            max_position_embeddings=64,
            pad_token_id=tokenizer.pad_token_id,
        )
        with seeded_torch(integer_seed(seed, "models", "wide_bert")):
            network = BertForMaskedLM(config).eval()
        about = {"kind": "wide_bert", **asdict(settings)}
        return LanguageModel("wide_bert", network, tokenizer, "masked", about=about)


MODEL = WideBert()
