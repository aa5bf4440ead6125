"""What a causal model predicts at chosen tokens: the one place that shifts by one.

The token at row r of an encoding is predicted by the position before it in the same document, given
what stands before. Batches pad on the right and every token keeps the number of its place, so that
neither padding nor tokens hidden from attention move anything.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch
from transformers.utils import ModelOutput

from causattn.base import ModelError
from causattn.models.encoding import Batch, Encoding, batches
from causattn.models.model import LanguageModel

MOST_LOGITS = 20_000_000
"""Most logits held at once (80 MB)."""


def next_logits(
    model: LanguageModel,
    encoding: Encoding,
    rows: np.ndarray,
    batch_size: int = 64,
    hidden: np.ndarray | None = None,
) -> Iterator[tuple[np.ndarray, torch.Tensor]]:
    """Yield the logits of the token at each of some rows, given what stands before it.

    Parameters
    ----------
    model
        A causal one.
    encoding
        n documents, t tokens.
    rows
        int64 [r], flat rows of the encoding, each once, none the first token of its document.
    batch_size
        Most documents in a forward pass.
    hidden
        bool [t], tokens that no other token may attend to; None for none.

    Yields
    ------
    places, logits
        int64 [k], which of `rows` these are; float32 [k, vocabulary].

    Raises
    ------
    ModelError
        Where the model is no causal one, is asked for the first token, or cannot have tokens
        hidden without moving others.
    """
    if model.task != "causal":
        raise ModelError(f"Model {model.name} ({model.task}) predicts no next token.")
    document = np.searchsorted(encoding.bounds, rows, side="right") - 1
    position = rows - encoding.bounds[document]
    if (position < 1).any():
        raise ModelError(
            f"Model {model.name} reads from left to right and predicts no first token; ask for a "
            "later one."
        )
    if hidden is not None and not _takes_positions(model):
        raise ModelError(
            f"{type(model.network).__name__} takes no position numbers, so that hiding a token "
            "would move the others; set effects.operation=resample."
        )
    place = np.full(len(encoding.ids), -1)
    place[rows] = np.arange(len(rows))
    # What stands after the last token that is asked for changes nothing.
    length = np.zeros(len(encoding), dtype=np.int64)
    np.maximum.at(length, document, position)
    asked = np.flatnonzero(length)
    short = _cut(encoding, asked, length[asked])
    wanted = np.stack([document, position], axis=1)
    most = max(1, MOST_LOGITS // int(model.network.get_output_embeddings().weight.shape[0]))
    for batch in batches(short, batch_size):
        owners = asked[batch.documents]
        row_of = np.full(len(encoding), -1)
        row_of[owners] = np.arange(len(owners))
        own = np.flatnonzero(row_of[wanted[:, 0]] >= 0)
        inputs = batch.to(model.device).inputs
        if hidden is not None:
            inputs |= _hiding(encoding, owners, batch, hidden, model.device)
        columns = wanted[own, 1] - 1
        for first in range(0, len(own), most):
            part = slice(first, first + most)
            at = row_of[wanted[own[part], 0]], columns[part]
            yield own[part], _logits(model, inputs, *at)


def _takes_positions(model: LanguageModel) -> bool:
    """Return whether the network's forward pass takes ``position_ids``."""
    return "position_ids" in inspect.signature(model.network.forward).parameters


def _hiding(
    encoding: Encoding, owners: np.ndarray, batch: Batch, hidden: np.ndarray, device: torch.device
) -> dict[str, torch.Tensor]:
    """Return a mask that leaves out hidden tokens, and the number of each place."""
    mask = batch.attention_mask.clone()
    for row, document in enumerate(owners):
        own = hidden[encoding.bounds[document] : encoding.bounds[document + 1]][: mask.shape[1]]
        mask[row, : len(own)][torch.from_numpy(own)] = 0
    # A hidden token with nothing before it sees whatever an implementation makes of an empty row;
    # nobody sees that token, so it is the same for all others.
    positions = torch.arange(mask.shape[1]).expand_as(mask)
    return {"attention_mask": mask.to(device), "position_ids": positions.to(device)}


def _cut(encoding: Encoding, documents: np.ndarray, length: np.ndarray) -> Encoding:
    """Return the beginnings of some documents, int64 [k] and their lengths, at least 1."""
    rows = np.concatenate(
        [
            np.arange(encoding.bounds[document], encoding.bounds[document] + size)
            for document, size in zip(documents, length, strict=True)
        ]
        or [np.empty(0, dtype=np.int64)]
    )
    return replace(
        encoding,
        ids=encoding.ids[rows],
        bounds=np.concatenate([[0], np.cumsum(length)]),
        start=encoding.start[rows],
        end=encoding.end[rows],
        special=encoding.special[rows],
        pooled=np.minimum(encoding.pooled[documents], length - 1),
        truncated=np.empty(0, dtype=np.int64),
    )


def _logits(
    model: LanguageModel, inputs: dict[str, torch.Tensor], row: np.ndarray, column: np.ndarray
) -> torch.Tensor:
    """Return the logits at some positions of a batch, float32 [k, vocabulary].

    Only these positions' states are handed to the head, which is most of a small model's work.
    """
    rows, columns = torch.from_numpy(row), torch.from_numpy(column)
    rows, columns = rows.to(model.device), columns.to(model.device)

    kept = []

    def keep_only(module: torch.nn.Module, inputs: object, output: ModelOutput) -> ModelOutput:
        kept.append(True)
        output["last_hidden_state"] = output["last_hidden_state"][rows, columns][:, None]
        return output

    hook = model.network.base_model.register_forward_hook(keep_only)
    try:
        with torch.inference_mode():
            logits: torch.Tensor = model.network(**inputs).logits.float()
    finally:
        hook.remove()
    # Some architectures (OPT) go past their body's front door and give all positions.
    return logits[:, 0] if kept else logits[rows, columns]
