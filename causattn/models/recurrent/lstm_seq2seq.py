"""Models of kind ``lstm_seq2seq``: an LSTM encoder-decoder that writes the texts it reads.

The decoder writes the document that the encoder read, as in the sequential denoising autoencoder
of Hill, Cho and Korhonen (2016), "Learning distributed representations of sentences from
unlabelled data": with `noise` some of the words that are read are hidden, so that the
decoder has to look elsewhere for them (their noise drops and swaps words). Reading and writing the
same document is how encoder-decoders are captured here, so this is also what they are trained on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from causattn.base import ConfigError
from causattn.corpora import Corpus
from causattn.models.contract import ModelKind
from causattn.models.model import LanguageModel, Task
from causattn.models.recurrent.predicting import Reconstruction
from causattn.models.recurrent.seq2seq import LSTMForConditionalGeneration, LSTMSeq2SeqConfig
from causattn.models.recurrent.settings import RecurrentSettings, marks, weights_seed
from causattn.models.recurrent.trained import trained
from causattn.models.seeded import seeded_torch
from causattn.models.tiny_tokenizer import corpus_tokenizer

KIND = "lstm_seq2seq"


@dataclass(frozen=True, kw_only=True)
class LSTMSeq2SeqSettings(RecurrentSettings):
    """Size and training of an LSTM encoder-decoder.

    Goes with attention=observed.

    Parameters
    ----------
    attention
        How encoder states are scored: ``"additive"`` (Bahdanau), ``"dot"``, ``"general"`` (Luong)
        or ``"scaled_dot"``.
    query
        Which decoder state attends: ``"previous"`` (Bahdanau: before the step) or ``"current"``
        (Luong: after it, and faster).
    bidirectional
        Does the encoder read both ways?
    noise
        How often a token that is read is hidden; the decoder has to write it all the same.
    """

    attention: Literal["additive", "dot", "scaled_dot", "general"] = "additive"
    query: Literal["previous", "current"] = "previous"
    bidirectional: bool = True
    noise: float = 0.2

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.noise < 1:
            raise ConfigError(f"model.noise={self.noise} must be at least 0 and below 1.")
        if self.bidirectional and self.width % 2:
            raise ConfigError(
                f"model.width={self.width} cannot be shared by two directions; make it even, or "
                "set model.bidirectional=false."
            )


class LSTMSeq2Seq(ModelKind):
    """An LSTM encoder-decoder with attention that writes the documents it reads."""

    name = KIND
    settings = LSTMSeq2SeqSettings
    task: Task = "seq2seq"
    without_effect = ("checkpoints",)

    def load(self, settings: LSTMSeq2SeqSettings, corpus: Corpus, seed: int) -> LanguageModel:
        """Train an LSTM encoder-decoder to write the documents of a corpus that it reads.

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
        config = LSTMSeq2SeqConfig(
            vocab_size=len(tokenizer),
            hidden_size=settings.width,
            num_hidden_layers=settings.layers,
            bidirectional=settings.bidirectional,
            attention=settings.attention,
            query=settings.query,
            dropout=settings.dropout,
            pad_token_id=tokenizer.pad_token_id,
            bos_token_id=begin,
            eos_token_id=end,
            decoder_start_token_id=tokenizer.pad_token_id,
        )
        with seeded_torch(weights_seed(seed, KIND)):
            network = LSTMForConditionalGeneration(config)
        model = LanguageModel(KIND, network, tokenizer, "seq2seq", settings.long_text)
        hidden = tokenizer.mask_token_id
        assert hidden is not None
        return trained(
            model,
            settings,
            corpus,
            seed,
            "an LSTM encoder-decoder",
            lambda encoding: Reconstruction(network, encoding, encoding, settings.noise, hidden),
        )


MODEL = LSTMSeq2Seq()
