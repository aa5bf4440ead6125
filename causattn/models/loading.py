"""Reading a model folder or hub name, with each way it can fail said in one sentence."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    AutoModelForSeq2SeqLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)
from transformers.utils import logging

from causattn.base import CausattnError, ModelError
from causattn.models.model import Task

AUTO: dict[Task, Any] = {
    "masked": AutoModelForMaskedLM,
    "causal": AutoModelForCausalLM,
    "classifier": AutoModelForSequenceClassification,
    "seq2seq": AutoModelForSeq2SeqLM,
    "encoder": AutoModel,
}
_MANY_LAYERS = 200
_ENDINGS: dict[str, Task] = {
    "ForMaskedLM": "masked",
    "ForPreTraining": "masked",
    "ForCausalLM": "causal",
    "LMHeadModel": "causal",
    "ForSequenceClassification": "classifier",
}


@contextmanager
def hushed() -> Iterator[None]:
    """Keep transformers' own log lines and bars away from causattn's."""
    level, bar = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bar:
            logging.enable_progress_bar()


def read_config(name: str, revision: str | None = None) -> PreTrainedConfig:
    """Return the configuration of a model folder or hub name.

    Raises
    ------
    ModelError
        Where there is no such model, or it needs its own code.
    """
    folder = Path(name).expanduser()
    looks_local = name.startswith((".", "/", "~")) or name.count("/") > 1 or folder.exists()
    if looks_local and not folder.is_dir():
        raise ModelError(f"There is no model folder {name}; check model.path.")
    if looks_local and (folder / "adapter_config.json").is_file():
        raise ModelError(
            f"The folder {name} holds an adapter and not a model; merge it into its model with "
            "PEFT (merge_and_unload, save_pretrained) and give that folder."
        )
    if looks_local and not (folder / "config.json").is_file():
        raise ModelError(
            f"The folder {name} has no config.json; give a folder that save_pretrained wrote."
        )
    _know_own(folder)
    if not looks_local:
        from causattn.models.hub import ask_hub

        ask_hub(name, revision)
    with _explained(name), hushed():
        return AutoConfig.from_pretrained(
            str(folder) if looks_local else name, revision=revision, trust_remote_code=False
        )


def task_of(config: PreTrainedConfig) -> Task:
    """Return what a checkpoint predicts, by the architecture that it names."""
    known = map(class_task, getattr(config, "architectures", None) or ())
    return next((task for task in known if task is not None), "encoder")


def class_task(name: str) -> Task | None:
    """Return what a class such as ``BertForMaskedLM`` predicts; None where not known."""
    return next((task for ending, task in _ENDINGS.items() if name.endswith(ending)), None)


def read_tokenizer(name: str, revision: str | None = None) -> PreTrainedTokenizerFast:
    """Return the fast tokenizer of a model folder or hub name.

    Raises
    ------
    ModelError
        Where there is none, or only a slow one.
    """
    with _explained(name, "tokenizer"), hushed():
        tokenizer = AutoTokenizer.from_pretrained(
            str(Path(name).expanduser()) if Path(name).expanduser().is_dir() else name,
            revision=revision,
            trust_remote_code=False,
        )
    if not isinstance(tokenizer, PreTrainedTokenizerFast):
        raise ModelError(
            f"Model {name} has no fast tokenizer, which is needed to find words in tokens; convert "
            "it to a tokenizer.json."
        )
    # Where its files are missing, transformers makes an architecture's tokenizer without words.
    if not set(tokenizer.get_vocab()) - set(tokenizer.all_special_tokens):
        raise ModelError(
            f"Model {name} has no tokenizer files; save its tokenizer beside it, as "
            "tokenizer.save_pretrained does."
        )
    return tokenizer


def _know_own(folder: Path) -> None:
    """Make causattn's own networks known to transformers where a folder holds one."""
    config = folder / "config.json"
    text = config.read_text(encoding="utf-8") if config.is_file() else ""
    if '"causattn_lstm_' in text:
        import causattn.models.recurrent.registering
    if '"causattn_program' in text:
        import causattn.models.programs.registering  # noqa: F401


def read_network(
    name: str, task: Task, dtype: str, revision: str | None = None, **settings: Any
) -> tuple[PreTrainedModel, list[str]]:
    """Return a network in evaluation mode and the names of weights that the checkpoint lacks.

    Only safetensors are read, and no code that comes with a checkpoint is run.

    Parameters
    ----------
    name
        A folder or hub name.
    task
        Chooses the head.
    dtype
        Number format of the weights, such as ``"float32"``; ``"auto"`` keeps the checkpoint's.
    revision
        The hub's branch or commit.
    settings
        Changes to the model's own configuration, such as ``num_labels``.

    Raises
    ------
    ModelError
        Where the weights are missing, damaged, not safetensors, or hold NaN.
    """
    folder = Path(name).expanduser()
    config = read_config(name, revision)
    kind = _class_for(name, config, task)
    with _explained(name, "weights"), hushed():
        _check_layers(name, config, folder)
        network, loading = kind.from_pretrained(
            str(folder) if folder.is_dir() else name,
            revision=revision,
            dtype=dtype if dtype == "auto" else getattr(torch, dtype),
            trust_remote_code=False,
            use_safetensors=True,
            output_loading_info=True,
            **settings,
        )
    for key, weight in network.named_parameters():
        if not torch.isfinite(weight).all():
            raise ModelError(
                f"Weight {key} of model {name} holds NaN or infinity; the checkpoint is damaged or "
                "its training diverged, take another."
            )
    network.eval()
    return network, sorted(loading["missing_keys"])


