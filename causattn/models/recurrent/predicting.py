"""What networks learn to predict by epochs: the next token, or a text that they read."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn.functional import cross_entropy
from transformers import PreTrainedModel

from causattn.models.encoding import Batch, Encoding, take
from causattn.models.recurrent.seq2seq import LSTMForConditionalGeneration
from causattn.models.recurrent.training import Predictions


class NextToken:
    """Each token of a document from those before it.

    Parameters
    ----------
    network
        The language model.
    encoding
        The documents.
    """

    def __init__(self, network: PreTrainedModel, encoding: Encoding) -> None:
        self._network, self._encoding = network, encoding
        self.lengths = encoding.lengths

    def predict(self, documents: np.ndarray, rng: np.random.Generator) -> Predictions:
        """Predict every token but the first of some documents; nothing is drawn."""
        batch = take(self._encoding, documents)
        states = self._network.base_model(**batch.inputs)[0]
        real = batch.attention_mask[:, 1:].bool()
        tokens = batch.input_ids[:, 1:][real]
        # The head, the widest layer, runs on what is predicted only.
        head = self._network.get_output_embeddings()
        nats = cross_entropy(head(states[:, :-1][real]), tokens, reduction="none")
        return Predictions(nats, tokens, torch.ones_like(tokens, dtype=torch.bool))


class Reconstruction:
    """Each token of a target document, from a source document and the target's tokens before it.

    Parameters
    ----------
    network
        The encoder-decoder.
    source, target
        n documents each; the same ones where a text is to be written again.
    noise
        How often a token of the source's text is hidden.
    hiding
        The token that hides it.
    """

    def __init__(
        self,
        network: LSTMForConditionalGeneration,
        source: Encoding,
        target: Encoding,
        noise: float,
        hiding: int,
    ) -> None:
        self._network, self._source, self._target = network, source, target
        self._noise, self._hiding = noise, hiding
        self.lengths = source.lengths

    def predict(self, documents: np.ndarray, rng: np.random.Generator) -> Predictions:
        """Predict every target token of some documents; `rng` draws what is hidden in the source.

        A mark that every document begins with is learned and not counted: it is always there.
        """
        read, written = take(self._source, documents), take(self._target, documents)
        states = self._network.model(
            input_ids=self._noisy(read, rng),
            attention_mask=read.attention_mask,
            decoder_input_ids=late(written.input_ids, self._network),
        )[0]
        real = written.attention_mask.bool()
        tokens = written.input_ids[real]
        nats = cross_entropy(self._network.head(states[real]), tokens, reduction="none")
        counted = real.clone()
        counted[:, 0] &= written.content[:, 0]
        return Predictions(nats, tokens, counted[real])

    def _noisy(self, batch: Batch, rng: np.random.Generator) -> torch.Tensor:
        """Return the source's tokens, some of them hidden."""
        if not self._noise:
            return batch.input_ids
        drawn = torch.from_numpy(rng.random(tuple(batch.input_ids.shape)) < self._noise)
        return batch.input_ids.masked_fill(drawn & batch.content, self._hiding)


def late(ids: torch.Tensor, network: LSTMForConditionalGeneration) -> torch.Tensor:
    """Return what a decoder reads to write `ids`: its start token, and each token one step late."""
    start = torch.full_like(ids[:, :1], network.config.decoder_start_token_id or 0)
    return torch.cat([start, ids[:, :-1]], dim=1)
