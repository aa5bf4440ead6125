"""Effects of a concept by changing the tokens that a classifier attends to.

Around the words that carry a concept, the tokens to which the pooled position pays most attention
are taken for what the model reads of it. Putting there what it attends to in texts with another
label is an approximate do(concept = label); masking them is the same without a label to go to.
Whether *attention* is a good guide is shown by the control that takes tokens of the same
surroundings at random.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import torch

from causattn.attention import AttentionLayer, Probe, capture_attention
from causattn.corpora import find_words
from causattn.effects.interventions.forward import with_ids
from causattn.models import Encoding, LanguageModel, batches, encode_texts, predict_labels

Guide = Literal["attention", "random"]


def pooled_attention(model: LanguageModel, encoding: Encoding, batch_size: int = 64) -> np.ndarray:
    """Return the attention that each document's pooled position pays to each of its tokens.

    Returns
    -------
    float64 [t], over the flat token rows, averaged over layers and heads; sums to 1 a document.
    """
    paid = np.zeros(len(encoding.ids))
    every = list(batches(encoding, batch_size))
    with capture_attention(model.network, every[0].to(model.device).inputs) as capture:
        for batch in every:
            probe = _Pooled(torch.from_numpy(encoding.pooled[batch.documents]))
            capture.run(batch.to(model.device).inputs, probe)
            for row, document in enumerate(batch.documents):
                first, last = encoding.bounds[document : document + 2]
                paid[first:last] = probe.mean()[row, : last - first]
    return paid


class _Pooled(Probe):
    """Sums the pooled positions' rows over layers and heads."""

    def __init__(self, pooled: torch.Tensor) -> None:
        self._pooled = pooled
        self._sum: torch.Tensor | None = None
        self._maps = 0

    def wants(self, layer: AttentionLayer) -> bool:
        return True

    def visit(self, layer: AttentionLayer, weights: torch.Tensor) -> None:
        rows = weights[torch.arange(len(weights)), :, self._pooled.to(weights.device)]
        added = rows.cpu().double().sum(dim=1)
        self._sum = added if self._sum is None else self._sum + added
        self._maps += weights.shape[1]

    def mean(self) -> np.ndarray:
        """Return the mean over maps, float64 [B, T]."""
        assert self._sum is not None
        return (self._sum / self._maps).numpy()


class GuidedEffects:
    """Effects of one concept on a classifier, text by text.

    Parameters
    ----------
    model
        A classifier with a mask token.
    texts, labels
        m reference texts and the concept's label of each, from which other labels' tokens come.
    words
        The words that carry the concept (lower case).
    tokens
        How many tokens of a text are changed.
    window
        How far from a carrying word they may stand, in tokens.
    guide
        ``"attention"``, or ``"random"`` for the control.
    batch_size
        Most documents in a forward pass.
    """

    def __init__(
        self,
        model: LanguageModel,
        texts: Sequence[str],
        labels: np.ndarray,
        words: Sequence[str],
        *,
        tokens: int = 4,
        window: int = 3,
        guide: Guide = "attention",
        batch_size: int = 64,
    ) -> None:
        self._model, self._labels = model, labels
        self._words, self._tokens, self._window = frozenset(words), tokens, window
        self._guide, self._batch_size = guide, batch_size
        self._texts = texts

    def replaced(
        self, texts: Sequence[str], end: np.ndarray, rng: np.random.Generator, donors: int = 1
    ) -> np.ndarray:
        """Return the change of the output when the concept's tokens become another label's.

        Parameters
        ----------
        texts
            n documents.
        end
            [n], the label to go to; a document keeps its output where no reference text has it.
        rng
            Draws the donors, and tokens where the guide is random.
        donors
            Over how many donors a change is averaged.

        Returns
        -------
        float64 [n, classes].
        """
        encoding, picked = self._picked(texts, rng)
        reference, given = self._picked(self._texts, rng)
        before = predict_labels(self._model, encoding, self._batch_size)
        total = np.zeros_like(before)
        for _ in range(donors):
            ids = encoding.ids.copy()
            for document, label in enumerate(end):
                pool = np.flatnonzero(self._labels == label)
                if not len(pool):
                    continue
                own, other = picked[document], given[int(rng.choice(pool))]
                count = min(len(own), len(other))
                ids[own[:count]] = reference.ids[other[:count]]
            changed = with_ids(encoding, np.arange(len(ids)), ids)
            total += predict_labels(self._model, changed, self._batch_size) - before
        change: np.ndarray = total / donors
        return change

    def masked(self, texts: Sequence[str], rng: np.random.Generator) -> np.ndarray:
        """Return the change of the output when the concept's tokens are masked, [n, classes].

        Raises
        ------
        ModelError
            Where the tokenizer has no mask token.
        """
        from causattn.models import hiding_tokens

        encoding, picked = self._picked(texts, rng)
        rows = np.concatenate(picked) if picked else np.empty(0, dtype=np.int64)
        hidden = with_ids(encoding, rows, int(hiding_tokens(self._model, [None])[0]))
        before, after = (
            predict_labels(self._model, one, self._batch_size) for one in (encoding, hidden)
        )
        change: np.ndarray = after - before
        return change

    def _picked(
        self, texts: Sequence[str], rng: np.random.Generator
    ) -> tuple[Encoding, list[np.ndarray]]:
        """Return texts as tokens, and the flat rows to change in each, the foremost first."""
        encoding = encode_texts(self._model, texts)
        if self._guide == "attention":
            rank = pooled_attention(self._model, encoding, self._batch_size)
        else:
            rank = rng.random(len(encoding.ids))
        found = find_words(texts)
        carries = np.array([word in self._words for word in found.vocabulary], dtype=bool)
        near = np.zeros(len(encoding.ids), dtype=bool)
        kept = np.flatnonzero(carries[found.word]) if len(carries) else np.empty(0, dtype=np.int64)
        for place in kept:
            first, last = encoding.bounds[found.document[place] : found.document[place] + 2]
            start, end = encoding.start[first:last], encoding.end[first:last]
            over = (start < found.end[place]) & (end > found.start[place])
            for token in np.flatnonzero(over):
                low, high = max(0, token - self._window), token + self._window + 1
                near[first + low : min(last, first + high)] = True
        near &= ~encoding.special
        picked = []
        for document in range(len(encoding)):
            first, last = encoding.bounds[document : document + 2]
            rows = first + np.flatnonzero(near[first:last])
            if not len(rows):
                # The concept is spoken of in other words, or not at all: any token may matter.
                rows = first + np.flatnonzero(~encoding.special[first:last])
            picked.append(rows[np.argsort(-rank[rows], kind="stable")][: self._tokens])
        return encoding, picked
