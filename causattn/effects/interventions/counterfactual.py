"""Counterfactual attention: one document, a token swapped, and what moved.

The same model reads a text before and after a change. What it says and where it looks are kept for
both, with what moved most: the entries of the attention maps whose weight changed most, by layer
and head. Attention that moves is not attention that matters: `KnockOuts` and `ModelInterventions`
ask that.

Texts of different lengths are aligned token by token (Ratcliff and Obershelp's longest matching
blocks); entries of tokens that only one of the texts has are not compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch

from causattn.attention import attention_weights, editable_attention
from causattn.base import CapabilityError, DataError, Shown
from causattn.models import Encoding, LanguageModel, batches, encode_texts


class Mover(NamedTuple):
    """An entry of an attention map that moved.

    `attending` and `attended` are positions among the aligned tokens
    (`CounterfactualAttention.aligned`), `before` and `after` the weights.
    """

    layer: int
    head: int
    attending: int
    attended: int
    before: float
    after: float

    @property
    def change(self) -> float:
        """After less before."""
        return self.after - self.before


@dataclass(frozen=True, repr=False)
class CounterfactualAttention(Shown):
    """What a classifier says of a text and where it looks, before and after a change.

    Parameters
    ----------
    tokens_before, tokens_after
        The T and T' tokens, special ones included.
    aligned
        int64 [A, 2], positions of the same token (or of one put in its place) in both.
    swapped
        int64 [S], those rows of `aligned` whose tokens differ.
    labels
        The output's classes; one name where it is a number.
    output_before, output_after
        float64 [classes], probabilities, or [1], the number.
    attention_before, attention_after
        float32 [layers, heads, T, T] and [layers, heads, T', T'], **from attending (row) to
        attended token (column)**.
    special_before, special_after
        Which of the tokens are special ones; empty where that is not known.
    """

    tokens_before: tuple[str, ...]
    tokens_after: tuple[str, ...]
    aligned: np.ndarray
    swapped: np.ndarray
    labels: tuple[str, ...]
    output_before: np.ndarray
    output_after: np.ndarray
    attention_before: np.ndarray
    attention_after: np.ndarray
    special_before: tuple[bool, ...] = ()
    special_after: tuple[bool, ...] = ()

    @property
    def output_change(self) -> np.ndarray:
        """Output after less before, float64 [classes]."""
        return self.output_after - self.output_before

    @property
    def difference(self) -> np.ndarray:
        """Attention after less before, float32 [layers, heads, A, A], over aligned tokens."""
        before, after = self.aligned.T
        earlier = self.attention_before[:, :, before[:, None], before[None, :]]
        return self.attention_after[:, :, after[:, None], after[None, :]] - earlier

    def movers(self, count: int = 10) -> list[Mover]:
        """Return the `count` entries that moved most, the largest change first."""
        difference = self.difference
        flat = np.abs(difference).ravel()
        # Sorted whole and stably, so that ties come in the order of the maps.
        order = np.argsort(-flat, kind="stable")[:count]
        found = []
        for place in zip(*np.unravel_index(order, difference.shape), strict=True):
            layer, head, row, column = (int(k) for k in place)
            before = self.attention_before[
                layer, head, self.aligned[row, 0], self.aligned[column, 0]
            ]
            change = difference[layer, head, row, column]
            found.append(
                Mover(layer, head, row, column, float(before), float(before) + float(change))
            )
        return found

    def summary(self) -> dict[str, Any]:
        """Return the texts' tokens and the output before and after."""
        return {
            "before": " ".join(self.tokens_before),
            "after": " ".join(self.tokens_after),
            "output before": dict(zip(self.labels, self.output_before.tolist(), strict=True)),
            "output after": dict(zip(self.labels, self.output_after.tolist(), strict=True)),
        }

    def to_frame(self) -> pd.DataFrame:
        """Return the attention that moved most: layer, head, tokens, before, after."""
        token = [self.tokens_before[k] for k in self.aligned[:, 0]]
        rows = [
            (m.layer, m.head, token[m.attending], token[m.attended], m.before, m.after)
            for m in self.movers(100)
        ]
        columns = ["layer", "head", "attending", "attended", "before", "after"]
        return pd.DataFrame(rows, columns=columns)

    def by_head(self) -> np.ndarray:
        """Return how far each head's attention moved, float64 [layers, heads], in [0, 1].

        The total variation distance between a token's attention before and after, averaged over
        the aligned tokens.
        """
        return np.abs(self.difference).sum(axis=3).mean(axis=2, dtype=np.float64) / 2.0


