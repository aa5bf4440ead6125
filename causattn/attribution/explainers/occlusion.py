"""Leave one out: what the output loses where one token is replaced, or deleted.

Replaced: Zeiler and Fergus (2014), "Visualizing and understanding convolutional networks", section
4.2 (occlusion); Li, Monroe and Jurafsky (2016), "Understanding neural networks through
representation erasure", equation 1, for words, here with the difference itself and not its share
of the output. The score of token i is

    f(x) - f(x with the baseline's token at i).

Deleted: the same with the token gone and those behind it moved up.
"""

from __future__ import annotations

import numpy as np
import torch

from causattn.attribution.cases import CaseBatch
from causattn.attribution.contract import Explainer, Scores
from causattn.attribution.explainers.captum_library import captum_attr
from causattn.base import DataError


class OcclusionExplainer(Explainer):
    """Each token replaced by the baseline's (captum's feature ablation)."""

    def prepare(self) -> None:
        """Make captum's ablation."""
        self._ablation = captum_attr().FeatureAblation(self.output.of_ids)

    def attribute(self, batch: CaseBatch) -> Scores:
        """Return the differences, all documents of the batch one column after the other."""
        score = self._ablation.attribute(
            batch.ids, baselines=batch.baseline, additional_forward_args=batch.extra
        )
        # Padding and special tokens are their own baseline: they lose nothing but rounding.
        return Scores((score.double() * batch.explained).cpu().numpy())


class DeletionExplainer(Explainer):
    """Each token deleted."""

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
