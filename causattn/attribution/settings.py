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
    query
        Whose prediction is explained over a corpus: ``"masked"`` (each feature hidden in turn, for
        masked language models), ``"label"`` (a classifier's output), ``"next"`` (each feature from
        those before it, for models that read from left to right), or ``"auto"`` (whichever the
        model can).
    scale
        ``"logit"`` or ``"log_probability"``; None is the logit of a class, and the log-probability
        of a hidden or following word.
    unit
        Over a corpus: ``"share"`` (of all that a document's features contribute, in absolute value,
        as attention's weights are) or ``"output"`` (its own unit, where what is hard to predict
        outweighs what is easy).
    documents
        Over a corpus: most documents to explain, each once a feature, drawn without replacement;
        None for all.
    batch_tokens
        Tokens in a batch, padding included. A GPU wants more than a processor.
    """

    query: Literal["auto", "masked", "label", "next"] = "auto"
    scale: Scale | None = None
    unit: Literal["share", "output"] = "share"
    documents: int | None = 1000
    batch_tokens: int = 4096

    def __post_init__(self) -> None:
        above_zero(self, "attribution", "documents", "batch_tokens")


@dataclass(frozen=True)
class AttentionItselfSettings:
    """Attention itself proposes the candidates (see the group attention), no other explainer.

    Parameters
    ----------
    documents
        Most documents that attention is then summed over; None for as many as attention.documents
        says.
    """

    kind: Literal["attention"] = "attention"
    documents: int | None = None
