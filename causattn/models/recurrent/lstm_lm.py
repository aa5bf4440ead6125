"""Models of kind ``lstm_lm``: an LSTM language model with attention, trained on the corpus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from causattn.corpora import Corpus
from causattn.models.contract import ModelKind
from causattn.models.model import LanguageModel, Task
from causattn.models.recurrent.language_model import LSTMForCausalLM, LSTMLanguageModelConfig
from causattn.models.recurrent.predicting import NextToken
from causattn.models.recurrent.settings import RecurrentSettings, marks, weights_seed
from causattn.models.recurrent.trained import trained
from causattn.models.seeded import seeded_torch
from causattn.models.tiny_tokenizer import corpus_tokenizer

KIND = "lstm_lm"


@dataclass(frozen=True, kw_only=True)
class LSTMLanguageModelSettings(RecurrentSettings):
    """Size and training of an LSTM language model.

    Goes with attention=next.

    Parameters
    ----------
    attention
        How past states are scored: ``"additive"`` (Bahdanau), ``"dot"``, ``"general"`` (Luong),
        ``"scaled_dot"``, or ``"none"``, a plain LSTM.
    attends_to_itself
        Does a state attend to itself, besides those before it?
    """

    attention: Literal["additive", "dot", "scaled_dot", "general", "none"] = "additive"
    attends_to_itself: bool = False


class LSTMLanguageModel(ModelKind):
    """An LSTM language model that attends to its past states, trained on the corpus."""

    name = KIND
    settings = LSTMLanguageModelSettings
    task: Task = "causal"
    without_effect = ("checkpoints",)

    def load(self, settings: LSTMLanguageModelSettings, corpus: Corpus, seed: int) -> LanguageModel:
        """Train an LSTM language model on a corpus.

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
        config = LSTMLanguageModelConfig(
            vocab_size=len(tokenizer),
            hidden_size=settings.width,
            num_hidden_layers=settings.layers,
            attention=None if settings.attention == "none" else settings.attention,
            attends_to_itself=settings.attends_to_itself,
            dropout=settings.dropout,
            pad_token_id=tokenizer.pad_token_id,
            bos_token_id=begin,
            eos_token_id=end,
        )
        with seeded_torch(weights_seed(seed, KIND)):
            network = LSTMForCausalLM(config)
        model = LanguageModel(KIND, network, tokenizer, "causal", settings.long_text)
        return trained(
            model,
            settings,
            corpus,
            seed,
            "an LSTM language model",
            lambda encoding: NextToken(network, encoding),
        )


MODEL = LSTMLanguageModel()
