"""The loss of a masked language model on the tokens that were hidden from it."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn.functional import cross_entropy
from transformers import BertForMaskedLM, PreTrainedModel

from causattn.models.encoding import Encoding, take


def hidden_losses(
    network: PreTrainedModel,
    encoding: Encoding,
    documents: np.ndarray,
    hidden: np.ndarray,
    hiding: np.ndarray,
) -> torch.Tensor:
    """Return the loss at each hidden position, in nats, float [h], row by row.

    Of a BERT the vocabulary head, the widest layer, runs on hidden positions only.

    Parameters
    ----------
    network
        In any mode.
    encoding
        The documents in tokens.
    documents
        int64 [b], which of them.
    hidden, hiding
        bool and int64 [b, T]: what is hidden (`Masking.draw`), and by which tokens.
    """
    batch = take(encoding, documents)
    where = torch.from_numpy(hidden)
    inputs = torch.where(where, torch.from_numpy(hiding), batch.input_ids)
    # Without padding no mask is needed, and attention is cheaper.
    mask = None if bool(batch.attention_mask.all()) else batch.attention_mask
    if isinstance(network, BertForMaskedLM):
        states = network.bert(input_ids=inputs, attention_mask=mask).last_hidden_state
        logits = network.cls(states[where])
    else:
        logits = network(input_ids=inputs, attention_mask=mask).logits[where]
    return cross_entropy(logits, batch.input_ids[where], reduction="none")
