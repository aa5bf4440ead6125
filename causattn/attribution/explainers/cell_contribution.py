"""What each word adds to a logit of an LSTM language model, read off its cells.

Murdoch and Szlam (2017), see `recurrent_cells`. One pass, no gradient; it adds up to the logit but
for the head's bias and what special tokens add.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from causattn.attribution.cases import CaseBatch
from causattn.attribution.contract import Explainer, Scores
from causattn.attribution.explainers.shared.recurrent_cells import Decomposition, contributions
from causattn.attribution.settings import ExplainerSettings, Scale
from causattn.base import CapabilityError, ConfigError
from causattn.models import LSTMForCausalLM


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


class CellContributionExplainer(Explainer):
    """What each word adds to a logit of an LSTM language model, read off its cells."""

    name = "cell_contribution"
    paper = (
        "Murdoch and Szlam (2017), Automatic rule extraction from long short term memory networks"
    )
    options: CellSettings
    settings = CellSettings

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
        network = self.output.model.network
        assert isinstance(network, LSTMForCausalLM)
        score = torch.zeros(batch.ids.shape, dtype=torch.float64, device=batch.ids.device)
        for position, token in zip(batch.position.T, batch.index.T, strict=True):
            found = contributions(
                network,
                batch.ids,
                batch.mask,
                position.clamp(min=0),
                token,
                self.options.decomposition,
            )
            score += found * (position >= 0)[:, None]
        return Scores((score * batch.explained).cpu().numpy())


EXPLAINER = CellContributionExplainer
