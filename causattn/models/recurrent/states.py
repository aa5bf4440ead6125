"""Running an LSTM over padded documents."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

Memory = tuple[torch.Tensor, torch.Tensor]
"""Hidden and cell states, each [layers * directions, B, width]."""


def run_lstm(
    lstm: nn.LSTM,
    inputs: torch.Tensor,
    lengths: torch.Tensor | None = None,
    memory: Memory | None = None,
) -> tuple[torch.Tensor, Memory]:
    """Run an LSTM and return its top layer's states [B, T, width * directions] and its last memory.

    Parameters
    ----------
    lstm
        Batch first.
    inputs
        [B, T, width in].
    lengths
        int64 [B], real steps of each document: these alone are run (packed), so that a backward
        direction starts at the document's end and the last memory is that of its last token; the
        states of the other steps are 0. None runs all steps, which is the same for the real steps
        of a forward direction.
    memory
        To start from; None for zeros.
    """
    # An LSTM has no half precision on a processor: it stays in that of its weights.
    with _differentiable(lstm, inputs), torch.autocast(inputs.device.type, enabled=False):
        inputs = inputs.to(next(lstm.parameters()).dtype)
        memory = None if memory is None else (memory[0].to(inputs), memory[1].to(inputs))
        if lengths is None:
            states, last = lstm(inputs, memory)
            return states, last
        packed = pack_padded_sequence(inputs, lengths.cpu(), batch_first=True, enforce_sorted=False)
        outputs, last = lstm(packed, memory)
        states, _ = pad_packed_sequence(outputs, batch_first=True, total_length=inputs.shape[1])
        return states, last


def lengths_of(attention_mask: torch.Tensor | None) -> torch.Tensor | None:
    """Return each document's tokens, int64 [B]; None where nothing is padded.

    Raises
    ------
    ValueError
        Where padding stands before a token, which a recurrent network would read, or a document
        is empty.
    """
    if attention_mask is None or bool(attention_mask.all()):
        return None
    mask = attention_mask.bool()
    if bool((mask[:, 1:] & ~mask[:, :-1]).any()) or not bool(mask[:, 0].all()):
        raise ValueError(
            "A recurrent network reads padding as text; pad on the right, and leave no document "
            "empty."
        )
    return mask.sum(1)


def _differentiable(lstm: nn.LSTM, inputs: torch.Tensor) -> AbstractContextManager[object]:
    """Return a block in which a network in evaluation mode can be differentiated, cuDNN or not.

    cuDNN keeps nothing for a backward pass outside of training.
    """
    if inputs.is_cuda and torch.is_grad_enabled() and not lstm.training:
        return torch.backends.cudnn.flags(enabled=False)
    return nullcontext()
