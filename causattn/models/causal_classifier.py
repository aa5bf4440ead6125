"""Models of kind ``causal_classifier``: a classifier trained with a causal term in its loss.

The loss is that of the prediction plus ``causal_weight`` times a term on the attention weights;
`causal_loss` has the equations. The network is a small BERT (Devlin, Chang, Lee and Toutanova
2019) with weights drawn here, or a checkpoint with a new classifier on it. With weight 0 it is
plain training, to the last bit.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch

from causattn.base import Bounds, CapabilityError, ConfigError, ModelError, generator, integer_seed
from causattn.corpora import Corpus, out_of_distribution
from causattn.models.causal_attention import attention_in_training
from causattn.models.causal_term import CausalSettings, CausalTerm
from causattn.models.classifier import ClassifierSettings, label_settings, train_classifier
from causattn.models.contract import ModelKind
from causattn.models.encoding import encode_texts, take
from causattn.models.loading import (
    check_fit,
    checkpoint_files,
    read_config,
    read_network,
    read_tokenizer,
)
from causattn.models.model import LanguageModel, Task, token_id
from causattn.models.predict import predict_labels
from causattn.models.seeded import seeded_torch
from causattn.models.shuffling import split_documents
from causattn.models.tiny_classifier import TinyClassifierSettings, fresh_classifier

NAME = "causal_classifier"


@dataclass(frozen=True, kw_only=True)
class CausalClassifierSettings(CausalSettings, TinyClassifierSettings):
    """Size and training of a classifier, and its causal term.

    Parameters
    ----------
    path
        A folder that save_pretrained wrote or a name on the hub; None makes a small BERT, of which
        sizes, dropout, vocabulary and longest are (else these do nothing).
    revision
        The hub's branch, tag or commit.
    learning_rate
        Of AdamW; None is 2e-4, for a checkpoint; a BERT that is made here wants more.
    """

    path: str | None = None
    revision: str | None = None
    width: Annotated[int, Bounds(least=1)] = 32
    feed_forward: Annotated[int, Bounds(least=1)] = 64
    vocabulary: Annotated[int, Bounds(least=1)] = 2000
    epochs: Annotated[int, Bounds(least=1)] = 8
    batch: Annotated[int, Bounds(least=1)] = 64
    learning_rate: Annotated[float, Bounds(above=0)] | None = 3e-3

    def __post_init__(self) -> None:
        TinyClassifierSettings.__post_init__(self)
        CausalSettings.__post_init__(self)
        if self.train == "head" and self.causal_weight > 0 and self.causal_kind != "output":
            raise ConfigError(
                "model.train=head leaves the attention as it is, so no causal term can change it; "
                "set model.train=all or model.causal_weight=0."
            )


class CausalClassifier(ModelKind):
    """A classifier of the corpus's labels, with a causal term on its attention in the loss."""

    name = NAME
    settings = CausalClassifierSettings
    task: Task = "classifier"

    def files(self, settings: CausalClassifierSettings) -> list[Path]:
        """Return the graph's file, where it is one, and the checkpoint's."""
        graph = Path(settings.causal_graph).expanduser()
        return [graph, *(checkpoint_files(settings.path) if settings.path else [])]

    def load(self, settings: CausalClassifierSettings, corpus: Corpus, seed: int) -> LanguageModel:
        """Train a classifier with a causal term.

        Raises
        ------
        DataError
            Where there are no labels to train on, or the corpus mentions no features.
        ConfigError
            Where the graph is none, or over other features.
        ModelError
            Where the checkpoint cannot be used, or training diverges.
        CapabilityError
            Where the model shows no attention weights, or slots cannot be rewritten.
        """
        model = _untrained(settings, corpus, seed)
        assert corpus.outcome is not None
        labelled = np.flatnonzero(~np.isnan(corpus.outcome))
        about: dict[str, Any] = {
            "kind": NAME,
            "corpus": corpus.name,
            **asdict(settings),
            "seed": seed,
        }
        about["parameters"] = sum(weight.numel() for weight in model.network.parameters())
        if settings.causal_weight == 0:
            about |= train_classifier(model, corpus, settings, seed)
        else:
            with attention_in_training(model.network, model.name) as forward:
                term = CausalTerm(settings, model, forward, corpus, labelled, seed)
                about |= train_classifier(model, corpus, settings, seed, term)
                about |= {
                    "causal_features": list(term.target.names),
                    "causal_resampled": list(term.drawn),
                    "causal_term_first": term.values[0],
                    "causal_term_train": float(
                        np.mean(term.values[-max(1, len(term.values) // 10) :])
                    ),
                }
        about |= _shifted_accuracy(model, corpus, labelled, settings, seed)
        return replace(model, about=about)


def causal_term(
    settings: CausalSettings, model: LanguageModel, corpus: Corpus, seed: int, batch: int = 64
) -> float:
    """Return a trained classifier's causal term, without its weight, over all documents.

    Parameters
    ----------
    settings
        Which term.
    model
        A classifier; its attention implementation is put back.
    corpus
        Documents that mention features.
    seed
        For what interventions draw.
    batch
        Documents at a time.
    """
    encoding = encode_texts(model, corpus.texts)
    total = 0.0
    with torch.no_grad(), attention_in_training(model.network, model.name) as forward:
        term = CausalTerm(settings, model, forward, corpus, np.arange(len(corpus)), seed)
        for first in range(0, len(corpus), batch):
            documents = np.arange(first, min(first + batch, len(corpus)))
            _, found = term.bare(take(encoding, documents).to(model.device))
            total += float(found) * len(documents)
    return total / len(corpus)


def _untrained(settings: CausalClassifierSettings, corpus: Corpus, seed: int) -> LanguageModel:
    """Return the classifier before training."""
    if settings.path is None:
        return replace(fresh_classifier(settings, corpus, seed), name=NAME)
    path = settings.path
    if read_config(path, settings.revision).is_encoder_decoder:
        raise ModelError(
            f"Model {path} is an encoder with a decoder, on which no classifier is trained here; "
            "take an encoder or a decoder alone."
        )
    labels = label_settings(corpus, path)
    with seeded_torch(integer_seed(seed, "models", NAME, "head")):
        network, _ = read_network(
            path,
            "classifier",
            "float32",
            settings.revision,
            **labels,
            ignore_mismatched_sizes=True,
        )
    tokenizer = read_tokenizer(path, settings.revision)
    check_fit(path, network, tokenizer)
    if token_id(network.config, "pad_token_id") is None:
        # Causal classifiers need to know which token is padding.
        network.config.pad_token_id = tokenizer.pad_token_id or tokenizer.eos_token_id or 0
    name = Path(path).expanduser().resolve().name if Path(path).expanduser().is_dir() else path
    return LanguageModel(name, network, tokenizer, "classifier", settings.long_text)


def _shifted_accuracy(
    model: LanguageModel,
    corpus: Corpus,
    labelled: np.ndarray,
    settings: ClassifierSettings,
    seed: int,
) -> dict[str, float]:
    """Return the accuracy on the documents held out, written with the shortcut's other strength.

    Nothing for a corpus without a planted shortcut.
    """
    try:
        other = out_of_distribution(corpus)
    except CapabilityError:
        return {}
    rng = generator(seed, "models", "classifier")
    _, held_out = split_documents(len(labelled), settings.held_out, rng)
    rows = labelled[held_out]
    assert corpus.outcome is not None
    said = predict_labels(model, encode_texts(model, [other.texts[int(row)] for row in rows]))
    right = said.argmax(1) == corpus.outcome[rows]
    return {"accuracy_out_of_distribution": float(right.mean())}


MODEL = CausalClassifier()
