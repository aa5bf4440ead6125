"""Rewriting a slot to each of its values, and reading another slot's hidden value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causattn.corpora import rewrite
from causattn.effects.interventions.forward import masked_probabilities, stacked, with_ids
from causattn.effects.interventions.sample import Sample, token_rows
from causattn.models import (
    CarrierTokens,
    Encoding,
    carrier_tokens,
    encode_texts,
    predict_labels,
)


@dataclass(frozen=True)
class Version:
    """The sampled documents with one slot at one value; carriers count the corpus's variables."""

    encoding: Encoding
    carriers: CarrierTokens


class Rewriter:
    """Versions of the sample, each made once, and what the model says of them.

    Parameters
    ----------
    sample
        Documents of a corpus whose slots can be rewritten.
    batch_size
        Most documents in a forward pass.
    """

    def __init__(self, sample: Sample, batch_size: int) -> None:
        self._sample, self._batch_size = sample, batch_size
        self._versions: dict[tuple[int, int], Version] = {}
        self._outputs: dict[tuple[int, int], np.ndarray] = {}
        self._value_ids: dict[int, np.ndarray | str] = {}

    def outputs(self, slot: int, values: list[int]) -> np.ndarray:
        """Return a classifier's output with the slot at each value, float64 [s, n, classes]."""
        for value in values:
            if (slot, value) not in self._outputs:
                self._outputs[slot, value] = predict_labels(
                    self._sample.model, self.version(slot, value).encoding, self._batch_size
                )
        return np.stack([self._outputs[slot, value] for value in values])

    def hidden_slot(self, slot: int, values: list[int], target: int) -> np.ndarray | str:
        """Return the target's distribution at its hidden slot, or why it cannot be read.

        Parameters
        ----------
        slot, values
            The slot that is rewritten, and to which s of its values.
        target
            The slot that is hidden and read.

        Returns
        -------
        distribution
            float64 [s, n, target's values], renormalised over the target's values.
        """
        sample, name = self._sample, self._sample.corpus.variables[target]
        ids, hiding = self.value_ids(target), sample.hiding_id(target)
        if isinstance(ids, str):
            return ids
        hidden, positions = [], []
        for version in (self.version(slot, value) for value in values):
            carried = version.carriers.feature == target
            if not np.array_equal(version.carriers.document[carried], np.arange(len(sample))):
                return f"{name} is not one token in every document, so that it cannot be read."
            rows = token_rows(version.encoding, version.carriers, target)
            hidden.append(with_ids(version.encoding, rows, hiding))
            positions.append(version.carriers.position[carried])
        found = masked_probabilities(
            sample.model, stacked(hidden), np.concatenate(positions), ids, self._batch_size
        )
        found /= found.sum(axis=1, keepdims=True)
        return found.reshape(len(values), len(sample), len(ids))

    def version(self, slot: int, value: int) -> Version:
        """Return the sample with one slot rewritten to one value."""
        if (slot, value) not in self._versions:
            corpus = self._sample.corpus
            wanted = np.full((len(self._sample), len(corpus.variables)), np.nan)
            wanted[:, slot] = value
            changed = rewrite(corpus, wanted)
            encoding = encode_texts(self._sample.model, changed.texts)
            carriers = carrier_tokens(encoding, changed.mentions)
            self._versions[slot, value] = Version(encoding, carriers)
        return self._versions[slot, value]

    def value_ids(self, slot: int) -> np.ndarray | str:
        """Return the token id of each value of a slot as it stands in the texts, int64 [values]."""
        if slot not in self._value_ids:
            self._value_ids[slot] = self._find_value_ids(slot)
        return self._value_ids[slot]

    def _find_value_ids(self, slot: int) -> np.ndarray | str:
        corpus, model = self._sample.corpus, self._sample.model
        ids = []
        for value, label in enumerate(corpus.categories[slot] or ()):
            version = self.version(slot, value)
            rows = token_rows(version.encoding, version.carriers, slot)
            found = np.unique(version.encoding.ids[rows])
            if len(found) != 1 or found[0] == model.tokenizer.unk_token_id:
                return (
                    f"The value {label} of {corpus.variables[slot]} is not one token of model "
                    f"{model.name}, so that its probability cannot be read."
                )
            ids.append(int(found[0]))
        if len(set(ids)) != len(ids):
            return f"Two values of {corpus.variables[slot]} are one token of model {model.name}."
        return np.array(ids)
