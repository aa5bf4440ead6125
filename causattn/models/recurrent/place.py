"""Where a training's checkpoints lie, by all that its bits depend on."""

from __future__ import annotations

from pathlib import Path

import torch

from causattn.base import ConfigError, content_key
from causattn.corpora import Corpus
from causattn.models.recurrent.checkpoint import Place
from causattn.models.recurrent.settings import RecurrentSettings

_ONLY_THE_END = ("epochs", "patience")
"""Settings that say when training ends and not how it goes: with others it goes on."""


def training_place(
    settings: RecurrentSettings, corpus: Corpus, seed: int, kind: str
) -> Place | None:
    """Return where a training's checkpoints lie; None where none are kept.

    Raises
    ------
    ConfigError
        Where the folder cannot be made.
    """
    if settings.checkpoints is None:
        return None
    known = settings.result()
    for name in _ONLY_THE_END:
        del known[name]
    parts = {
        "kind": kind,
        "settings": known,
        "threads": settings.threads or torch.get_num_threads(),
        "seed": seed,
        "mentions": len(corpus.mentions),
        "torch": torch.__version__,
    }
    texts = list(corpus.texts)
    marks = [corpus.value_texts, corpus.mask_texts]
    key = content_key({**parts, "texts": texts, "marks": marks})
    parts_of = {
        **parts,
        "corpus": corpus.name,
        "documents": len(texts),
        "texts": content_key(texts),
    }
    place = Path(settings.checkpoints).expanduser() / kind / key
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"model.checkpoints={settings.checkpoints} cannot be written ({error.strerror}); name "
            "another folder, or null."
        ) from None
    return Place(place, key, parts_of)
