"""What a model says of documents: label probabilities, and the probability of tokens in a slot."""

from __future__ import annotations

import numpy as np
import torch
from transformers.utils import ModelOutput

from causattn.base import ModelError
from causattn.models.encoding import Batch, Encoding, batches
from causattn.models.model import LanguageModel


def predict_labels(model: LanguageModel, encoding: Encoding, batch_size: int = 64) -> np.ndarray:
    """Return what a classifier says of each document.

    Returns
    -------
    ndarray
        float64 [n, classes], probabilities; float64 [n, 1], the value itself, for a regression.

    Raises
    ------
    ModelError
        Where the model is no classifier.
    """
    if model.task != "classifier":
        raise ModelError(
            f"Model {model.name} predicts no labels; train a classifier on it "
            "(model.train_classifier=true) or choose another model."
        )
    regression = model.network.config.num_labels == 1
    rows: np.ndarray | None = None
    with torch.inference_mode():
        for batch in batches(encoding, batch_size):
            logits = model.network(**batch.to(model.device).inputs).logits.cpu().double()
            found = (logits if regression else logits.softmax(-1)).numpy()
            if rows is None:
                rows = np.empty((len(encoding), found.shape[1]))
            rows[batch.documents] = found
    assert rows is not None
    return rows


def predict_tokens(
    model: LanguageModel,
    encoding: Encoding,
    position: np.ndarray,
    tokens: np.ndarray,
    batch_size: int = 64,
) -> np.ndarray:
    """Return the log-probability of some tokens at one position of each document.

    Parameters
    ----------
    model
        A masked language model: the probability of standing at `position`, which the caller has
        hidden (`Encoding.replaced`). A causal one: of standing there, given what stands before.
    encoding
        n documents.
    position
        int64 [n], a position in each document.
    tokens
        int64 [k], or [n, k] where they differ between documents.

    Returns
    -------
    ndarray
        float64 [n, k], natural logarithms over the whole vocabulary; ``softmax`` over the row
        gives the distribution among the k tokens.

    Raises
    ------
    ModelError
        Where the model predicts no tokens, or a causal one is asked for the first.
    """
    if model.task not in ("masked", "causal"):
        raise ModelError(f"Model {model.name} predicts no tokens; take a language model.")
    read = np.asarray(position) - (model.task == "causal")
    if (read < 0).any():
        raise ModelError(
            f"Model {model.name} reads from left to right and predicts no first token; ask for a "
            "later one."
        )
    wanted = np.broadcast_to(tokens, (len(encoding), np.shape(tokens)[-1]))
    rows = np.empty(wanted.shape)
    with torch.inference_mode():
        for batch in batches(encoding, batch_size):
            logits = _logits_at(model, batch.to(model.device), read[batch.documents])
            probability = logits.cpu().double().log_softmax(-1)
            chosen = torch.from_numpy(wanted[batch.documents])
            rows[batch.documents] = probability.gather(1, chosen).numpy()
    return rows


def _logits_at(model: LanguageModel, batch: Batch, position: np.ndarray) -> torch.Tensor:
    """Return the vocabulary's logits at one position a document, [b, vocabulary].

    The head over a large vocabulary costs as much as half the body and takes most of the memory.
    It reads each position by itself, so only the states asked for are handed to it.
    """
    rows = torch.arange(len(position), device=model.device)
    columns = torch.from_numpy(position).to(model.device)

    def keep_only(module: torch.nn.Module, inputs: object, output: ModelOutput) -> ModelOutput:
        output["last_hidden_state"] = output["last_hidden_state"][rows, columns][:, None]
        return output

    hook = model.network.base_model.register_forward_hook(keep_only)
    try:
        logits = model.network(**batch.inputs).logits
    finally:
        hook.remove()
    # Some architectures (OPT) go past their body's front door and give all positions.
    return logits[:, 0] if logits.shape[1] == 1 else logits[rows, columns]
