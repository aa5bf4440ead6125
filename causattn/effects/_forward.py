"""Forward passes for interventions: changed documents in, probabilities out.

Documents are changed as tokens: a position takes another id, or drops out. What is read is the
distribution at one position of a masked language model, or the output of a classifier.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch

from causattn.models import Batch, Encoding, LanguageModel, batches

_LOGITS = 20_000_000
"""Most logits of a batch held at once (80 MB)."""


def with_ids(encoding: Encoding, rows: np.ndarray, ids: np.ndarray | int) -> Encoding:
    """Return the documents with other ids at the flat token rows, int64 [k]."""
    changed = encoding.ids.copy()
    changed[rows] = ids
    return replace(encoding, ids=changed)


def without(encoding: Encoding, rows: np.ndarray) -> Encoding:
    """Return the documents without the tokens at the flat rows, int64 [k]."""
    kept = np.ones(len(encoding.ids), dtype=bool)
    kept[rows] = False
    gone_before = np.concatenate([[0], np.cumsum(~kept)])
    bounds = encoding.bounds - gone_before[encoding.bounds]
    pooled = encoding.bounds[:-1] + encoding.pooled
    # A pooled position that is the last token moves to the last one that is left.
    pooled = pooled - gone_before[pooled] - encoding.bounds[:-1] + gone_before[encoding.bounds[:-1]]
    return replace(
        encoding,
        ids=encoding.ids[kept],
        bounds=bounds,
        start=encoding.start[kept],
        end=encoding.end[kept],
        special=encoding.special[kept],
        pooled=np.minimum(pooled, np.diff(bounds) - 1),
    )


def stacked(encodings: list[Encoding]) -> Encoding:
    """Return the documents of several encodings one after the other."""
    first = encodings[0]
    sizes = np.cumsum([0, *(len(one.ids) for one in encodings)])
    return Encoding(
        ids=np.concatenate([one.ids for one in encodings]),
        bounds=np.concatenate(
            [[0], *(one.bounds[1:] + size for one, size in zip(encodings, sizes, strict=False))]
        ),
        start=np.concatenate([one.start for one in encodings]),
        end=np.concatenate([one.end for one in encodings]),
        special=np.concatenate([one.special for one in encodings]),
        pooled=np.concatenate([one.pooled for one in encodings]),
        pad_id=first.pad_id,
        truncated=np.empty(0, dtype=np.int64),
    )


def only(encoding: Encoding, documents: np.ndarray) -> Encoding:
    """Return some documents, ascending int64 [k], as an encoding of their own."""
    kept = np.repeat(np.isin(np.arange(len(encoding)), documents), encoding.lengths)
    return replace(
        encoding,
        ids=encoding.ids[kept],
        bounds=np.concatenate([[0], np.cumsum(encoding.lengths[documents])]),
        start=encoding.start[kept],
        end=encoding.end[kept],
        special=encoding.special[kept],
        pooled=encoding.pooled[documents],
        truncated=np.empty(0, dtype=np.int64),
    )


def masked_probabilities(
    model: LanguageModel,
    encoding: Encoding,
    positions: np.ndarray,
    wanted: np.ndarray,
    batch_size: int,
) -> np.ndarray:
    """Return the probability of tokens at one position of each document.

    Parameters
    ----------
    model
        A masked language model.
    encoding
        n documents.
    positions
        int64 [n], the position to read in each.
    wanted
        int64 [k] or [n, k], token ids, the same for all documents or of each.
    batch_size
        Most documents at once.

    Returns
    -------
    probabilities
        float64 [n, k], over the whole vocabulary (a row sums to at most 1).
    """
    wanted = np.broadcast_to(wanted, (len(encoding), np.shape(wanted)[-1]))
    found = np.empty(wanted.shape)
    vocabulary = int(model.network.config.vocab_size)
    longest = int(encoding.lengths.max())
    batch_size = max(1, min(batch_size, _LOGITS // (vocabulary * longest)))
    for batch, output in _outputs(model, encoding, batch_size):
        rows = torch.arange(len(batch.documents))
        logits = output[rows, torch.from_numpy(positions[batch.documents])].double()
        log = torch.log_softmax(logits, dim=-1)
        ids = torch.from_numpy(wanted[batch.documents])
        found[batch.documents] = log.gather(1, ids.to(log.device)).exp().cpu().numpy()
    return found


def classifier_outputs(model: LanguageModel, encoding: Encoding, batch_size: int) -> np.ndarray:
    """Return a classifier's output for each document.

    Returns
    -------
    outputs
        float64 [n, classes], probabilities; [n, 1], the value itself for a regression head.
    """
    found: np.ndarray | None = None
    for batch, logits in _outputs(model, encoding, batch_size):
        values = logits.double() if logits.shape[-1] == 1 else torch.softmax(logits.double(), -1)
        if found is None:
            found = np.empty((len(encoding), logits.shape[-1]))
        found[batch.documents] = values.cpu().numpy()
    assert found is not None
    return found


@torch.inference_mode()
def _outputs(
    model: LanguageModel, encoding: Encoding, batch_size: int
) -> Iterator[tuple[Batch, torch.Tensor]]:
    """Yield each batch with the network's logits for it."""
    for batch in batches(encoding, batch_size):
        inputs = {name: value.to(model.device) for name, value in batch.inputs.items()}
        yield batch, model.network(**inputs).logits
