"""The source's tokens are hidden behind the mask token."""

from __future__ import annotations

from causattn.effects.contract import Intervention
from causattn.effects.interventions.changes import ModelEffect
from causattn.effects.interventions.contrast import Contrast
from causattn.effects.interventions.earlier_tokens import hidden
from causattn.effects.interventions.removal import masked, own_token, removed
from causattn.effects.interventions.trial import Trial


class Mask(Intervention):
    """The source's tokens are hidden behind the mask token, in the documents that carry them.

    Read at the output, the effect of the values a and b is what hiding takes away where the value
    is b, less what it takes away where it is a (a value that no token carries takes nothing away).
    Read at the target's hidden tokens, it is what showing the source adds to their probability. A
    decoder has no mask token: there the source's tokens are hidden from the attention of all later
    ones.
    """

    name = "mask"
    changes = "tokens"
    reads = frozenset({"output", "masked slot", "next"})

    def effect(
        self, trial: Trial, source: int, target: int, contrast: Contrast | None
    ) -> ModelEffect | str:
        if trial.reads_output(target):
            return removed(trial, source, target, contrast, self.name, masked)
        if trial.sample.model.task == "causal":
            return hidden(trial, source, target)
        return own_token(trial, source, target)


INTERVENTION = Mask()
