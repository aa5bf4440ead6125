"""A recurrent model's training, from its first weights to what is said about it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace

from causattn.corpora import Corpus
from causattn.models.encoding import Encoding, encode_texts
from causattn.models.model import LanguageModel
from causattn.models.recurrent.place import training_place
from causattn.models.recurrent.settings import RecurrentSettings
from causattn.models.recurrent.training import Objective, train_recurrent


def trained(
    model: LanguageModel,
    settings: RecurrentSettings,
    corpus: Corpus,
    seed: int,
    what: str,
    predicting: Callable[[Encoding], Objective],
) -> LanguageModel:
    """Train a model with its first weights on a corpus; return it with what came of it in `about`.

    Parameters
    ----------
    model
        Its network is trained in place; its name is the kind.
    settings, corpus, seed
        How, on what, and the run's seed.
    what
        The model in words, for the progress bar.
    predicting
        What is predicted of the encoded documents.

    Raises
    ------
    DataError
        Where a document is longer than `settings.longest`, or none has a token to predict.
    ModelError
        Where training diverges.
    ArtefactError
        Where a checkpoint is damaged or another training's.
    """
    encoding = encode_texts(model, corpus.texts)
    place = training_place(settings, corpus, seed, model.name)
    with nullcontext() if place is None else place.held():
        found = train_recurrent(
            model.network,
            predicting(encoding),
            settings.training,
            seed,
            model.name,
            f"training {what} on {corpus.name}",
            place,
        )
    about = {
        "kind": model.name,
        "corpus": corpus.name,
        **settings.result(),
        "seed": seed,
        "parameters": model.network.num_parameters(),
        "tokens": len(model.tokenizer),
        "documents_truncated": len(encoding.truncated),
        **found,
    }
    return replace(model, about=about)
