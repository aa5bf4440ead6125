"""What the output loses where one token's embedding is erased.

All its numbers are set to zero, or to the mean embedding of the vocabulary: Li, Monroe and Jurafsky
(2016), "Understanding neural networks through representation erasure", for the dimensions of one
word together and the difference itself. Unlike occlusion it puts in no word that could say
something. For every model, recurrent or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch

from causattn.attribution.cases import CaseBatch
from causattn.attribution.contract import Explainer, Scores
from causattn.attribution.output import replaced_embedding
from causattn.attribution.settings import ExplainerSettings


@dataclass(frozen=True)
class AblationSettings(ExplainerSettings):
    """Embeddings erased one at a time.

    Parameters
    ----------
    erased
        What stands in for an embedding: ``"zero"``, or the ``"mean"`` of the vocabulary's, special
        tokens left out.
    """

    erased: Literal["zero", "mean"] = "zero"


class EmbeddingAblationExplainer(Explainer):
    """What the output loses where one token's embedding is erased; any model."""

    name = "embedding_ablation"
    paper = (
        "Li, Monroe and Jurafsky (2016), Understanding neural networks through representation "
        "erasure"
    )
    options: AblationSettings
    settings = AblationSettings

    def prepare(self) -> None:
        """Find what stands in for an embedding."""
        model = self.output.model
        weight = model.network.get_input_embeddings().weight
        assert isinstance(weight, torch.Tensor)
        table = weight.detach()
        self._erased = torch.zeros_like(table[0])
        if self.options.erased == "mean":
            plain = torch.ones(len(table), dtype=torch.bool, device=table.device)
            plain[[number for number in model.tokenizer.all_special_ids if number < len(table)]] = (
                False
            )
            self._erased = table[plain].mean(0)

    def attribute(self, batch: CaseBatch) -> Scores:
        """Return the differences, all documents of the batch one column after the other."""
        whole = self.output.of_ids(batch.ids, *batch.extra)
        score = torch.zeros(batch.ids.shape, dtype=torch.float64, device=batch.ids.device)
        network = self.output.model.network
        for column in torch.nonzero(batch.explained.any(0))[:, 0].tolist():

            def erase(made: torch.Tensor, column: int = column) -> torch.Tensor:
                changed = made.clone()
                changed[:, column] = self._erased.to(made.dtype)
                return changed

            with replaced_embedding(network, erase):
                score[:, column] = whole - self.output.of_ids(batch.ids, *batch.extra)
        return Scores((score * batch.explained).cpu().numpy())


EXPLAINER = EmbeddingAblationExplainer
