"""Which kind of model a configuration asks for, and the untrained control of any."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import torch

from causattn.base import DataError, choose, file_sha256, integer_seed, settings_from
from causattn.corpora import Corpus
from causattn.models.causal_classifier import CausalClassifierSettings, causal_classifier
from causattn.models.hf import HFSettings, hf_model
from causattn.models.minilm import MiniLMSettings, minilm
from causattn.models.model import LanguageModel, Task
from causattn.models.recurrent import (
    LSTMLanguageModelSettings,
    LSTMSeq2SeqSettings,
    lstm_lm,
    lstm_seq2seq,
)
from causattn.models.seeded import seeded_torch
from causattn.models.tiny_classifier import TinyClassifierSettings, tiny_classifier
from causattn.models.tiny_mlm import TinyMLMSettings, tiny_mlm

KINDS: dict[str, tuple[type, Callable[[Any, Corpus, int], LanguageModel]]] = {
    "tiny_mlm": (TinyMLMSettings, tiny_mlm),
    "hf": (HFSettings, hf_model),
    "minilm": (MiniLMSettings, minilm),
    "causal_classifier": (CausalClassifierSettings, causal_classifier),
    "tiny_classifier": (TinyClassifierSettings, tiny_classifier),
    "lstm_lm": (LSTMLanguageModelSettings, lstm_lm),
    "lstm_seq2seq": (LSTMSeq2SeqSettings, lstm_seq2seq),
}

_TASKS: dict[str, Task] = {
    "tiny_mlm": "masked",
    "causal_classifier": "classifier",
    "tiny_classifier": "classifier",
    "lstm_lm": "causal",
    "lstm_seq2seq": "seq2seq",
}
"""Tasks of the kinds that have but one."""

_NOT_IN_THE_RESULT = ("checkpoints",)
"""Settings that change no bit of the model."""


def load_model(settings: Mapping[str, Any], corpus: Corpus | None, seed: int) -> LanguageModel:
    """Return the model that a configuration describes, trained on the corpus where it says so.

    Parameters
    ----------
    settings
        The group ``model`` of the configuration: ``kind`` and the settings of that kind.
    corpus
        What to train on; None for a model that is not trained here.
    seed
        The run's seed.

    Raises
    ------
    ConfigError
        For an unknown kind or setting.
    ModelError
        Where the model is missing, damaged or not of a kind that can be used.
    DataError
        Where the corpus cannot be trained on, or there is none and one is needed.
    """
    trained = settings.get("kind") not in ("hf", "minilm") or settings.get("train_classifier")
    if corpus is None and trained:
        raise DataError(f"model={settings.get('kind')} is trained on a corpus; give it one.")
    _, load = choose(str(settings.get("kind")), KINDS, "model.kind")
    return load(model_settings(settings), cast(Corpus, corpus), seed)


def model_settings(settings: Mapping[str, Any]) -> Any:
    """Return the settings of the group `model`, checked.

    Raises
    ------
    ConfigError
        For an unknown kind or setting.
    """
    kind, _ = choose(str(settings.get("kind")), KINDS, "model.kind")
    own = {key: value for key, value in settings.items() if key != "kind"}
    return settings_from(kind, own, "model")


def known_task(settings: Mapping[str, Any]) -> Task | None:
    """Return what a model will predict; None where only its checkpoint can tell."""
    kind = str(settings.get("kind"))
    if kind in _TASKS:
        return _TASKS[kind]
    if settings.get("train_classifier"):
        return "classifier"
    if kind == "minilm":
        return "encoder"
    named = settings.get("task", "auto")
    return None if named == "auto" else named


def result_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that a model depends on, without those that change no bit of it."""
    return {key: value for key, value in settings.items() if key not in _NOT_IN_THE_RESULT}


def source_checksum(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the SHA-256 of every local file that a model is made from, by name.

    What is trained or found here depends on these beside the settings: a checkpoint's files, and
    the graph that a causal term is held against. Empty for a model made here, for one whose
    checksum is part of its kind, and for a name on the hub (there ``model.revision`` says which
    weights are meant).
    """
    folder = Path(str(settings.get("path") or "")).expanduser()
    files = [Path(str(settings.get("causal_graph") or "")).expanduser()]
    if settings.get("kind") in ("hf", "causal_classifier") and settings.get("path"):
        endings = (".json", ".safetensors", ".txt", ".model")
        if folder.is_dir():
            files += sorted(path for path in folder.iterdir() if path.suffix in endings)
    return {path.name: file_sha256(path) for path in files if path.is_file()}


def untrained_copy(model: LanguageModel, seed: int) -> LanguageModel:
    """Return a model of the same architecture and tokenizer with fresh random weights.

    A control: what its attention shows comes from architecture and texts, not from learning.

    Parameters
    ----------
    model
        Stays as it is.
    seed
        The run's seed; the weights have a stream of their own.
    """
    weight = next(model.network.parameters())
    with seeded_torch(integer_seed(seed, "models", "untrained")), torch.no_grad():
        fresh = type(model.network)(copy.deepcopy(model.network.config))
    network = fresh.to(device=weight.device, dtype=weight.dtype).eval()  # type: ignore[call-arg]
    about = {"kind": "untrained", "of": model.name, "seed": seed}
    return LanguageModel(
        f"untrained {model.name}", network, model.tokenizer, model.task, model.long_text, about
    )
