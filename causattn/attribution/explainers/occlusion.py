"""Leave one out: what the output loses where one token is replaced.

Zeiler and Fergus (2014), "Visualizing and understanding convolutional networks", section 4.2
(occlusion); Li, Monroe and Jurafsky (2016), "Understanding neural networks through representation
erasure", equation 1, for words, here with the difference itself and not its share of the output.
The score of token i is

    f(x) - f(x with the baseline's token at i).
"""

from __future__ import annotations

from causattn.attribution.cases import CaseBatch
from causattn.attribution.contract import Explainer, Scores
from causattn.attribution.explainers.shared.captum_library import captum_attr


class OcclusionExplainer(Explainer):
    """What the output loses where one token is replaced by what hides it (leave one out)."""

    name = "occlusion"
    paper = "Zeiler and Fergus (2014), Visualizing and understanding convolutional networks"

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


EXPLAINER = OcclusionExplainer
