"""What the output loses where one token is deleted and those behind it move up."""

from __future__ import annotations

import numpy as np
import torch

from causattn.attribution.cases import CaseBatch
from causattn.attribution.contract import Explainer, Scores
from causattn.base import DataError


class DeletionExplainer(Explainer):
    """What the output loses where one token is deleted."""

    name = "deletion"

    def attribute(self, batch: CaseBatch) -> Scores:
        """Return the differences, one column of the batch after the other."""
        whole = self.output.of_ids(batch.ids, *batch.extra)
        score = torch.zeros(batch.ids.shape, dtype=torch.float64, device=batch.ids.device)
        if (batch.mask.sum(1) < 2).any():
            raise DataError(
                "A text of one token has nothing left when it is deleted; leave it out, or choose "
                "attribution=occlusion."
            )
        for column in np.flatnonzero(batch.explained.any(0).cpu().numpy()).tolist():
            rows = torch.nonzero(batch.explained[:, column])[:, 0]
            ids, mask = (
                torch.cat([part[rows, :column], part[rows, column + 1 :]], dim=1)
                for part in (batch.ids, batch.mask)
            )
            # What was read behind it, or off it as the last token, moves up.
            position = batch.position[rows]
            position = position - (position >= column).long()
            found = self.output.of_ids(ids, mask, position, batch.index[rows])
            score[rows, column] = whole[rows] - found
        return Scores(score.cpu().numpy())


EXPLAINER = DeletionExplainer
