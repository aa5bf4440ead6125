"""An explainer of one's own: a token counts by its number, which no model is asked for."""

from dataclasses import dataclass

from causattn.attribution import CaseBatch, Explainer, ExplainerSettings, Scores
from causattn.base import above_zero


@dataclass(frozen=True)
class NumberSettings(ExplainerSettings):
    """By the token's number.

    Parameters
    ----------
    power
        What the number is raised to.
    """

    power: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        above_zero(self, "attribution", "power")


class Number(Explainer):
    """The number of a token in the vocabulary."""

    name = "number"
    settings = NumberSettings

    def attribute(self, batch: CaseBatch) -> Scores:
        """Return the numbers."""
        score = batch.ids.double() ** self.options.power * batch.explained
        return Scores(score.cpu().numpy())


EXPLAINER = Number
