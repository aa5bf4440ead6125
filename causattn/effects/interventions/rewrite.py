"""The source's slot is rewritten to each of its values."""

from __future__ import annotations

import numpy as np

from causattn.effects.contract import Intervention
from causattn.effects.interventions.changes import ModelEffect, mean_change
from causattn.effects.interventions.contrast import Contrast
from causattn.effects.interventions.earlier_tokens import rewritten
from causattn.effects.interventions.rewriting import Rewriter
from causattn.effects.interventions.trial import Trial


class Rewrite(Intervention):
    """The source's slot is rewritten to each of its values in every document, all else left.

    The effect of a pair of values is the mean over documents of the change in what the model says
    of the target: its distribution at its hidden slot, or the output; of a decoder, what it
    predicts of the target where the source comes first.
    """

    name = "rewrite"
    changes = "slots"
    reads = frozenset({"output", "masked slot", "next"})

    def effect(
        self, trial: Trial, source: int, target: int, contrast: Contrast | None
    ) -> ModelEffect | str:
        sample, slot = trial.sample, trial.slot(source)
        assert slot is not None
        rewriter = trial.kept.setdefault(self.name, Rewriter(sample, trial.batch_size))
        if sample.model.task == "causal":
            return rewritten(trial, rewriter, source, target, contrast)
        values = sample.corpus.categories[slot] or ()
        states = (contrast.start, contrast.end) if contrast is not None else values
        codes = [values.index(state) for state in states]
        reads_output = trial.reads_output(target)
        if reads_output:
            read: np.ndarray | str = rewriter.outputs(slot, codes)
            outcomes = sample.table.categories[target] or ()
        else:
            hidden = trial.slot(target)
            assert hidden is not None
            read = rewriter.hidden_slot(slot, codes, hidden)
            outcomes = sample.corpus.categories[hidden] or ()
        if isinstance(read, str):
            return read
        readings = trial.readings(target, outcomes, read, states)
        if isinstance(readings, str):
            return readings
        return mean_change(
            readings,
            trial.confidence,
            kind=self.name,
            reads="output" if reads_output else "masked slot",
            states=None if contrast is None else (contrast.start, contrast.end),
            value=None if contrast is None else contrast.value,
        )


INTERVENTION = Rewrite()
