"""Attention paid from some positions of documents to each of their tokens, by any measure.

Where `causattn.attention.summarise_attention` sums from feature to feature over a corpus, here
every token of a document is a feature of its own and nothing is summed over documents, so that the
measures are the very same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from causattn.attention.capture.stream import capture_attention
from causattn.attention.contract import BatchCarriers, MeasureShape
from causattn.attention.device import FullPrecisionProbe
from causattn.attention.measures.carried import CarriedFeatures
from causattn.attention.measures.sparse import SparseMoments
from causattn.attention.measures.summary_probe import show_gradients
from causattn.attention.registry import MEASURES
from causattn.base import choose
from causattn.models import LanguageModel


def attention_from(
    model: LanguageModel,
    inputs: Mapping[str, torch.Tensor],
    positions: np.ndarray,
    measure: str,
    target: Callable[[Any], torch.Tensor] | None = None,
) -> np.ndarray:
    """Return what positions pay to each token of their document, float64 [b, T].

    It is the mean over a document's positions, and over layers and heads where the measure keeps
    them apart; 0 on padding.

    Parameters
    ----------
    model
        A model of one stack.
    inputs
        ``input_ids`` and ``attention_mask``, [b, T], on the model's device.
    positions
        int64 [b, k], the positions that attend; -1 where there are fewer than k.
    measure
        A key of `causattn.attention.MEASURES`.
    target
        For a measure that needs gradients: from the network's output to the number that is
        differentiated, summed over documents.

    Raises
    ------
    ConfigError
        For an unknown measure.
    ModelError
        Where the model gives no attention, or no gradient of it.
    """
    kind = choose(measure, MEASURES, "measure")
    network, device = model.network, model.device
    mask = inputs["attention_mask"].bool().cpu().numpy()
    documents, length = mask.shape
    row, column = np.nonzero(positions >= 0)
    position = positions[row, column]
    order = np.lexsort((position, row))
    row, position = row[order], position[order]
    key_row, key_position = np.nonzero(mask)
    queries, keys = (
        CarriedFeatures.of(rows, rows * length + columns, columns, documents, device)
        for rows, columns in ((row, position), (key_row, key_position))
    )
    size = documents * length
    pairs = (row * length + position)[:, None] * size + row[:, None] * length + np.arange(length)
    pairs = pairs[mask[row]]
    with capture_attention(network, inputs) as capture:
        shape = MeasureShape(
            layers=tuple(layer.index for layer in capture.layers),
            heads=tuple(range(capture.heads)),
            features=size,
            pairs=np.unique(pairs),
        )
        found = kind(shape)
        batch = BatchCarriers(queries, keys, np.ones(documents, dtype=np.int64))
        if found.gradients:
            assert target is not None
            show_gradients([found], batch, capture.gradients(inputs, target))
        else:
            probe = FullPrecisionProbe([found], shape, capture.heads, "self", device)
            probe.begin(batch)
            capture.run(inputs, probe)
            probe.end()
    moments = found.moments()
    assert isinstance(moments, SparseMoments)
    paid = np.zeros((documents, length))
    query, key = np.divmod(moments.pair, size)
    np.add.at(paid, (query // length, key % length), moments.sums.mean((1, 2)))
    return paid / np.maximum((positions >= 0).sum(1), 1)[:, None]
