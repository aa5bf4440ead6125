"""Attention cut along an edge: what the target loses when it may not look at the source.

==============  ====================================================================================
masked model    The target's slot is hidden and predicted twice, with its attention to the source's
                tokens and with that attention cut; what `causattn.attention.edge_effects`
                gives for all pairs at once
classifier      The output is predicted twice, the pooled position's attention to the source's
                tokens left and cut
decoder         The target's first token is predicted twice by the position before it, whose
                attention to the source's tokens is left and cut, where these come first
==============  ====================================================================================

The effect is the total variation distance between the two distributions, in [0, 1], averaged over
the documents that hold both; the interval is normal over documents. What the model can learn of the
source by another path (a token that has read it in an earlier layer) is not cut, so that a small
effect does not say that the source is unused.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import scipy.stats
import torch

from causattn.attention import KnockOut, editable_attention
from causattn.effects.contract import Intervention
from causattn.effects.interventions.changes import ModelEffect
from causattn.effects.interventions.contrast import Contrast
from causattn.effects.interventions.forward import MOST_LOGITS, only, with_ids
from causattn.effects.interventions.sample import token_rows
from causattn.effects.interventions.trial import Trial
from causattn.models import Batch, Encoding, batches

Cut = Literal["renormalise", "zero"]


class AttentionCut(Intervention):
    """Attention from target to source cut, in a way that a subclass names (`KnockOut.kind`)."""

    changes = "attention"
    name: Cut

    def effect(
        self, trial: Trial, source: int, target: int, contrast: Contrast | None
    ) -> ModelEffect | str:
        kept = trial.kept.get(self.name)
        if kept is None or kept.target != target:
            kept = trial.kept[self.name] = _Cuts(trial, target, self.name)
        found = kept.distances(source)
        sample, names = trial.sample, trial.sample.table.names
        causal = sample.model.task == "causal"
        if len(found) < 2 and causal:
            return trial.reader.order(source, target)
        if len(found) < 2:
            return (
                f"Fewer than 2 of {len(sample)} sampled documents hold both {names[source]} and "
                f"{names[target]}; raise effects.documents."
            )
        mean, error = float(found.mean()), float(found.std(ddof=1) / np.sqrt(len(found)))
        half = float(scipy.stats.norm.isf((1.0 - trial.confidence) / 2.0)) * error
        return ModelEffect(
            kind=self.name,
            reads="output" if trial.reads_output(target) else ("next" if causal else "masked slot"),
            outcome=f"total variation of {names[target]}",
            estimate=mean,
            low=mean - half,
            high=mean + half,
            total_variation=mean,
            documents=len(found),
            scale=1.0,
        )


class _Cuts:
    """The documents with one target hidden, and what the model predicts there."""

    def __init__(self, trial: Trial, target: int, kind: Cut) -> None:
        self._trial, self._sample, self._kind, self.target = trial, trial.sample, kind, target
        self._batch_size = trial.batch_size
        self._encoding, self._readers = self._hide()
        self._before = self._predicted(self._encoding, self._readers, None)

    def distances(self, source: int) -> np.ndarray:
        """Return the total variation in each document that holds both, float64 [held]."""
        encoding, readers = self._encoding, self._readers
        keys = np.zeros(len(encoding.ids), dtype=bool)
        if self._sample.model.task == "causal":
            keys[self._trial.reader.before(source, self.target)[1]] = True
        else:
            keys[token_rows(*self._sample.plain(), source)] = True
        held = _documents_of(encoding, readers) & _documents_of(encoding, keys)
        if not held.any():
            return np.empty(0)
        after = self._predicted(encoding, readers, keys)
        moved = np.abs(after - self._before).sum(axis=1) / 2.0
        # A feature of several tokens is read at each, and each document counts once.
        document = np.repeat(np.arange(len(encoding)), encoding.lengths)[readers]
        total = np.bincount(document, moved, minlength=len(encoding))
        mean: np.ndarray = total[held] / np.bincount(document, minlength=len(encoding))[held]
        return mean

    def _hide(self) -> tuple[Encoding, np.ndarray]:
        """Return the documents with the target hidden, and the token rows it is read at, bool."""
        encoding, carriers = self._sample.plain()
        readers = np.zeros(len(encoding.ids), dtype=bool)
        if self._trial.reads_output(self.target):
            readers[encoding.bounds[:-1] + encoding.pooled] = True
            return encoding, readers
        if self._sample.model.task == "causal":
            span = self._trial.reader.span(self.target)
            readers[encoding.bounds[span.document] + span.first - 1] = True
            return encoding, readers
        rows = token_rows(encoding, carriers, self.target)
        readers[rows] = True
        name, variables = self._sample.table.names[self.target], self._sample.corpus.variables
        slot = variables.index(name) if name in variables else None
        return with_ids(encoding, rows, self._sample.hiding_id(slot)), readers

    def _predicted(
        self, encoding: Encoding, readers: np.ndarray, keys: np.ndarray | None
    ) -> np.ndarray:
        """Return what the model predicts at the readers, their attention to `keys` cut.

        Parameters
        ----------
        encoding
            n documents.
        readers, keys
            bool over the flat token rows; no keys cut nothing.

        Returns
        -------
        float64 [readers, values], in the order of the rows; for a classifier one a document.
        """
        model = self._sample.model
        classifies = model.task == "classifier"
        size = self._batch_size
        values = int(model.network.config.num_labels or 0)
        if not classifies:
            values = int(model.network.config.vocab_size)
            size = max(1, min(size, MOST_LOGITS // (values * int(encoding.lengths.max()))))
        found = np.empty((int(readers.sum()), values))
        place = np.cumsum(readers) - 1
        example = next(batches(only(encoding, np.arange(1)), 1)).to(model.device).inputs
        with editable_attention(model.network, example) as capture:
            for batch in batches(encoding, size):
                read = _padded(encoding, batch, readers)
                edit = None
                if keys is not None:
                    attended = torch.from_numpy(_padded(encoding, batch, keys))
                    edges = torch.from_numpy(read)[:, :, None] & attended[:, None, :]
                    edit = KnockOut(self._kind, edges=edges)
                logits = capture.edited(batch.to(model.device).inputs, edit).logits
                logits = logits if classifies else logits[torch.from_numpy(read)]
                rows = _flat_rows(encoding, batch, read)
                found[place[rows]] = logits.cpu().double().softmax(-1).numpy()
        return found


def _documents_of(encoding: Encoding, rows: np.ndarray) -> np.ndarray:
    """Return which documents hold any of the flat token rows, bool [n]."""
    return np.add.reduceat(rows.astype(np.int64), encoding.bounds[:-1]) > 0


def _padded(encoding: Encoding, batch: Batch, rows: np.ndarray) -> np.ndarray:
    """Return a mark of the flat token rows as one of a batch's positions, bool [b, T]."""
    marked = np.zeros(tuple(batch.input_ids.shape), dtype=bool)
    for place, document in enumerate(batch.documents):
        own = rows[encoding.bounds[document] : encoding.bounds[document + 1]]
        marked[place, : len(own)] = own
    return marked


def _flat_rows(encoding: Encoding, batch: Batch, marked: np.ndarray) -> np.ndarray:
    """Return the flat token rows of a batch's marked positions, int64, batch row by row."""
    place, position = np.nonzero(marked)
    return encoding.bounds[batch.documents[place]] + position
