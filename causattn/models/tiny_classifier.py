"""Models of kind ``tiny_classifier``: a small BERT trained on the corpus's labels from nothing.

For corpora that are simple enough to be learned in seconds, so that what a model does with its
words can be studied over many models. BERT is that of Devlin, Chang, Lee and Toutanova (2019).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Annotated

from transformers import BertForSequenceClassification

from causattn.base import Bounds, ConfigError, integer_seed
from causattn.corpora import Corpus
from causattn.models.classifier import ClassifierSettings, label_settings, train_classifier
from causattn.models.contract import ModelKind
from causattn.models.model import LanguageModel, LongText, Task
from causattn.models.seeded import seeded_torch
from causattn.models.tiny_bert import bert_config
from causattn.models.tiny_tokenizer import piece_tokenizer


@dataclass(frozen=True, kw_only=True)
class TinyClassifierSettings(ClassifierSettings):
    """Size and training of a small classifier.

    Parameters
    ----------
    layers, heads, width, feed_forward
        Encoder layers, attention heads in each, width of the states and of the layer between.
    dropout
        Probability of dropping a state or an attention weight while training.
    vocabulary
        The most word pieces to learn from the corpus.
    longest
        The most tokens that a document may have.
    long_text
        Documents longer than that: ``"error"`` refuses, ``"truncate"`` reads their beginning.
    """

    layers: Annotated[int, Bounds(least=1)] = 2
    heads: Annotated[int, Bounds(least=1)] = 4
    width: Annotated[int, Bounds(least=1)] = 64
    feed_forward: Annotated[int, Bounds(least=1)] = 128
    dropout: Annotated[float, Bounds(least=0, below=1)] = 0.0
    vocabulary: Annotated[int, Bounds(least=1)] = 8000
    longest: Annotated[int, Bounds(least=1)] = 512
    long_text: LongText = "error"
    epochs: Annotated[int, Bounds(least=1)] = 20
    learning_rate: Annotated[float, Bounds(above=0)] | None = 1e-3
    threads: Annotated[int, Bounds(least=1)] | None = 1

    def __post_init__(self) -> None:
        if self.width % self.heads:
            raise ConfigError(
                f"model.width={self.width} cannot be shared among model.heads={self.heads}; make "
                "it a multiple."
            )


class TinyClassifier(ModelKind):
    """A small BERT trained on the corpus's labels from nothing, in seconds to a minute."""

    name = "tiny_classifier"
    settings = TinyClassifierSettings
    task: Task = "classifier"

    def load(self, settings: TinyClassifierSettings, corpus: Corpus, seed: int) -> LanguageModel:
        """Train a small BERT on a corpus's labels.

        Equal settings, corpus and seed give equal weights (for one number of threads).

        Raises
        ------
        DataError
            Where there are no labels to train on, or a document is longer than `settings.longest`.
        ModelError
            Where training diverges.
        """
        model = fresh_classifier(settings, corpus, seed)
        training = ClassifierSettings(
            **{entry.name: getattr(settings, entry.name) for entry in fields(ClassifierSettings)}
        )
        about = {
            "kind": "tiny_classifier",
            "corpus": corpus.name,
            **asdict(settings),
            "seed": seed,
            "parameters": sum(weight.numel() for weight in model.network.parameters()),
            "tokens": len(model.tokenizer),
            **train_classifier(model, corpus, training, seed),
        }
        return replace(model, about=about)


def fresh_classifier(settings: TinyClassifierSettings, corpus: Corpus, seed: int) -> LanguageModel:
    """Return the classifier before training: weights drawn, word pieces learned.

    Raises
    ------
    DataError
        Where there are no labels to train on.
    """
    labels = label_settings(corpus, "tiny_classifier")
    tokenizer = piece_tokenizer(corpus, settings.vocabulary, settings.longest)
    config = bert_config(settings, tokenizer, **labels)
    with seeded_torch(integer_seed(seed, "models", "tiny_classifier", "weights")):
        network = BertForSequenceClassification(config).eval()
    return LanguageModel("tiny_classifier", network, tokenizer, "classifier", settings.long_text)


MODEL = TinyClassifier()
