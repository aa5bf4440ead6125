"""What a model makes of each token of a text: its last hidden states."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from causattn.models.encoding import Batch, Encoding, batches
from causattn.models.model import LanguageModel


def last_states(
    model: LanguageModel, encoding: Encoding, batch_size: int = 32
) -> Iterator[tuple[Batch, torch.Tensor]]:
    """Yield all documents once, batch by batch, with the last hidden state of each token.

    Parameters
    ----------
    model
        Any model; of an encoder-decoder its encoder is read.
    encoding
        The documents.
    batch_size
        Most documents in a forward pass.

    Yields
    ------
    Batch, Tensor
        The documents, and float64 [b, T, width] on the processor.
    """
    network = model.network
    body = network.get_encoder() if network.config.is_encoder_decoder else network.base_model
    for batch in batches(encoding, batch_size):
        with torch.inference_mode():
            yield batch, body(**batch.to(model.device).inputs)[0].cpu().double()
