"""Models of kind ``tiny_lm``: a small Llama trained on the corpus to predict the next token.

Touvron et al. (2023), "LLaMA: Open and efficient foundation language models", at a size that a
laptop trains in a minute, for any language.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from transformers import LlamaConfig, LlamaForCausalLM

from causattn.base import Bounds, ConfigError
from causattn.corpora import Corpus
from causattn.models.contract import ModelKind
from causattn.models.model import LanguageModel, Task
from causattn.models.recurrent.predicting import NextToken
from causattn.models.recurrent.settings import RecurrentSettings, marks, weights_seed
from causattn.models.recurrent.trained import trained
from causattn.models.seeded import seeded_torch
from causattn.models.tiny_tokenizer import corpus_tokenizer

KIND = "tiny_lm"


@dataclass(frozen=True, kw_only=True)
class TinyLMSettings(RecurrentSettings):
    """Size and training of a small decoder.

    Goes with attention=next and graph=heads.

    Parameters
    ----------
    heads
        Attention heads of a layer.
    layers, width
        Layers, and the width of the stream.
    dropout
        Probability of dropping an attention weight while training.
    """

    layers: int = 3
    heads: Annotated[int, Bounds(least=1)] = 4
    width: int = 64
    dropout: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width % (2 * self.heads):
            raise ConfigError(
                f"model.width={self.width} cannot be shared among model.heads={self.heads}; make "
                "it a multiple of twice as many."
            )


class TinyLM(ModelKind):
    """A small Llama trained on the corpus to predict the next token."""

    name = KIND
    settings = TinyLMSettings
    paper = "Touvron et al. (2023), LLaMA: Open and efficient foundation language models"
    task: Task = "causal"
    without_effect = ("checkpoints",)

    def load(self, settings: TinyLMSettings, corpus: Corpus, seed: int) -> LanguageModel:
        """Train a small decoder on a corpus.

        Equal settings, corpus and seed give equal weights (for one number of threads), stopped and
        gone on with or not.

        Raises
        ------
        DataError
            Where a document is longer than `settings.longest`, or none has a token to predict.
        ModelError
            Where training diverges.
        ArtefactError
            Where a checkpoint is damaged or another training's.
        """
        tokenizer = corpus_tokenizer(
            settings.tokenizer, corpus, settings.vocabulary, settings.longest
        )
        begin, end = marks(tokenizer)
        config = LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=settings.width,
            intermediate_size=2 * settings.width,
            num_hidden_layers=settings.layers,
            num_attention_heads=settings.heads,
            max_position_embeddings=settings.longest,
            attention_dropout=settings.dropout,
            pad_token_id=tokenizer.pad_token_id,
            bos_token_id=begin,
            eos_token_id=end,
        )
        with seeded_torch(weights_seed(seed, KIND)):
            network = LlamaForCausalLM(config)
        model = LanguageModel(KIND, network, tokenizer, "causal", settings.long_text)
        return trained(
            model,
            settings,
            corpus,
            seed,
            "a small decoder",
            lambda encoding: NextToken(network, encoding),
        )


MODEL = TinyLM()
