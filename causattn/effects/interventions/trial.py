"""The model, the sampled documents and their features, as an intervention is handed them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from causattn.effects.contract import Reads
from causattn.effects.estimate.design import numeric_levels
from causattn.effects.interventions.changes import Readings
from causattn.effects.interventions.next_reading import NextReader
from causattn.effects.interventions.sample import Sample
from causattn.features import FeatureKind
from causattn.models import predict_labels


@dataclass(frozen=True)
class Trial:
    """What an intervention works on.

    Parameters
    ----------
    sample
        The documents, with ``sample.model``, ``sample.table`` (features) and ``sample.corpus``.
    confidence
        Coverage of the intervals.
    batch_size
        Most documents in a forward pass.
    reads
        What is read of a decoder, see `causattn.effects.interventions.next_reading`.
    kept
        What interventions keep from one pair to the next, by a name of their own.
    """

    sample: Sample
    confidence: float = 0.95
    batch_size: int = 256
    reads: Reads = "next"
    kept: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def outputs(self) -> np.ndarray:
        """A classifier's output for the documents as they are, float64 [n, classes]."""
        return predict_labels(self.sample.model, self.sample.plain()[0], self.batch_size)

    @cached_property
    def reader(self) -> NextReader:
        """Reads what a decoder predicts of features."""
        return NextReader(self.sample, self.reads, self.batch_size)

    def reads_output(self, target: int) -> bool:
        """Return whether a feature is read at the model's output, and not at its hidden slot."""
        return self.sample.table.kinds[target] is FeatureKind.OUTPUT

    def slot(self, feature: int) -> int | None:
        """Return the corpus's variable whose rewritable slot the feature is, or None."""
        table, corpus = self.sample.table, self.sample.corpus
        name = table.names[feature]
        if corpus.value_texts is None or table.kinds[feature] is not FeatureKind.SLOT:
            return None
        return corpus.variables.index(name) if name in corpus.variables else None

    def codes(self, feature: int) -> np.ndarray:
        """Return a discrete feature's value in each document, int64 [n]."""
        found: np.ndarray = self.sample.table.values[self.sample.rows, feature].astype(np.int64)
        return found

    def readings(
        self, target: int, values: tuple[str, ...], read: np.ndarray, states: tuple[str, ...]
    ) -> Readings | str:
        """Return what was read with the target's values beside it, or why it says nothing.

        Parameters
        ----------
        target, values
            Column of the table and names of its values.
        read
            float64 [s, n, m], the distribution (or number) in each of the s states.
        states
            What the states are called.
        """
        name, model = self.sample.table.names[target], self.sample.model.name
        if read.shape[2] not in (1, len(values)):
            return (
                f"Model {model} has {read.shape[2]} outputs for the {len(values)} values of {name}."
            )
        if read.shape[1] < 2:
            return "An interval needs at least 2 documents; raise effects.documents."
        numbers = numeric_levels(values) if len(values) > 2 else None
        return Readings(read, tuple(states), values, numbers, name)
