"""Settings of the config group `attribution`: one kind an explainer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from causattn.attribution.targets import Scale


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

    kind: Any = ""
    query: Literal["auto", "masked", "label", "next"] = "auto"
    scale: Scale | None = None
    unit: Literal["share", "output"] = "share"
    documents: int | None = None
    batch_tokens: int = 4096


@dataclass(frozen=True)
class PathSettings(ExplainerSettings):
    """Integrated gradients.

    Parameters
    ----------
    steps
        Points on the path at which the gradient is taken (Gauss-Legendre).
    """

    steps: int = 32


@dataclass(frozen=True)
class DrawnSettings(ExplainerSettings):
    """Explainers that draw which tokens to take away.

    Parameters
    ----------
    samples
        How often: sets of tokens for LIME and KernelSHAP, whole orders of the tokens for Shapley
        sampling.
    """

    samples: int = 50


@dataclass(frozen=True)
class LimeSettings(DrawnSettings):
    """LIME.

    Parameters
    ----------
    kernel_width
        Width of the exponential kernel over the cosine distance to the whole document.
    ridge
        Weight of the penalty on squared coefficients.
    """

    samples: int = 100
    kernel_width: float = 0.25
    ridge: float = 1.0


@dataclass(frozen=True)
class AttentionSettings(ExplainerSettings):
    """Attention as an explainer of single documents.

    Parameters
    ----------
    measure
        Weights averaged over layers and heads (``"raw"``), rollout, flow, norms, or gradients.
    """

    measure: Literal["raw", "rollout", "flow", "norm", "gradient"] = "raw"
