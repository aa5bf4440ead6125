"""The state that a classifier's head reads of a text, and what the head says of other states.

For a BERT the state is that of the first token after the last layer, and the head is what follows:
pooler (dense layer and tanh) and the last linear layer. This is the head of the classifiers of
Abraham et al. (2022), dense, tanh, linear; methods that look inside a classifier read and change
the state before it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import torch

from causattn.base import CapabilityError
from causattn.models import LanguageModel, batches, encode_texts

Of = Literal["logit", "probability"]


class States(NamedTuple):
    """What a classifier holds of n texts, float64 [n, width] each.

    ``read`` is what the head reads, ``pooled`` what its last linear layer reads.
    """

    read: np.ndarray
    pooled: np.ndarray


@dataclass(frozen=True)
class Head:
    """A classifier's head: from states [n, width] to what it says [n, classes].

    Parameters
    ----------
    pooler, classifier
        Its two parts: the dense layer with tanh, and the last linear layer.
    """

    pooler: torch.nn.Module
    classifier: torch.nn.Module

    @classmethod
    def of(cls, model: LanguageModel) -> Head:
        """Return a model's head.

        Raises
        ------
        CapabilityError
            Where the model is no BERT with a linear layer on its pooler.
        """
        pooler = getattr(model.network.base_model, "pooler", None)
        classifier = getattr(model.network, "classifier", None)
        if pooler is None or not isinstance(classifier, torch.nn.Linear):
            raise CapabilityError(
                f"Model {model.name} has no pooler and linear layer whose state could be changed; "
                "take a BERT classifier such as model=minilm."
            )
        return cls(pooler, classifier)

    def outputs(self, states: torch.Tensor) -> torch.Tensor:
        """Return the logits of states, [n, classes], so that gradients reach the states."""
        logits: torch.Tensor = self.classifier(self.pooler(states[:, None]))
        return logits

    def probabilities(self, states: np.ndarray) -> np.ndarray:
        """Return the classes' probabilities, float64 [n, classes]."""
        with torch.no_grad():
            return self.outputs(self._tensor(states)).double().softmax(-1).cpu().numpy()

    def derivatives(self, states: np.ndarray, direction: np.ndarray, of: Of) -> np.ndarray:
        """Return the derivative of each class's logit or probability along one direction.

        Parameters
        ----------
        states
            float64 [n, width].
        direction
            float64 [width].
        of
            What is differentiated.

        Returns
        -------
        float64 [n, classes].
        """
        asked: Callable[[torch.Tensor], torch.Tensor] = (
            self.outputs if of == "logit" else lambda state: self.outputs(state).softmax(-1)
        )
        at = self._tensor(states)
        along = self._tensor(direction).expand_as(at)
        with torch.no_grad():
            found: torch.Tensor = torch.func.jvp(asked, (at,), (along,))[1]
        return found.double().cpu().numpy()

    def _tensor(self, values: np.ndarray) -> torch.Tensor:
        weight = self.classifier.weight
        assert isinstance(weight, torch.Tensor)
        return torch.as_tensor(values, dtype=weight.dtype, device=weight.device)


def read_states(model: LanguageModel, texts: Sequence[str], batch_size: int = 64) -> States:
    """Return what a BERT classifier holds of texts before its head and before its last layer."""
    encoding = encode_texts(model, texts)
    width = int(model.network.config.hidden_size)
    read, pooled = np.empty((len(texts), width)), np.empty((len(texts), width))
    with torch.inference_mode():
        for batch in batches(encoding, batch_size):
            output = model.network.base_model(**batch.to(model.device).inputs)
            read[batch.documents] = output.last_hidden_state[:, 0].double().cpu().numpy()
            pooled[batch.documents] = output.pooler_output.double().cpu().numpy()
    return States(read, pooled)
