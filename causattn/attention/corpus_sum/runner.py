"""Turns rows of the work into inputs and carriers, and runs them past the measures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from causattn.attention.capture.layer import Stack
from causattn.attention.capture.stream import Capture
from causattn.attention.contract import BatchCarriers, Measure
from causattn.attention.corpus_sum.work import OBSERVED, Work
from causattn.attention.measures.carried import CarriedFeatures
from causattn.attention.measures.gradient import hidden_token_logits, predicted_class_logit
from causattn.attention.measures.summary_probe import SummaryProbe, show_gradients
from causattn.base import ModelError
from causattn.models import CarrierTokens, Encoding, take

Places = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Row of the batch, feature and position, parallel and sorted by row and feature."""


@dataclass(frozen=True)
class Runner:
    """Runs the sequences of some work.

    Parameters
    ----------
    encoding, carriers, work
        The documents, the tokens that carry their features, and which sequences are run.
    hidden
        int64 [f], the token id that hides each feature (-1: not hidden); None in the query mode
        `observed`.
    pooled
        bool [f], features carried by the pooled position.
    stack
        Which attention of the model.
    device
        Where the model is.
    predicted
        Whether a feature attends where its tokens are predicted, one position before them.
    sinks
        Whether measures are to know which tokens are sinks.
    """

    encoding: Encoding
    carriers: CarrierTokens
    work: Work
    hidden: np.ndarray | None
    pooled: np.ndarray
    stack: Stack
    device: torch.device
    predicted: bool = False
    sinks: bool = False

    def inputs(self, rows: np.ndarray) -> dict[str, torch.Tensor]:
        """Return the network's inputs for some rows of the work, features hidden."""
        batch = take(self.encoding, self.work.document[rows])
        ids = batch.input_ids
        if self.hidden is not None:
            row, feature, position = self._hidden_places(rows)
            ids[row, position] = torch.from_numpy(self.hidden[feature])
        inputs = {"input_ids": ids, "attention_mask": batch.attention_mask}
        return {name: tensor.to(self.device) for name, tensor in inputs.items()}

    def run(
        self,
        capture: Capture,
        probe: SummaryProbe,
        gradient: Sequence[Measure],
        rows: np.ndarray,
    ) -> None:
        """Run one batch past the probe, and past the measures that want gradients."""
        inputs = self.inputs(rows)
        length = inputs["input_ids"].shape[1]
        if probe.measures:
            probe.begin(self.carriers_of(rows, length))
            capture.run(inputs, probe)
            probe.end()
        if gradient:
            found = capture.gradients(inputs, self._target(rows))
            layers = [each for each in found if each[0].stack == self.stack]
            show_gradients(gradient, self._batch(rows, self._speaking(rows), length), layers)

    def carriers_of(self, rows: np.ndarray, length: int) -> BatchCarriers:
        """Return the features that attend and those attended to, in a batch of `length` columns."""
        return self._batch(rows, self._attending(rows), length)

    def _attending(self, rows: np.ndarray) -> Places:
        """Return the tokens that attend: those of the features asked for."""
        row, feature, position = self.carriers.of(self.work.document[rows])
        asked = self.work.feature[rows][row]
        keep = (asked == OBSERVED) | (asked == feature)
        return row[keep], feature[keep], position[keep]

    def _hidden_places(self, rows: np.ndarray) -> Places:
        """Return the tokens that are hidden."""
        row, feature, position = self._attending(rows)
        keep = self.hidden[feature] >= 0 if self.hidden is not None else np.zeros(len(row), bool)
        return row[keep], feature[keep], position[keep]

    def _speaking(self, rows: np.ndarray) -> Places:
        """Return the tokens at which the model says what gradients are taken of."""
        if self.hidden is not None:
            return self._hidden_places(rows)
        row, feature, position = self._attending(rows)
        at_pool = position == self.encoding.pooled[self.work.document[rows]][row]
        keep = self.pooled[feature] & at_pool
        return row[keep], feature[keep], position[keep]

    def _target(self, rows: np.ndarray) -> Callable[[Any], torch.Tensor]:
        """Return what the gradients of a batch are taken of."""
        if self.hidden is None:
            return predicted_class_logit
        row, _, position = self._hidden_places(rows)
        first = self.encoding.bounds[self.work.document[rows]][row]
        token = self.encoding.ids[first + position]
        places = (torch.from_numpy(each).to(self.device) for each in (row, position, token))
        return hidden_token_logits(*places)

    def _batch(self, rows: np.ndarray, queries: Places, length: int) -> BatchCarriers:
        """Return the carriers of a batch of `length` columns."""
        # A decoder reads the document one position late, and its last token not at all.
        late_queries = self.stack in ("decoder", "cross")
        late_keys = self.stack == "decoder"
        keys = self.carriers.of(self.work.document[rows])
        if self.predicted:
            row, feature, position = queries
            later = position > 0  # what begins a document is predicted by nothing
            queries = row[later], feature[later], position[later] - 1
        return BatchCarriers(
            queries=self._carried(queries, len(rows), length, late_queries),
            keys=self._carried(keys, len(rows), length, late_keys),
            multiplicity=self.work.multiplicity[rows],
            sinks=self._sinks(rows, keys, length) if self.sinks else None,
        )

    def _sinks(self, rows: np.ndarray, keys: Places, length: int) -> torch.Tensor:
        """Return special tokens that carry nothing, and the first one of the text, bool [B, T]."""
        found = np.zeros((len(rows), length), dtype=bool)
        for row, document in enumerate(self.work.document[rows]):
            first, end = self.encoding.bounds[document : document + 2]
            found[row, : end - first] = self.encoding.special[first:end]
        first_of_text = ~found[:, 0]
        found[keys[0], keys[2]] = False
        found[first_of_text, 0] = True
        return torch.from_numpy(found).to(self.device)

    def _carried(self, places: Places, documents: int, length: int, late: bool) -> CarriedFeatures:
        """Return carriers as tensors."""
        row, feature, position = places
        if late:
            keep = position + 1 < length
            row, feature, position = row[keep], feature[keep], position[keep] + 1
        return CarriedFeatures.of(row, feature, position, documents, self.device)


def check_gradients(model_task: str, name: str, masked: bool, any_pooled: bool) -> None:
    """Raise where a model says nothing that gradients could be taken of.

    Raises
    ------
    ModelError
        For a model that is neither asked for a hidden word nor a classifier with its output among
        the features.
    """
    if masked or (model_task == "classifier" and any_pooled):
        return
    raise ModelError(
        f"The measure gradient asks what model {name} says, which is known of a hidden word "
        "(attention=masked) and of a classifier whose output is a feature; leave gradient out of "
        "attention.measures."
    )
