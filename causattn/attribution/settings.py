"""Settings of the config group `attribution` that all explainers have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from causattn.base import above_zero

Scale = Literal["logit", "log_probability"]


@dataclass(frozen=True)
class ExplainerSettings:
    """What all explainers have in common.

    Parameters
    ----------
    kind
        Which explainer.
    query
        Over a corpus: ``"masked"`` hides each feature in turn and explains what the model says of
        the true word, ``"label"`` explains a classifier's output, ``"next"`` what a model that
        reads from left to right says of each feature's words before they come; ``"auto"`` takes the
        one that the model can.
    scale
        Logit or log-probability; None for a class's logit and a hidden or following token's
        log-probability.
    unit
        Over a corpus: ``"share"`` divides a document's contributions by the sum of their absolute
        values, so that each prediction hands out 1, as attention does; ``"output"`` leaves them in
        units of the output, where what is hard to tell outweighs what is easy.
    documents
        Over a corpus: most documents to explain, drawn without replacement; None for all.
    batch_tokens
        Tokens in a batch, padding included.
    """

    kind: str = ""
    query: Literal["auto", "masked", "label", "next"] = "auto"
    scale: Scale | None = None
    unit: Literal["share", "output"] = "share"
    documents: int | None = None
    batch_tokens: int = 4096

    def __post_init__(self) -> None:
        above_zero(self, "attribution", "documents", "batch_tokens")
