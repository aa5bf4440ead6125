"""Scores that know nothing: the control which every explainer has to beat.

Adebayo, Gilmer, Muelly, Goodfellow, Hardt and Kim (2018), "Sanity checks for saliency maps",
section 3, compare explanations with ones that cannot depend on the model; this is the plainest.
"""

from __future__ import annotations

import numpy as np

from causattn.attribution.cases import CaseBatch
from causattn.attribution.contract import Explainer, Scores


class RandomExplainer(Explainer):
    """Scores that know nothing: the control of every explainer."""

    name = "random"
    paper = (
        "Adebayo, Gilmer, Muelly, Goodfellow, Hardt and Kim (2018), Sanity checks for saliency maps"
    )
    draws = True

    def attribute(self, batch: CaseBatch) -> Scores:
        """Draw scores; each case has draws of its own."""
        explained = batch.explained.cpu().numpy()
        score = np.zeros(explained.shape)
        for row, number in enumerate(batch.numbers):
            score[row, explained[row]] = self.generator(number).normal(size=explained[row].sum())
        return Scores(score)


EXPLAINER = RandomExplainer
