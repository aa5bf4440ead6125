"""Models of kind ``hf``: any Hugging Face model, from a folder or the hub."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import torch

from causattn.base import ConfigError, ModelError, integer_seed
from causattn.corpora import Corpus
from causattn.models.classifier import label_settings, train_classifier
from causattn.models.contract import ModelKind
from causattn.models.loading import (
    check_fit,
    checkpoint_files,
    read_config,
    read_network,
    read_tokenizer,
    task_of,
)
from causattn.models.model import LanguageModel, LongText, Task, token_id
from causattn.models.pretrained_mlm import EncoderSettings, check_missing, train_encoder
from causattn.models.seeded import seeded_torch


@dataclass(frozen=True, kw_only=True)
class HFSettings(EncoderSettings):
    """Which model, how to read it, and a classifier to train on it.

    Parameters
    ----------
    path
        A folder that save_pretrained wrote, or a name on the hub.
    task
        ``"masked"``, ``"causal"``, ``"classifier"`` or ``"encoder"``; ``"auto"`` takes what the
        checkpoint was saved as. An encoder with a decoder is ``"encoder"``: which of its attentions
        is summed says ``attention.stack``.
    revision
        The hub's branch, tag or commit; None is its newest.
    dtype
        Number format: ``"float32"`` (attention is summed over many documents), ``"float16"``,
        ``"bfloat16"``, or ``"auto"`` for the checkpoint's own.
    device
        ``"cpu"``, ``"cuda"`` or ``"mps"``.
    train_classifier
        Put a new classifier on the model and train it on the corpus's labels, by the options below
        it.
    long_text
        Documents longer than the model takes: ``"error"`` refuses, ``"truncate"`` reads their
        beginning.
    """

    path: str
    task: Literal["auto", "masked", "causal", "classifier", "encoder"] = "auto"
    revision: str | None = None
    dtype: Literal["float32", "float16", "bfloat16", "auto"] = "float32"
    device: Literal["cpu", "cuda", "mps"] = "cpu"
    train_classifier: bool = False
    long_text: LongText = "error"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.train_mlm and (self.train_classifier or self.task not in ("auto", "masked")):
            raise ConfigError(
                "model.train_mlm=true trains a masked language model, and neither a classifier nor "
                "another model.task; leave model.train_classifier and model.task out."
            )
        if self.train_mlm and self.dtype in ("float16", "bfloat16"):
            raise ConfigError(f"No model is trained in {self.dtype}; set model.dtype=float32.")
        if self.train_classifier and self.task not in ("auto", "classifier"):
            raise ConfigError(
                f"model.task={self.task} and model.train_classifier=true exclude each other; leave "
                "model.task at auto."
            )
        if self.train_classifier and self.dtype in ("float16", "bfloat16"):
            raise ConfigError(
                f"A classifier is not trained in {self.dtype}; set model.dtype=float32."
            )
        present = {
            "cpu": True,
            "cuda": torch.cuda.is_available(),
            "mps": torch.backends.mps.is_available(),
        }
        if not present[self.device]:
            raise ConfigError(
                f"model.device={self.device}, but torch sees no such device here; use "
                "model.device=cpu."
            )


class HuggingFaceModel(ModelKind):
    """Any Hugging Face model: a folder that save_pretrained wrote, or a name on the hub."""

    name = "hf"
    settings = HFSettings

    def needs_corpus(self, settings: HFSettings) -> bool:
        """Return whether anything is trained."""
        return settings.train_classifier or settings.train_mlm

    def known_task(self, settings: HFSettings) -> Task | None:
        """Return the task that is named; a checkpoint's own is not known before it is read."""
        if settings.train_classifier or settings.train_mlm:
            return "masked" if settings.train_mlm else "classifier"
        return None if settings.task == "auto" else settings.task

    def files(self, settings: HFSettings) -> list[Path]:
        """Return the checkpoint's files, where it is a folder."""
        return checkpoint_files(settings.path)

    def load(self, settings: HFSettings, corpus: Corpus, seed: int) -> LanguageModel:
        """Read a model, and train a classifier on it where the settings ask for one.

        Raises
        ------
        ModelError
            Where the model cannot be read, has no fast tokenizer, or lacks the weights of its task.
        DataError
            Where there are no labels to train on.
        """
        path = settings.path
        config = read_config(path, settings.revision)
        task: Task = task_of(config) if settings.task == "auto" else settings.task
        if config.is_encoder_decoder:
            trained = settings.train_classifier or settings.train_mlm
            if trained or settings.task not in ("auto", "encoder"):
                raise ModelError(
                    f"Model {path} is an encoder with a decoder ({config.model_type}), whose "
                    "attention can be summed and whose predictions are not used here; set "
                    "model.task=encoder and train nothing, or take an encoder or a decoder alone."
                )
            task = "encoder"
        changes: dict[str, Any] = {}
        if settings.train_classifier:
            task = "classifier"
            changes = {**label_settings(corpus, path), "ignore_mismatched_sizes": True}
        elif settings.train_mlm:
            task = "masked"
        with seeded_torch(integer_seed(seed, "models", "hf", "head")):
            network, missing = read_network(
                path, task, settings.dtype, settings.revision, **changes
            )
        tokenizer = read_tokenizer(path, settings.revision)
        check_fit(path, network, tokenizer)
        if settings.train_mlm:
            check_missing(path, missing)
        elif not settings.train_classifier:
            _check_complete(path, task, missing)
        if token_id(network.config, "pad_token_id") is None:
            # Causal classifiers need to know which token is padding.
            network.config.pad_token_id = tokenizer.pad_token_id or tokenizer.eos_token_id or 0
        network.to(settings.device)  # type: ignore[arg-type]
        name = Path(path).expanduser().resolve().name if Path(path).expanduser().is_dir() else path
        model = LanguageModel(name, network, tokenizer, task, settings.long_text)
        about = {"kind": "hf", **asdict(settings), "task": task, "seed": seed}
        about |= {"commit": getattr(config, "_commit_hash", None), "weights_missing": missing}
        if settings.train_classifier:
            about |= {"corpus": corpus.name, **train_classifier(model, corpus, settings, seed)}
        elif settings.train_mlm:
            about |= {"corpus": corpus.name, **train_encoder(model, corpus, settings, seed)}
        return LanguageModel(name, network, tokenizer, task, settings.long_text, about)


def _check_complete(path: str, task: Task, missing: list[str]) -> None:
    """Refuse a checkpoint that lacks weights of the task, which would be random numbers.

    A pooler that nothing reads may be missing.
    """
    needed = [key for key in missing if task == "classifier" or "pooler" not in key]
    if not needed:
        return
    mend = (
        "set model.train_classifier=true to train it on the corpus's labels"
        if task == "classifier"
        else "choose another model.task, or a whole checkpoint"
    )
    raise ModelError(
        f"The checkpoint {path} lacks {len(needed)} weights that task {task} needs, such as "
        f"{needed[0]}; {mend}."
    )


MODEL = HuggingFaceModel()