def counterfactual_attention(
    model: LanguageModel, before: str, after: str
) -> CounterfactualAttention:
    """Return what a classifier says of two texts, where it looks in each, and what moved.

    Parameters
    ----------
    model
        A classifier whose attention can be captured whole.
    before, after
        The text as it is, and with a token swapped.

    Raises
    ------
    CapabilityError
        Where the model is no classifier.
    DataError
        Where the texts are the same to the model.
    """
    if model.task != "classifier":
        raise CapabilityError(
            f"Model {model.name} ({model.task}) says nothing of a whole text; take a classifier "
            "(model.train_classifier=true)."
        )
    encoding = encode_texts(model, [before, after])
    ids = [encoding.ids[encoding.bounds[k] : encoding.bounds[k + 1]] for k in range(2)]
    if np.array_equal(ids[0], ids[1]):
        raise DataError(
            f"Model {model.name} reads both texts as the same tokens; swap another token, or take "
            "a model that knows both words."
        )
    aligned = align_tokens(ids[0].tolist(), ids[1].tolist())
    outputs, maps = [], []
    # One at a time, so that no map holds padding.
    for batch in batches(encoding, 1, by_length=False):
        inputs = batch.to(model.device).inputs
        with torch.inference_mode(), editable_attention(model.network, inputs) as capture:
            logits = capture.edited(inputs, None).logits[0].cpu().double()
            weights = attention_weights(capture, inputs)
        regression = model.network.config.num_labels == 1
        outputs.append((logits if regression else logits.softmax(-1)).numpy())
        maps.append(
            np.stack([weights[layer][0].float().cpu().numpy() for layer in sorted(weights)])
        )
    tokens = [_shown(model, encoding, k, text) for k, text in enumerate((before, after))]
    special = [
        tuple(encoding.special[encoding.bounds[k] : encoding.bounds[k + 1]].tolist())
        for k in range(2)
    ]
    names = dict(model.network.config.id2label or {})
    return CounterfactualAttention(
        tokens_before=tokens[0],
        tokens_after=tokens[1],
        aligned=aligned,
        swapped=np.flatnonzero(ids[0][aligned[:, 0]] != ids[1][aligned[:, 1]]),
        labels=tuple(str(name) for name in names.values()) or ("output",),
        output_before=outputs[0],
        output_after=outputs[1],
        attention_before=maps[0],
        attention_after=maps[1],
        special_before=special[0],
        special_after=special[1],
    )


def _shown(model: LanguageModel, encoding: Encoding, document: int, text: str) -> tuple[str, ...]:
    """Return a document's tokens as they stand in the text, special ones by their names."""
    rows = slice(encoding.bounds[document], encoding.bounds[document + 1])
    names = model.tokenizer.convert_ids_to_tokens(encoding.ids[rows].tolist())
    spans = zip(encoding.start[rows], encoding.end[rows], names, strict=True)
    return tuple(text[start:end] if end > start else str(name) for start, end, name in spans)


def align_tokens(before: list[int], after: list[int]) -> np.ndarray:
    """Return positions of the same tokens, and of as many that replace as many, int64 [A, 2]."""
    pairs: list[tuple[int, int]] = []
    matcher = SequenceMatcher(a=before, b=after, autojunk=False)
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        if tag == "equal" or (tag == "replace" and i_end - i == j_end - j):
            pairs += zip(range(i, i_end), range(j, j_end), strict=True)
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)
