"""Interventions on the model: do(source = value) for real, by changing the document's tokens.

Slots are rewritten where the corpus has them (``rewrite``); else the source's tokens are masked,
deleted or replaced, as ``effects.operation`` says. What is read of the target is the distribution
over its values at its hidden slot (masked language models; the probabilities of the values' tokens,
renormalised over them), the probability of its own tokens there (where there are no slots), what a
model that reads from left to right predicts of it from what stands before (``effects.reads``), or
the model's output. Such a model writes all slots behind the source again (``generate``), where the
next token is read and every slot is one; else the source's slot is rewritten and all others stay.

With a masked slot read, all other slots stay in view: the effect is a direct one, other features
held. A masked language model is not a causal model of the world: it answers a change of an effect
in the probability of the cause just as well, so that this evidence speaks of adjacency and of what
the model uses, not of direction.

The interval is normal over documents (Student's t of the mean).
"""

from __future__ import annotations

from causattn.base import CausattnError
from causattn.corpora import Corpus
from causattn.effects.contract import Intervention, Reads
from causattn.effects.interventions.attention_levels import AttentionLevels
from causattn.effects.interventions.changes import ModelEffect
from causattn.effects.interventions.contrast import Contrast
from causattn.effects.interventions.sample import Sample
from causattn.effects.interventions.trial import Trial
from causattn.effects.registry import INTERVENTIONS
from causattn.features import FeatureKind, FeatureTable
from causattn.models import LanguageModel


class ModelInterventions:
    """Interventions on one model over a sample of documents.

    Parameters
    ----------
    model
        A language model (masked, or from left to right) or a classifier.
    corpus, table
        The documents and their features.
    documents
        How many documents to sample (all where there are fewer).
    operation
        The intervention that is made where slots cannot be rewritten.
    confidence
        Coverage of the intervals.
    batch_size
        Most documents in a forward pass.
    seed
        The run's seed.
    reads
        What is read of a decoder: ``"next"``, ``"answer"`` or ``"span"``.

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
        operation: str = "mask",
        confidence: float = 0.95,
        batch_size: int = 256,
        seed: int = 0,
        reads: Reads = "next",
    ) -> None:
        self._model, self._table = model, table
        self._operation = INTERVENTIONS[operation]
        self.sample = Sample(model, corpus, table, documents, seed)
        self._trial = Trial(self.sample, confidence, batch_size, reads)
        self._levels = AttentionLevels(self.sample, batch_size)

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
        reads_output = self._trial.reads_output(target)
        if beside := self._beside_text(source, target):
            return beside
        if kinds[source] is FeatureKind.OUTPUT:
            return f"{names[source]} is the model's output and cannot be set."
        if reads_output and self._model.task != "classifier":
            return f"Model {self._model.name} ({self._model.task}) gives no {names[target]}."
        if not reads_output and self._model.task not in ("masked", "causal"):
            return f"Model {self._model.name} ({self._model.task}) predicts no part of its input."
        try:
            if self._writes(source, target):
                written = INTERVENTIONS["generate"].effect(self._trial, source, target, contrast)
                if not isinstance(written, str):
                    return written
                # Slots of several tokens cannot be written; one of them can be set.
                found = self._chosen(source, target).effect(self._trial, source, target, contrast)
                return written if isinstance(found, str) else found
            return self._chosen(source, target).effect(self._trial, source, target, contrast)
        except CausattnError as error:
            return str(error)

    def cut(self, source: int, target: int, kind: str) -> ModelEffect | str:
        """Return what cutting the target's attention to the source does, or why it was not cut.

        Parameters
        ----------
        source, target
            Columns of the table.
        kind
            An intervention on attention: ``"renormalise"`` or ``"zero"``.
        """
        names, kinds, model = self._table.names, self._table.kinds, self._model
        if beside := self._beside_text(source, target):
            return beside
        if kinds[source] is FeatureKind.OUTPUT:
            return f"{names[source]} is the model's output, to which nothing attends."
        reads = ("classifier",) if self._trial.reads_output(target) else ("masked", "causal")
        if model.task not in reads:
            return f"Model {model.name} ({model.task}) does not predict {names[target]}."
        try:
            return INTERVENTIONS[kind].effect(self._trial, source, target, None)
        except CausattnError as error:
            return str(error)

    def _beside_text(self, *columns: int) -> str:
        """Return a sentence on the first column that the model does not read, else nothing."""
        for column in columns:
            if column in self._table.metadata:
                return f"{self._table.names[column]} stands beside the texts; no model reads it."
        return ""

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
        if beside := self._beside_text(source, target):
            return beside
        try:
            return self._levels.levels(source, target)
        except CausattnError as error:
            return str(error)

    def _writes(self, source: int, target: int) -> bool:
        """Return whether a pair is asked by writing what follows."""
        trial = self._trial
        slots = trial.slot(source) is not None and trial.slot(target) is not None
        return self._model.task == "causal" and trial.reads == "next" and slots

    def _chosen(self, source: int, target: int) -> Intervention:
        """Return the intervention that serves a pair."""
        reads_output, trial = self._trial.reads_output(target), self._trial
        if trial.slot(source) is not None and (reads_output or trial.slot(target) is not None):
            return INTERVENTIONS["rewrite"]
        decodes = self._model.task == "causal"
        reads = "output" if reads_output else "next" if decodes else "masked slot"
        # A target's hidden tokens stay where they are only if the source's do, too.
        return self._operation if reads in self._operation.reads else INTERVENTIONS["mask"]
