"""Which of a source's values the target attends to most and least: x_high and x_low.

With them the estimator

    tau = mean over documents i of (Y_i | do(X = x_high)) - (Y_i | do(X = x_low))

asks the model whether what it looks at most is what moves it most. The attention is that which the
target's tokens (or the pooled position) pay to the source's tokens in the documents as they are,
averaged over layers, heads and the target's tokens, summed over the source's.
"""

from __future__ import annotations

import numpy as np
import torch

from causattn.attention import AttentionLayer, Probe, capture_attention
from causattn.effects.interventions.sample import Sample
from causattn.features import FeatureKind
from causattn.models import batches

_FEWEST = 2
"""Documents with a value that its mean attention must rest on."""


class AttentionLevels:
    """Attention between features in a sample of documents, by the source's value.

    Parameters
    ----------
    sample
        The documents.
    batch_size
        Most documents in a forward pass.
    """

    def __init__(self, sample: Sample, batch_size: int) -> None:
        self._sample, self._batch_size = sample, batch_size
        self._maps: list[np.ndarray] | None = None

    def levels(self, source: int, target: int) -> tuple[str, str] | str:
        """Return (x_low, x_high), names of the source's values, or why there are none."""
        table = self._sample.table
        name, categories = table.names[source], table.categories[source]
        if categories is None:
            return f"{name} is a number and has no values to choose between by attention."
        means = self.by_value(source, target)
        known = [k for k in range(len(categories)) if not np.isnan(means[k])]
        if len(known) < 2:
            return (
                f"Fewer than two values of {name} are attended to from {table.names[target]} in "
                f"{_FEWEST} sampled documents each; raise effects.documents."
            )
        ranked = sorted(known, key=lambda k: (means[k], k))
        return categories[ranked[0]], categories[ranked[-1]]

    def by_value(self, source: int, target: int) -> np.ndarray:
        """Return the mean attention that target pays to source, by the source's value.

        Returns
        -------
        float64 [values], NaN where fewer than two documents have it.
        """
        sample = self._sample
        paid = self.paid(source, target)
        codes = sample.table.values[sample.rows, source].astype(np.int64)
        means = np.full(len(sample.table.categories[source] or ()), np.nan)
        for value in range(len(means)):
            own = paid[(codes == value) & ~np.isnan(paid)]
            if len(own) >= _FEWEST:
                means[value] = own.mean()
        return means

    def paid(self, source: int, target: int) -> np.ndarray:
        """Return the attention that target pays to source, float64 [n]; NaN where one is absent."""
        if self._maps is None:
            self._maps = self._captured()
        encoding, carriers = self._sample.plain()
        is_output = self._sample.table.kinds[target] is FeatureKind.OUTPUT
        reads_ahead = self._sample.model.task == "causal"
        found = np.full(len(self._sample), np.nan)
        for document, weights in enumerate(self._maps):
            own = carriers.document == document
            rows, columns = (
                carriers.position[own & (carriers.feature == feature)]
                for feature in (target, source)
            )
            if reads_ahead and len(rows):
                # What predicts the target is the position before it.
                rows = rows[:1] - 1 if rows[0] else rows[:0]
                columns = columns[columns <= rows[0]] if len(rows) else columns
            if is_output:
                rows = encoding.pooled[document : document + 1]
            if len(rows) and len(columns):
                found[document] = weights[np.ix_(rows, columns)].sum(axis=1).mean()
        return found

    def _captured(self) -> list[np.ndarray]:
        """Return each document's attention, averaged over layers and heads, [T, T] each."""
        encoding, _ = self._sample.plain()
        model = self._sample.model
        every = list(batches(encoding, self._batch_size))
        maps: list[np.ndarray] = [np.empty(0)] * len(encoding)
        with capture_attention(model.network, every[0].to(model.device).inputs) as capture:
            for batch in every:
                probe = _Mean()
                capture.run(batch.to(model.device).inputs, probe)
                for row, document in enumerate(batch.documents):
                    length = int(encoding.lengths[document])
                    maps[document] = probe.mean()[row, :length, :length]
        return maps


class _Mean(Probe):
    """Averages maps over layers and heads, [B, T, T]."""

    def __init__(self) -> None:
        self._sum: torch.Tensor | None = None
        self._maps = 0

    def wants(self, layer: AttentionLayer) -> bool:
        return True

    def visit(self, layer: AttentionLayer, weights: torch.Tensor) -> None:
        added = weights.cpu().double().sum(dim=1)
        self._sum = added if self._sum is None else self._sum + added
        self._maps += weights.shape[1]

    def mean(self) -> np.ndarray:
        assert self._sum is not None
        return (self._sum / self._maps).numpy()
