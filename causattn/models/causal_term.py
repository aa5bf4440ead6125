"""The causal term of a classifier's loss, batch by batch; what it is says `causal_loss`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import torch

from causattn.base import ConfigError, generator
from causattn.corpora import POOLED, Corpus, Mentions
from causattn.models.carriers import carrier_tokens
from causattn.models.causal_attention import Forward
from causattn.models.causal_loss import (
    Average,
    Distance,
    attention_maps,
    feature_attention,
    graph_distance,
    intervention_variance,
    output_variance,
)
from causattn.models.causal_readings import CausalReadings
from causattn.models.causal_target import TRUTH, causal_target
from causattn.models.encoding import Batch, Encoding, encode_texts, take
from causattn.models.model import LanguageModel


@dataclass(frozen=True, kw_only=True)
class CausalSettings:
    """The causal term of a loss.

    Parameters
    ----------
    causal_kind
        ``"graph"`` (attention between features as in a graph), ``"interventions"`` (attention that
        does not move when words that should not matter are drawn again) or ``"output"`` (the same
        for the output: no attention).
    causal_weight
        What the term is multiplied by; 0 is plain training.
    causal_graph
        ``"truth"`` (the corpus's own), ``"shuffled"`` (its names exchanged: a control) or a file,
        such as graph.json.
    causal_attention
        The maps that are looked at: ``"each"`` head of each layer, their ``"mean"``, or
        ``"rollout"`` (which counts ways through other tokens).
    causal_distance
        From the graph, for graph alone: ``"kl"`` or ``"squared"``.
    causal_resample
        Features whose words interventions draw again; where none is named, those from which the
        graph has no way to the label. For interventions and output.
    causal_copies
        Rewritten readings of each document in a step. For interventions and output.
    """

    causal_kind: Literal["interventions", "graph", "output"] = "graph"
    causal_weight: float = 1.0
    causal_graph: str = TRUTH
    causal_attention: Average = "mean"
    causal_distance: Distance = "kl"
    causal_resample: list[str] = field(default_factory=list)
    causal_copies: int = 2

    def __post_init__(self) -> None:
        if not 0 <= self.causal_weight < float("inf"):
            raise ConfigError(
                f"model.causal_weight={self.causal_weight} must be 0 or more; below 0 it would "
                "reward what the term punishes."
            )
        if self.causal_copies < 1:
            raise ConfigError(
                f"model.causal_copies={self.causal_copies} leaves nothing to compare a document "
                "with; set it to at least 1."
            )


class CausalTerm:
    """Computes a batch's logits and the term.

    Parameters
    ----------
    settings
        Which term.
    model
        The classifier.
    forward
        Its forward pass (`attention_in_training`).
    corpus
        The documents.
    rows
        int64 [n], the documents of the corpus that a batch's document numbers count.
    seed
        The run's seed; what is drawn here has a stream of its own.

    Raises
    ------
    ConfigError, DataError, CapabilityError
        Where the corpus does not have what the term needs.
    """

    def __init__(
        self,
        settings: CausalSettings,
        model: LanguageModel,
        forward: Forward,
        corpus: Corpus,
        rows: np.ndarray,
        seed: int,
    ) -> None:
        self._settings, self._model, self._forward, self._rows = settings, model, forward, rows
        rng = generator(seed, "models", "causal_term", "shuffled")
        self.target = causal_target(settings.causal_graph, corpus, rng)
        self._reads = torch.from_numpy(self.target.reads).to(model.device)
        self.values: list[float] = []
        if settings.causal_kind == "graph":
            self.drawn: tuple[str, ...] = ()
            encoding = encode_texts(model, [corpus.texts[int(row)] for row in rows])
            bounds = np.full(len(corpus), -1)
            bounds[rows] = np.arange(len(rows))
            mentions = corpus.mentions.renumbered(documents=bounds)
            self._carriers = carrier_tokens(encoding, self._features(mentions, len(rows)))
        else:
            self.drawn = tuple(settings.causal_resample) or self.target.irrelevant()
            draws = generator(seed, "models", "causal_term", "readings")
            self._readings = CausalReadings(corpus, self.drawn, draws)

    def __call__(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the batch's logits [B, c] and the weighted term; remember the bare one."""
        logits, term = self.bare(batch)
        self.values.append(float(term.detach()))
        return logits, self._settings.causal_weight * term

    def bare(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the batch's logits [B, c] and the term without its weight, both with gradients."""
        if self._settings.causal_kind == "graph":
            return self._graph(batch)
        return self._interventions(batch.documents)

    def _graph(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        logits, layers = self._forward(batch)
        carried = self._carried(batch, *self._carriers.of(batch.documents))
        maps = attention_maps(layers, self._settings.causal_attention)
        attention = feature_attention(maps, carried)
        mentioned = carried.any(-1)
        distance = self._settings.causal_distance
        return logits, graph_distance(attention, self._reads, mentioned, distance)

    def _interventions(self, documents: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        copies = self._settings.causal_copies
        read = self._readings.draw(self._rows[documents], copies)
        encoding: Encoding = encode_texts(self._model, read.texts)
        everything = np.arange(len(read))
        batch = take(encoding, everything).to(self._model.device)
        logits, layers = self._forward(batch)
        by_reading = (1 + copies, len(documents))
        outputs = logits.reshape(*by_reading, -1)
        if self._settings.causal_kind == "output":
            return outputs[0], output_variance(outputs)
        carriers = carrier_tokens(encoding, self._features(read.mentions, len(read)))
        carried = self._carried(batch, *carriers.of(everything))
        maps = attention_maps(layers, self._settings.causal_attention)
        attention = feature_attention(maps, carried)
        mentioned = carried.any(-1).reshape(*by_reading, -1).all(0)
        stay = [name not in self.drawn for name in self.target.names]
        stays = mentioned & torch.tensor(stay, device=mentioned.device)
        attention = attention.reshape(*by_reading, *attention.shape[1:])
        return outputs[0], intervention_variance(attention, stays)

    def _features(self, mentions: Mentions, count: int) -> Mentions:
        """Return the mentions of the target's features, the label's pooled ones among them."""
        column = np.full(int(max(mentions.variable.max(), self.target.variables.max())) + 1, -1)
        column[self.target.variables] = np.arange(len(self.target.variables))
        feature = column[mentions.variable]
        kept = feature >= 0
        pooled = np.full(count, POOLED)
        return Mentions(
            np.concatenate([mentions.document[kept], np.arange(count)]),
            np.concatenate([feature[kept], np.full(count, len(self.target.variables))]),
            np.concatenate([mentions.start[kept], pooled]),
            np.concatenate([mentions.end[kept], pooled]),
        )

    def _carried(
        self, batch: Batch, row: np.ndarray, feature: np.ndarray, position: np.ndarray
    ) -> torch.Tensor:
        """Return which token carries which feature, float [B, F, T]."""
        count, length = batch.input_ids.shape
        carried = torch.zeros(count, len(self.target.names), length, device=self._model.device)
        carried[row, feature, position] = 1.0
        return carried
