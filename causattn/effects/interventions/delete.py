"""The source's tokens are taken out."""

from __future__ import annotations

import numpy as np

from causattn.effects.contract import Intervention
from causattn.effects.interventions.changes import ModelEffect
from causattn.effects.interventions.contrast import Contrast
from causattn.effects.interventions.forward import without
from causattn.effects.interventions.removal import removed
from causattn.effects.interventions.trial import Trial
from causattn.models import Encoding


class Delete(Intervention):
    """The source's tokens are taken out of the documents that carry them; else as ``mask``."""

    name = "delete"
    changes = "tokens"
    reads = frozenset({"output"})

    def effect(
        self, trial: Trial, source: int, target: int, contrast: Contrast | None
    ) -> ModelEffect | str:
        return removed(trial, source, target, contrast, self.name, _deleted)


def _deleted(trial: Trial, encoding: Encoding, rows: np.ndarray) -> Encoding | str:
    left = without(encoding, rows)
    if (left.lengths == 0).any():
        return "Deleting the tokens leaves an empty document; set effects.operation=mask."
    return left


INTERVENTION = Delete()