def _check_layers(name: str, config: PreTrainedConfig, folder: Path) -> None:
    """Refuse a configuration of more layers than there are weights: each would be made first."""
    files = sorted(folder.glob("*.safetensors"))
    layers = getattr(config, "num_hidden_layers", None)
    if not files or not isinstance(layers, int) or layers <= _MANY_LAYERS:
        return
    weights = 0
    for file in files:
        with safe_open(file, framework="pt") as opened:
            weights += len(opened.keys())
    if layers > weights:
        raise ModelError(
            f"The config.json of model {name} asks for {layers:,} layers, and its folder holds "
            f"{weights} weights; take both from the same checkpoint."
        )


def _class_for(name: str, config: PreTrainedConfig, task: Task) -> Any:
    """Return the class that reads a checkpoint of a family for a task.

    Two models put together (bert2bert) have one with its head alone.

    Raises
    ------
    ModelError
        Where transformers has no such head for the family, as for those that see pictures.
    """
    kinds = (AUTO["encoder"], AUTO["seq2seq"]) if task == "encoder" else (AUTO[task],)
    for kind in kinds:
        if type(config) in kind._model_mapping:
            return kind
    own = "" if task == "encoder" else "use model.task=encoder, which reads its attention, or "
    raise ModelError(
        f"Model {name} is of the type {config.model_type}, which transformers has no "
        f"{AUTO[task].__name__.removeprefix('Auto')} of; {own}take another model."
    )


def check_fit(name: str, network: PreTrainedModel, tokenizer: PreTrainedTokenizerFast) -> None:
    """Refuse a tokenizer that gives ids for which the model has no embedding.

    Raises
    ------
    ModelError
        Naming both sizes.
    """
    highest = max(tokenizer.get_vocab().values(), default=0)
    try:
        rows = len(network.get_input_embeddings().weight)  # type: ignore[arg-type]
    except NotImplementedError:
        return  # characters (CANINE), or a picture's and a text's side by side (CLIP)
    if highest >= rows:
        raise ModelError(
            f"The tokenizer of model {name} gives ids up to {highest}, but the model has only "
            f"{rows} embeddings; take the tokenizer that belongs to the model."
        )


@contextmanager
def _explained(name: str, what: str = "configuration") -> Iterator[None]:
    """Turn what transformers raises into one sentence."""
    try:
        yield
    except CausattnError:
        raise
    except Exception as error:  # a hostile or half-written folder fails wherever it is looked at
        text = str(error)
        if "trust_remote_code" in text:
            reason = "it needs code of its own, which causattn never runs; take another model"
        elif "FlashAttention" in text:
            reason = (
                "its configuration asks for flash attention, which is not installed; set "
                'attn_implementation to "sdpa" in its config.json'
            )
        elif "quantiz" in text.lower() and isinstance(error, ImportError):
            reason = (
                f"they are quantised ({_first_sentence(text)}); take the same model in float32 or "
                "bfloat16, or install what it asks for"
            )
        elif "ignore_mismatched_sizes" in text:
            reason = (
                "its config.json does not fit the sizes of its weights; take both from the same "
                "checkpoint"
            )
        elif what == "tokenizer" and _only_pieces(Path(name).expanduser()):
            reason = (
                "the folder has a SentencePiece file alone; convert it to a tokenizer.json (with "
                "the package sentencepiece installed, AutoTokenizer reads it and save_pretrained "
                "writes one)"
            )
        elif Path(name).expanduser().is_dir():
            needed = {
                "configuration": "config.json",
                "tokenizer": "tokenizer.json",
                "weights": "model.safetensors",
            }[what]
            reason = (
                f"{type(error).__name__}: {_first_sentence(text)}; the folder needs a sound "
                f"{needed}, as save_pretrained writes it"
            )
        elif os.environ.get("HF_HUB_OFFLINE", "").lower() in ("1", "true", "yes", "on"):
            reason = (
                "it is no folder, and not among the models kept from the hub while HF_HUB_OFFLINE "
                "is set; give a folder, or unset it once to fetch the model"
            )
        else:
            reason = (
                "it is no folder, and the hub did not give it; check the name, model.revision and "
                "the connection, and that it holds safetensors"
            )
        raise ModelError(
            f"The {what} of model {name} cannot be read: {reason}; more: causattn explain "
            "errors.model-not-found."
        ) from error


def _only_pieces(folder: Path) -> bool:
    """Return whether a folder's tokenizer is a SentencePiece file and nothing else."""
    return any(folder.glob("*.model")) and not (folder / "tokenizer.json").is_file()


def _first_sentence(text: str) -> str:
    """Return the beginning of a library's message, for one line."""
    line = " ".join(text.split())
    return line.split(". ")[0][:200].rstrip(".")


def checkpoint_files(path: str) -> list[Path]:
    """Return the files that a checkpoint's folder is made of; none for a name on the hub."""
    folder = Path(path).expanduser()
    endings = (".json", ".safetensors", ".txt", ".model")
    if not folder.is_dir():
        return []
    return sorted(file for file in folder.iterdir() if file.suffix in endings)
