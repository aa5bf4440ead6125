"""Interventions on the model: do(source = value) for real, by changing the document's tokens.

=============  =====================================================================================
rewrite        The corpus has slots: the source's slot is rewritten to each of its values in every
               sampled document, everything else left as it is. The effect of a pair of values is
               the mean over documents of the change in what the model says of the target.
mask, delete   The corpus has none: the source's tokens are hidden behind the mask token, or taken
               out, in the documents that carry them. The effect of the values a and b is what
               removing the tokens takes away where the value is b, less what it takes away where
               it is a (a value that no token carries takes nothing away).
replace        Nor any slots, and the source's tokens become those that carry another value in
               another document, drawn at random. The effect is the mean change from a's tokens to
               b's, over the documents of both.
=============  =====================================================================================

What the model says of the target is the distribution over the target's values at its hidden slot
(masked language models; the probabilities of the values' tokens, renormalised over them), the
probability of the target's own tokens there (where there are no slots), or the model's output.

With a masked slot read, all other slots stay in view: the effect is a direct one, other features
held. A masked language model is not a causal model of the world: it answers a change of an effect
in the probability of the cause just as well, so that this evidence speaks of adjacency and of what
the model uses, not of direction.

The interval is normal over documents (Student's t of the mean).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causattn.base import CausattnError
from causattn.corpora import Corpus
from causattn.effects.estimate.design import numeric_levels
from causattn.effects.interventions.attention_levels import AttentionLevels
from causattn.effects.interventions.changes import ModelEffect, Readings, mean_change
from causattn.effects.interventions.removal import (
    Remover,
    own_token_effect,
    removal_effect,
    replacement_effect,
)
from causattn.effects.interventions.rewriting import Rewriter
from causattn.effects.interventions.sample import Sample
from causattn.effects.settings import Operation
from causattn.features import FeatureKind, FeatureTable
from causattn.models import LanguageModel


@dataclass(frozen=True)
class Contrast:
    """Which change is asked for: the source's values (from, to), and the target's value."""

    start: str
    end: str
    value: str | None


class ModelInterventions:
    """Interventions on one model over a sample of documents.

    Parameters
    ----------
    model
        A masked language model or a classifier.
    corpus, table
        The documents and their features.
    documents
        How many documents to sample (all where there are fewer).
    operation
        ``"mask"``, ``"delete"`` or ``"replace"``, where slots cannot be rewritten.
    confidence
        Coverage of the intervals.
    batch_size
        Most documents in a forward pass.
    seed
        The run's seed.

    Attributes
    ----------
    sample
        The documents that are changed.
    """

    def __init__(
        self,
        model: LanguageModel,
        corpus: Corpus,
        table: FeatureTable,
        *,
        documents: int = 100,
        operation: Operation = "mask",
        confidence: float = 0.95,
        batch_size: int = 256,
        seed: int = 0,
    ) -> None:
        self._model, self._table = model, table
        self._operation: Operation = operation
        self._confidence = confidence
        self.sample = self._sample = Sample(model, corpus, table, documents, seed)
        self._levels = AttentionLevels(self._sample, batch_size)
        self._rewriter = Rewriter(self._sample, batch_size)
        self._remover = Remover(self._sample, operation, batch_size)
        self._variables = {name: k for k, name in enumerate(corpus.variables)}

    def effect(
        self, source: int, target: int, contrast: Contrast | None = None
    ) -> ModelEffect | str:
        """Return the effect of feature `source` on the model's view of `target`, or why none.

        Parameters
        ----------
        source, target
            Columns of the table.
        contrast
            The change to measure; where None, the most significant one of all (slots), or that
            from the source's first value to its last (removal).
        """
        names, kinds = self._table.names, self._table.kinds
        reads_output = kinds[target] is FeatureKind.OUTPUT
        if kinds[source] is FeatureKind.OUTPUT:
            return f"{names[source]} is the model's output and cannot be set."
        if reads_output and self._model.task != "classifier":
            return f"Model {self._model.name} ({self._model.task}) gives no {names[target]}."
        if not reads_output and self._model.task != "masked":
            return f"Model {self._model.name} ({self._model.task}) predicts no part of its input."
        try:
            slot = self._slot(source)
            if slot is not None and (reads_output or self._slot(target) is not None):
                return self._by_rewriting(slot, target, contrast)
            if reads_output:
                return self._by_removal(source, target, contrast)
            found = self._remover.own_token(source, target)
        except CausattnError as error:
            return str(error)
        if isinstance(found, str):
            return found
        return own_token_effect(found, names[target], self._confidence)

    def attention_effect(self, source: int, target: int) -> ModelEffect | str:
        """Return tau: the effect from the value least attended to up to the one attended to most.

        Parameters
        ----------
        source, target
            Columns of the table; see `causattn.effects.interventions.attention_levels`.
        """
        levels = self.attention_levels(source, target)
        if isinstance(levels, str):
            return levels
        return self.effect(source, target, Contrast(*levels, None))

    def attention_levels(self, source: int, target: int) -> tuple[str, str] | str:
        """Return the source's values that target attends to least and most, or why none."""
        try:
            return self._levels.levels(source, target)
        except CausattnError as error:
            return str(error)

    def _slot(self, feature: int) -> int | None:
        """Return the corpus's variable whose rewritable slot the feature is, or None."""
        rewritable = self._sample.corpus.value_texts is not None
        is_slot = self._table.kinds[feature] is FeatureKind.SLOT
        return self._variables.get(self._table.names[feature]) if rewritable and is_slot else None

    def _by_rewriting(self, slot: int, target: int, contrast: Contrast | None) -> ModelEffect | str:
        """Set the source's slot to its values and read the target in every document."""
        values = self._sample.corpus.categories[slot] or ()
        states = (contrast.start, contrast.end) if contrast is not None else values
        codes = [values.index(state) for state in states]
        reads_output = self._table.kinds[target] is FeatureKind.OUTPUT
        if reads_output:
            read: np.ndarray | str = self._rewriter.outputs(slot, codes)
            outcomes = self._table.categories[target] or ()
        else:
            hidden = self._slot(target)
            assert hidden is not None
            read = self._rewriter.hidden_slot(slot, codes, hidden)
            outcomes = self._sample.corpus.categories[hidden] or ()
        if isinstance(read, str):
            return read
        readings = self._readings(target, outcomes, read, states)
        if isinstance(readings, str):
            return readings
        return mean_change(
            readings,
            self._confidence,
            kind="rewrite",
            reads="output" if reads_output else "masked slot",
            states=None if contrast is None else (contrast.start, contrast.end),
            value=None if contrast is None else contrast.value,
        )

    def _by_removal(self, source: int, target: int, contrast: Contrast | None) -> ModelEffect | str:
        """Remove the source's tokens where they stand and read what that takes away."""
        categories = self._table.categories[source]
        if categories is None:
            return f"{self._table.names[source]} is a number, which removing tokens cannot set."
        codes = self._table.values[self._sample.rows, source].astype(np.int64)
        states = (contrast.start, contrast.end) if contrast else (categories[0], categories[-1])
        value = None if contrast is None else contrast.value
        outcomes = self._table.categories[target] or ()
        if self._operation == "replace":
            start, end = (categories.index(state) for state in states)
            found = self._remover.replaced(source, codes, start, end)
            if isinstance(found, str):
                return found
            readings = self._readings(target, outcomes, found.change[None], ("",))
            if isinstance(readings, str):
                return readings
            return replacement_effect(found, states, readings, value, self._confidence)
        removal = self._remover.outputs(source)
        if isinstance(removal, str):
            return removal
        readings = self._readings(target, outcomes, removal.change[None], ("",))
        if isinstance(readings, str):
            return readings
        return removal_effect(
            removal,
            codes,
            categories,
            states,
            readings,
            value,
            self._operation,
            self._confidence,
        )

    def _readings(
        self, target: int, values: tuple[str, ...], read: np.ndarray, states: tuple[str, ...]
    ) -> Readings | str:
        """Return what was read, float64 [s, n, m], with the target's values beside it."""
        name = self._table.names[target]
        if read.shape[2] not in (1, len(values)):
            return (
                f"Model {self._model.name} has {read.shape[2]} outputs for the {len(values)} "
                f"values of {name}."
            )
        if read.shape[1] < 2:
            return "An interval needs at least 2 documents; raise effects.documents."
        numbers = numeric_levels(values) if len(values) > 2 else None
        return Readings(read, tuple(states), values, numbers, name)
