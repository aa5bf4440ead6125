"""Explainers of recurrent models: what a word's embedding adds, and what is lost without it.

cell_contribution
    What each word adds to a logit of an LSTM language model, read off its cells: Murdoch and Szlam
    (2017), see `recurrent_cells`. One pass, no gradient; it adds up to the logit but
    for the head's bias and what special tokens add.
embedding_ablation
    What the output loses where one token's embedding is erased, all its numbers set to zero, or to
    the mean embedding of the vocabulary: Li, Monroe and Jurafsky (2016), "Understanding neural
    networks through representation erasure", for the dimensions of one word together and the
    difference itself. Unlike occlusion it puts in no word that could say something. For every
    model, recurrent or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch

from causattn.attribution.cases import CaseBatch
from causattn.attribution.contract import Explainer, Scores
from causattn.attribution.explainers.recurrent_cells import Decomposition, contributions
from causattn.attribution.output import replaced_embedding
from causattn.attribution.settings import ExplainerSettings
from causattn.attribution.targets import Scale
from causattn.base import CapabilityError, ConfigError
from causattn.models.recurrent import LSTMForCausalLM


@dataclass(frozen=True)
class CellSettings(ExplainerSettings):
    """Contributions by the cells of an LSTM.

    Parameters
    ----------
    scale
        A logit: a log-probability is no sum over words.
    decomposition
        ``"additive_cell"``: by what is left of what each word wrote into the cell;
        ``"cell_difference"``: by how far the cell moved at each word.
    """

    scale: Scale | None = "logit"
    decomposition: Decomposition = "additive_cell"


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


class CellContributionExplainer(Explainer):
    """What each word adds to a logit, by the cells of an LSTM language model."""

    settings_kind = CellSettings

    def prepare(self) -> None:
        """Refuse what is no LSTM language model, or no logit."""
        model = self.output.model
        if not isinstance(model.network, LSTMForCausalLM):
            raise CapabilityError(
                "attribution=cell_contribution takes apart the cells of an LSTM language model "
                f"(model=lstm_lm), which {model.name} is not; choose another explainer, such as "
                "attribution=embedding_ablation."
            )
        if self.output.scale != "logit":
            raise ConfigError(
                "attribution.scale=log_probability is no sum over words, which "
                "attribution=cell_contribution needs; set attribution.scale=logit."
            )

    def attribute(self, batch: CaseBatch) -> Scores:
        """Return the contributions, summed over the positions that are read."""
        network, settings = self.output.model.network, self.settings
        assert isinstance(network, LSTMForCausalLM)
        assert isinstance(settings, CellSettings)
        score = torch.zeros(batch.ids.shape, dtype=torch.float64, device=batch.ids.device)
        for position, token in zip(batch.position.T, batch.index.T, strict=True):
            found = contributions(
                network,
                batch.ids,
                batch.mask,
                position.clamp(min=0),
                token,
                settings.decomposition,
            )
            score += found * (position >= 0)[:, None]
        return Scores((score * batch.explained).cpu().numpy())


class EmbeddingAblationExplainer(Explainer):
    """Each token's embedding erased."""

    settings_kind = AblationSettings

    def prepare(self) -> None:
        """Find what stands in for an embedding."""
        settings = self.settings
        assert isinstance(settings, AblationSettings)
        model = self.output.model
        weight = model.network.get_input_embeddings().weight
        assert isinstance(weight, torch.Tensor)
        table = weight.detach()
        self._erased = torch.zeros_like(table[0])
        if settings.erased == "mean":
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
