"""What a model says of texts, as the search for minimal edits asks it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from causattn.base import CapabilityError, DataError
from causattn.exemplars.edits import Decide
from causattn.models import LanguageModel, encode_texts, predict_labels, predict_tokens


def label_decision(model: LanguageModel, batch_size: int = 64) -> Decide:
    """Return a function from texts to a classifier's probabilities, float64 [n, classes].

    Raises
    ------
    CapabilityError
        Where the model is no classifier, or gives a number: nothing could flip.
    """
    if model.task != "classifier" or model.network.config.num_labels == 1:
        what = "a number" if model.task == "classifier" else "no label"
        raise CapabilityError(
            f"Model {model.name} gives {what} for a document, so that no edit flips it; take a "
            "classifier of two classes or more."
        )

    def decide(texts: Sequence[str]) -> np.ndarray:
        return predict_labels(model, encode_texts(model, texts, "truncate"), batch_size)

    return decide


def hidden_decision(
    model: LanguageModel, hiding: int, values: Sequence[int], batch_size: int = 64
) -> Decide:
    """Return a function from texts with one hidden slot to the probabilities of its values.

    Parameters
    ----------
    model
        A masked language model.
    hiding
        The token that hides the slot; it stands once in every text.
    values
        The tokens of the slot's values; their probabilities are made to sum to 1.
    batch_size
        Most documents in a forward pass.
    """
    tokens = np.asarray(values, dtype=np.int64)

    def decide(texts: Sequence[str]) -> np.ndarray:
        encoding = encode_texts(model, texts, "truncate")
        flat = np.flatnonzero(encoding.ids == hiding)
        document = np.searchsorted(encoding.bounds, flat, side="right") - 1
        if not np.array_equal(document, np.arange(len(encoding))):
            raise DataError(
                "A text does not hold its hidden slot exactly once; give texts in which the "
                "hiding token stands in place of one slot."
            )
        position = flat - encoding.bounds[document]
        log = predict_tokens(model, encoding, position, tokens, batch_size)
        odds = np.exp(log - log.max(axis=1, keepdims=True))
        found: np.ndarray = odds / odds.sum(axis=1, keepdims=True)
        return found

    return decide
