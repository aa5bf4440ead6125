"""Conditional mutual information, with the model's own conditionals as the density.

Math and Lienhart (2026), arXiv:2602.01135 ("TRACE"): a model that predicts events is an estimate of
their conditionals, so that what a word X says of a word Y given all others Z,

    I(X; Y | Z) = E [ KL( p(Y | X, Z) || p(Y | Z) ) ],

is read off its predictions; a token's score is the divergence in one document, in nats, and the
corpus takes the mean. The three constructions differ in p(Y | Z) and in Z:

- *hidden*: the model is asked with X hidden. Exact where it was trained to be asked so.
- *atomic*: X alone is replaced by each value x, and p(Y | Z) = sum p(x | Z) p(Y | x, Z). A masked
  model says p(x | Z) itself; one that reads from left to right says p(x | what is before X) times
  the probabilities of what stands between X and Y, which is the same by Bayes' rule.
- *full*: what stands between X and Y is replaced, too, by tokens drawn uniformly, alike on both
  sides, and X is so in p(Y | Z): no path through what lies between. So the authors' package does,
  with the divergence of one event against all others where here it is that of the whole
  distribution. Its mean is no information of the documents' own distribution.

For words of one token each. Of a word of several the tokens' scores are added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from causattn.attribution.cases import CaseBatch
from causattn.attribution.contract import Explainer, Scores
from causattn.attribution.settings import ExplainerSettings, Scale
from causattn.base import ConfigError, ModelError, above_zero


@dataclass(frozen=True)
class ModelCmiSettings(ExplainerSettings):
    """Conditional mutual information by the model's conditionals.

    Parameters
    ----------
    construction
        What the prediction is held against: hidden (the word hidden), atomic (the word's other
        values, as likely as the model finds them), or full (the word and all between it and what
        is predicted drawn uniformly; for models that read from left to right).
    samples
        How many tokens are drawn in place of one; atomic takes each token of the vocabulary once
        where there are no more.
    scale
        A log-probability: a logit is no distribution.
    unit
        ``"output"`` is in nats.
    """

    construction: Literal["hidden", "atomic", "full"] = "hidden"
    samples: int = 32
    scale: Scale | None = "log_probability"
    unit: Literal["share", "output"] = "output"

    def __post_init__(self) -> None:
        super().__post_init__()
        above_zero(self, "attribution", "samples")
        if self.scale == "logit":
            raise ConfigError(
                "attribution.scale=logit is no distribution, which attribution=model_cmi needs; "
                "set attribution.scale=log_probability."
            )


class ModelCmiExplainer(Explainer):
    """What a token says of the prediction given all others, by the model's own conditionals."""

    name = "model_cmi"
    paper = "Math and Lienhart (2026), arXiv:2602.01135 (TRACE)"
    options: ModelCmiSettings
    settings = ModelCmiSettings

    def prepare(self) -> None:
        """Refuse a model without the conditionals that are asked for."""
        model, construction = self.output.model, self.options.construction
        self.draws = construction != "hidden"
        tasks = {"hidden": ("masked", "causal", "classifier"), "atomic": ("masked", "causal")}
        values = model.task == "classifier" and model.network.config.num_labels == 1
        if values or model.task not in tasks.get(construction, ("causal",)):
            raise ModelError(
                f"Model {model.name}, a {model.task} model{' of a value' if values else ''}, has "
                f"not the conditionals that attribution.construction={construction} needs; choose "
                "hidden (language models and classifiers of labels), atomic (language models) or "
                "full (models that read from left to right)."
            )

    def attribute(self, batch: CaseBatch) -> Scores:
        """Return the divergences, all documents of the batch one column after the other."""
        score = torch.zeros(batch.ids.shape, dtype=torch.float64, device=batch.ids.device)
        by = {"hidden": self._hidden, "atomic": self._atomic, "full": self._full}
        for column in torch.nonzero(batch.explained.any(0))[:, 0].tolist():
            score[:, column] = by[self.options.construction](batch, column)
        return Scores((score * batch.explained).cpu().numpy())

    def _hidden(self, batch: CaseBatch, column: int) -> torch.Tensor:
        ids = batch.ids.clone()
        ids[:, column] = batch.baseline[:, column]
        whole, without = (self._read(batch, each) for each in (batch.ids, ids))
        return _divergence(whole, without, batch.position)

    def _atomic(self, batch: CaseBatch, column: int) -> torch.Tensor:
        proposal = self._proposal(batch, column)
        tokens, weight = self._values(batch, proposal)
        between = self._between(batch, column)
        parts, weights = [], []
        for token, own in zip(tokens, weight, strict=True):
            ids = batch.ids.clone()
            ids[:, column] = token
            parts.append(self._read(batch, ids))
            weights.append(own + self._likelihood(batch, ids, between))
        share = torch.stack(weights).log_softmax(0)[..., None, None]
        without = torch.stack(parts).add_(share).logsumexp(0)
        return _divergence(self._read(batch, batch.ids), without, batch.position)

    def _full(self, batch: CaseBatch, column: int) -> torch.Tensor:
        between = self._between(batch, column)
        tokens = self._uniform(batch, self.options.samples)
        total = torch.zeros(len(batch), dtype=torch.float64, device=batch.ids.device)
        for drawn in tokens:
            whole = torch.where(between, drawn, batch.ids)
            ids = whole.clone()
            ids[:, column] = drawn[:, column]
            found = self._read(batch, whole), self._read(batch, ids)
            total += _divergence(*found, batch.position)
        return total / self.options.samples

    def _read(self, batch: CaseBatch, ids: torch.Tensor) -> torch.Tensor:
        return self.output.distribution(ids, batch.mask, batch.position)

    def _proposal(self, batch: CaseBatch, column: int) -> torch.Tensor:
        """Return what the model says of the token, from what it sees of the others, [b, V]."""
        ids = batch.ids
        if self.output.model.task == "masked":
            ids = ids.clone()
            ids[:, column] = batch.baseline[:, column]
            read = column
        else:
            read = column - 1  # before the first token, nothing: all are alike
        place = torch.full_like(batch.position[:, :1], max(read, 0))
        found = self.output.distribution(ids, batch.mask, place)[:, 0]
        return found if read >= 0 else torch.full_like(found, -np.log(found.shape[1]))

    def _values(
        self, batch: CaseBatch, proposal: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return tokens in place of one, int64 [s, b], and the logarithm of their weights."""
        if proposal.shape[1] <= self.options.samples:
            every = torch.arange(proposal.shape[1], device=proposal.device)
            return every[:, None].expand(-1, len(batch)), proposal.T
        below = proposal.exp().cumsum(1)
        at = torch.from_numpy(self._numbers(batch, (self.options.samples,))).to(below.device)
        tokens = torch.searchsorted(below, at * below[:, -1:]).clamp(max=below.shape[1] - 1)
        return tokens.T, torch.zeros_like(at.T)

    def _uniform(self, batch: CaseBatch, samples: int) -> torch.Tensor:
        """Return tokens drawn uniformly, int64 [s, b, T]."""
        weight = self.output.model.network.get_input_embeddings().weight
        assert isinstance(weight, torch.Tensor)
        size = len(weight)
        found = self._numbers(batch, (samples, batch.ids.shape[1])) * size
        return torch.from_numpy(found.astype(np.int64)).transpose(0, 1).to(batch.ids.device)

    def _numbers(self, batch: CaseBatch, shape: tuple[int, ...]) -> np.ndarray:
        """Return numbers between 0 and 1, float64 [b, *shape], a case's own whatever its batch."""
        return np.stack([self.generator(int(number)).random(shape) for number in batch.numbers])

    def _between(self, batch: CaseBatch, column: int) -> torch.Tensor:
        """Return what stands between the token and the first that is predicted, bool [b, T]."""
        if self.output.model.task == "masked":
            return torch.zeros_like(batch.mask, dtype=torch.bool)
        width = batch.ids.shape[1]
        after = torch.where(batch.position >= column, batch.position, width).amin(1)
        after = torch.where(after < width, after, column)
        places = torch.arange(width, device=batch.ids.device)
        return (places > column) & (places <= after[:, None])

    def _likelihood(
        self, batch: CaseBatch, ids: torch.Tensor, between: torch.Tensor
    ) -> torch.Tensor:
        """Return the log-probability of what stands between, each from all before it, [b]."""
        places = torch.nonzero(between.any(0))[:, 0]
        if not len(places):
            return torch.zeros(len(batch), dtype=torch.float64, device=ids.device)
        read = (places - 1).expand(len(batch), -1)
        found = self.output.distribution(ids, batch.mask, read)
        own = found.gather(-1, ids[:, places, None])[..., 0]
        return torch.where(between[:, places], own, 0.0).sum(1)


def _divergence(whole: torch.Tensor, without: torch.Tensor, position: torch.Tensor) -> torch.Tensor:
    """Return KL(whole || without) of logarithms [b, k, V], added over what is read, [b]."""
    terms = torch.where(whole.isneginf(), 0.0, whole.exp() * (whole - without))
    return (terms.sum(-1) * (position >= 0)).sum(-1)


EXPLAINER = ModelCmiExplainer
