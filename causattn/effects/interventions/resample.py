"""The source's tokens become those of another document, before what a decoder predicts."""

from __future__ import annotations

from causattn.effects.contract import Intervention
from causattn.effects.interventions.changes import ModelEffect
from causattn.effects.interventions.contrast import Contrast
from causattn.effects.interventions.earlier_tokens import resampled
from causattn.effects.interventions.trial import Trial


class Resample(Intervention):
    """The source's tokens become those of another document, as many and other ones.

    Of decoders: read is what is predicted of the target after them. The effect is what a document's
    own tokens add.
    """

    name = "resample"
    changes = "tokens"
    reads = frozenset({"next"})

    def effect(
        self, trial: Trial, source: int, target: int, contrast: Contrast | None
    ) -> ModelEffect | str:
        return resampled(trial, source, target)


INTERVENTION = Resample()
