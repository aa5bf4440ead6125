"""The attention of one document, whole: every layer and head, to be looked at.

Where `causattn.attention.summarise_attention` keeps sums over a corpus, this keeps the maps of a
single document, and where asked for the query and key vectors that made them: the raw score of a
head is ``scaling * query[q] . key[k]``, plus what the model adds (masks, position biases).
Rollout and flow are those of Abnar and Zuidema (2020), "Quantifying attention flow in
transformers", section 3, from every token to every token.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch

from causattn.attention.capture.layer import AttentionLayer, Probe, Stack, Vectors
from causattn.attention.capture.stream import capture_attention
from causattn.attention.measures.flow import attention_flow
from causattn.attention.settings import default_stack
from causattn.base import CapabilityError, Shown
from causattn.models import LanguageModel, encode_texts, take

_HIDDEN = -6e4
"""Below this a score is a mask's: families add or fill in -65504, -1e30 or the lowest float."""


@dataclass(frozen=True, repr=False)
class DocumentAttention(Shown):
    """What one document's tokens pay each other.

    Parameters
    ----------
    text
        The document.
    tokens
        The T tokens attended to: the characters that each covers, or its name where it covers
        none.
    attending
        The tokens that attend; others than `tokens` only in a decoder, which reads one position
        late.
    start, end
        int32 [T], the characters that each token covers, end excluded; equal where none.
    special
        bool [T], tokens that are no part of the text.
    layers
        Names of the attention modules, L of them.
    weights
        float32 [L, H, T, T], attention paid **from row (query) to column (key)**; rows sum to 1.
    query, key
        float32 [L, H, T, d], the vectors behind the weights, as the model multiplies them
        (DeBERTa's keys are scaled before that); None where not asked for.
    scaling
        float64 [L], what a product of query and key is multiplied by.
    rest
        float32 [L, H, T, T], what the model adds to that before the softmax, such as relative
        positions; minus infinity where a mask hides the key. DeBERTa's queries and keys are those
        of the content: its terms with positions are here.
    stack
        Which attention of the model.
    """

    text: str
    tokens: tuple[str, ...]
    attending: tuple[str, ...]
    start: np.ndarray
    end: np.ndarray
    special: np.ndarray
    layers: tuple[str, ...]
    weights: np.ndarray
    query: np.ndarray | None = None
    key: np.ndarray | None = None
    scaling: np.ndarray | None = None
    rest: np.ndarray | None = None
    stack: Stack = "self"

    def rollout(self) -> np.ndarray:
        """Return attention rollout over all layers, float64 [T, T], from row to column."""
        product = np.eye(len(self.tokens))
        for capacity in self._capacities():
            product = capacity @ product
        return product

    def flow(self, tops: Sequence[int] | None = None) -> np.ndarray:
        """Return the maximum flow from tokens at the top to each at the bottom, from row to column.

        It takes one search a pair of tokens: seconds at 30 tokens, minutes at 100.

        Parameters
        ----------
        tops
            The tokens at the top, None for all.

        Returns
        -------
        ndarray
            float64 [tops, T].
        """
        capacities = self._capacities()
        length = len(self.tokens)
        rows = range(length) if tops is None else tops
        flows = np.zeros((len(rows), length))
        for row, top in enumerate(rows):
            for bottom in range(length):
                flows[row, bottom] = attention_flow(capacities, top, np.array([bottom]))
        return flows

    def statistics(self) -> dict[str, np.ndarray]:
        """Return each head's entropy (nats), sink and mean distance, float64 [L, H].

        They are means over the text's tokens, defined as in `causattn.attention.HeadStatistics`.
        """
        rows = self.weights[:, :, ~self.special].astype(float)
        places = np.arange(len(self.tokens))
        apart = np.abs(places[:, None] - places[None])[~self.special]
        logs = np.log(rows, out=np.zeros_like(rows), where=rows > 0)
        return {
            "entropy": -(rows * logs).sum(-1).mean(-1),
            "concentration": rows.max(-1).mean(-1),
            "sink": rows[..., self.special].sum(-1).mean(-1),
            "mean_distance": (rows * apart).sum(-1).mean(-1),
        }

    def _capacities(self) -> np.ndarray:
        """Return each layer's mean over heads with the residual connection, [L, T, T]."""
        if self.stack == "cross":
            raise CapabilityError(
                "Rollout and flow follow a token through the layers of one stack, which attention "
                "from decoder to encoder is not; choose the encoder or the decoder."
            )
        mean = self.weights.mean(1, dtype=float)
        capacities: np.ndarray = (mean + np.eye(mean.shape[1])) / 2
        return capacities

    def summary(self) -> dict[str, Any]:
        """Return the text, and how large its attention is."""
        layers, heads, queries, keys = self.weights.shape
        said = {"text": self.text, "layers": layers, "heads": heads, "stack": self.stack}
        return {**said, "tokens that attend": queries, "tokens attended to": keys}

    def to_frame(self) -> pd.DataFrame:
        """Return the mean over layers and heads: a row a token that attends, a column attended."""
        mean = self.weights.mean(axis=(0, 1))
        return pd.DataFrame(mean, list(self.attending), list(self.tokens)).reset_index(
            names="attending"
        )


