"""A network and a tokenizer of one's own as a `LanguageModel`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transformers import PreTrainedModel, PreTrainedTokenizerFast

from causattn.base import ModelError
from causattn.models.loading import check_fit, class_task
from causattn.models.model import LanguageModel, LongText, Task, token_id

GivenModel = (
    LanguageModel | PreTrainedModel | tuple[PreTrainedModel, PreTrainedTokenizerFast] | str | Path
)
"""What may stand for a model in Python: see `causattn.load_model`."""


def wrap_model(
    network: Any,
    tokenizer: Any,
    *,
    task: Task | None = None,
    name: str | None = None,
    long_text: LongText = "error",
) -> LanguageModel:
    """Return a Hugging Face model and its tokenizer, ready for every function that takes a model.

    The network itself is kept and put into evaluation mode; nothing is copied.

    Parameters
    ----------
    network
        A `transformers.PreTrainedModel`.
    tokenizer
        Its fast tokenizer.
    task
        What it predicts; None reads it off the network's class (``BertForMaskedLM``), where what
        has no known head, or a decoder beside its encoder, is an ``"encoder"``.
    name
        What it is called; by default where it was loaded from, or its class.
    long_text
        What to do with longer documents than it takes: ``"error"`` or ``"truncate"``.

    Raises
    ------
    ModelError
        Where it is no such network, the tokenizer is a slow one, or they do not fit each other.
    """
    if not isinstance(network, PreTrainedModel):
        raise ModelError(
            f"A {type(network).__name__} is no Hugging Face model; give a PreTrainedModel, such as "
            "AutoModelForSequenceClassification.from_pretrained(...)."
        )
    kind = type(network).__name__
    if not isinstance(tokenizer, PreTrainedTokenizerFast):
        given = "no tokenizer" if tokenizer is None else f"a {type(tokenizer).__name__}"
        raise ModelError(
            f"A {kind} came with {given}; give its fast tokenizer: load_model(network, tokenizer)."
        )
    found = task or class_task(kind) or "encoder"
    if network.config.is_encoder_decoder and found != "seq2seq":
        found = "encoder"
    called = name or str(network.config.name_or_path or "").rstrip("/").rpartition("/")[2] or kind
    check_fit(called, network, tokenizer)
    if token_id(network.config, "pad_token_id") is None:
        # Causal classifiers need to know which token is padding.
        network.config.pad_token_id = tokenizer.pad_token_id or tokenizer.eos_token_id or 0
    network.eval()
    about = {"kind": "given", "class": kind}
    return LanguageModel(called, network, tokenizer, found, long_text, about)