def document_attention(
    model: LanguageModel, text: str, *, vectors: bool = False, stack: Stack | None = None
) -> DocumentAttention:
    """Return the attention of one document as the model reads it, nothing hidden.

    Parameters
    ----------
    model
        Whose attention.
    text
        The document.
    vectors
        Whether to keep query and key vectors, too.
    stack
        Which attention of an encoder-decoder; None takes its encoder.

    Raises
    ------
    ModelError
        Where the model gives no attention weights, or no vectors where they are asked for.
    DataError
        Where the document is longer than the model takes.
    """
    own = default_stack(stack, model.network.config, model.name)
    encoding = encode_texts(model, [text])
    inputs = {
        name: tensor.to(model.device)
        for name, tensor in take(encoding, np.array([0])).inputs.items()
    }
    probe = _WholeProbe(own, vectors)
    with capture_attention(
        model.network, inputs, stack="encoder" if own == "encoder" else None
    ) as capture:
        capture.run(inputs, probe)
    names = model.tokenizer.convert_ids_to_tokens(encoding.ids.tolist())
    tokens = tuple(
        text[start:end] if start < end else str(name)
        for name, start, end in zip(names, encoding.start, encoding.end, strict=True)
    )
    late = own in ("decoder", "cross")
    return DocumentAttention(
        text=text,
        tokens=("", *tokens[:-1]) if own == "decoder" else tokens,
        attending=("", *tokens[:-1]) if late else tokens,
        start=_late(encoding.start) if own == "decoder" else encoding.start,
        end=_late(encoding.end) if own == "decoder" else encoding.end,
        special=_late(encoding.special, True) if own == "decoder" else encoding.special,
        layers=tuple(probe.names),
        weights=np.stack(probe.weights),
        query=np.stack(probe.query) if vectors else None,
        key=np.stack(probe.key) if vectors else None,
        scaling=np.array(probe.scaling) if vectors else None,
        rest=np.stack(probe.rest) if vectors else None,
        stack=own,
    )


def _late(column: np.ndarray, first: bool | int = 0) -> np.ndarray:
    """Return what a decoder sees at each position: what stood one before."""
    return np.concatenate([np.array([first], dtype=column.dtype), column[:-1]])


class _WholeProbe(Probe):
    """Keeps everything of one document."""

    def __init__(self, stack: Stack, vectors: bool) -> None:
        self.wants_vectors = vectors
        self._stack = stack
        self.names: list[str] = []
        self.weights: list[np.ndarray] = []
        self.query: list[np.ndarray] = []
        self.key: list[np.ndarray] = []
        self.scaling: list[float] = []
        self.rest: list[np.ndarray] = []

    def wants(self, layer: AttentionLayer) -> bool:
        """Return whether this is a layer of the stack."""
        return layer.stack == self._stack

    def see_vectors(self, layer: AttentionLayer, vectors: Vectors) -> None:
        """Keep a layer's vectors."""
        self.query.append(vectors.query[0].float().cpu().numpy())
        self.key.append(vectors.key[0].float().cpu().numpy())
        self.scaling.append(float(vectors.scaling))
        shape = (*self.query[-1].shape[:2], self.key[-1].shape[1])
        rest = np.broadcast_to(vectors.rest[0].float().cpu().numpy(), shape)
        self.rest.append(np.where(rest < _HIDDEN, -np.inf, rest))

    def visit(self, layer: AttentionLayer, weights: torch.Tensor) -> None:
        """Keep a layer's weights."""
        self.names.append(layer.name)
        self.weights.append(weights[0].float().cpu().numpy())
