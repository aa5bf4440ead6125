"""Which documents taught a model what it says of another: gradients that point the same way.

A step of gradient descent on document z lowers the loss on document z' by the learning rate times

    influence(z, z') = grad loss(z) . grad loss(z'),

to first order (Pruthi, Liu, Kale, Sundararajan 2020, "Estimating Training Data Influence by
Tracing Gradient Descent", NeurIPS, equation 1, here at the one checkpoint that a run keeps: the
trained model). Above 0, z spoke for what the model says of z' (a proponent); below 0, against it
(an opponent). By default over the parameters of the head alone, as the paper's last-layer variant
(section 3.3); for a linear head on top of h this is (h . h' + 1) times the product of the errors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from causattn.base import CapabilityError, DataError, ModelError
from causattn.models import Encoding, LanguageModel, encode_texts, take

Part = Literal["head", "all"]
MOST_NUMBERS = 200_000_000
"""Most numbers of gradients held at once, of the documents that are asked about."""


@dataclass(frozen=True)
class DocumentLosses:
    """A model's loss on each document, to be differentiated.

    Parameters
    ----------
    model
        The model.
    encoding
        n documents, hidden tokens hidden.
    position
        int64 [n], where a token is predicted; None for a classifier.
    wanted
        [n], the token or class that is right; the number itself for a regression.
    """

    model: LanguageModel
    encoding: Encoding
    position: np.ndarray | None
    wanted: np.ndarray

    def __len__(self) -> int:
        return len(self.encoding)

    def of(self, document: int) -> torch.Tensor:
        """Return one document's loss, a scalar of the graph: cross-entropy, or half the square."""
        device = self.model.device
        inputs = take(self.encoding, np.array([document])).to(device).inputs
        logits = self.model.network(**inputs).logits[0]
        if self.position is not None:
            logits = logits[int(self.position[document])]
        elif self.model.network.config.num_labels == 1:
            return 0.5 * (logits[0] - float(self.wanted[document])) ** 2
        return -logits.log_softmax(-1)[int(self.wanted[document])]


def label_losses(
    model: LanguageModel, texts: Sequence[str], labels: Sequence[float] | np.ndarray
) -> DocumentLosses:
    """Return a classifier's loss on each text.

    Parameters
    ----------
    model
        A classifier.
    texts, labels
        n documents and the class (or number) of each.

    Raises
    ------
    CapabilityError
        Where the model is no classifier.
    DataError
        Where there is not one label a text.
    """
    if model.task != "classifier":
        raise CapabilityError(
            f"Model {model.name} ({model.task}) gives no label, so that it has no loss on one; "
            "take a classifier (model.train_classifier=true)."
        )
    if len(labels) != len(texts):
        raise DataError(f"{len(texts)} texts got {len(labels)} labels; give one a text.")
    encoding = encode_texts(model, texts, "truncate")
    return DocumentLosses(model, encoding, None, np.asarray(labels, dtype=float))


def hidden_losses(
    model: LanguageModel, encoding: Encoding, position: np.ndarray, hiding: np.ndarray | int
) -> DocumentLosses:
    """Return a masked language model's loss on the token at one place of each document.

    Parameters
    ----------
    model
        A masked language model.
    encoding
        n documents, nothing hidden.
    position
        int64 [n], the place that is hidden.
    hiding
        The token that hides it, one for all or one a document.

    Raises
    ------
    CapabilityError
        Where the model fills in no hidden tokens.
    """
    if model.task != "masked":
        raise CapabilityError(
            f"Model {model.name} ({model.task}) fills in no hidden words; take a masked language "
            "model, or label_losses for a classifier."
        )
    rows = np.arange(len(encoding))
    wanted = encoding.ids[encoding.bounds[:-1] + position]
    hidden = encoding.replaced(rows, position, np.broadcast_to(hiding, len(rows)))
    return DocumentLosses(model, hidden, np.asarray(position), wanted)


def training_influence(
    losses: DocumentLosses, documents: Sequence[int], part: Part = "head"
) -> np.ndarray:
    """Return what each document's gradient does to the loss on some of them.

    Parameters
    ----------
    losses
        Of n documents.
    documents
        The q documents that are asked about.
    part
        Gradients by the parameters of the head alone, or by all.

    Returns
    -------
    ndarray
        float64 [q, n]; above 0 where a step on document n would lower the loss on q's.

    Raises
    ------
    ModelError
        Where the model has no head of its own, or its parameters take no gradients.
    """
    parameters = parameters_of(losses.model, part)
    size = sum(parameter.numel() for parameter in parameters)
    rows = max(1, MOST_NUMBERS // max(size, 1))
    found = np.empty((len(documents), len(losses)))
    for first in range(0, len(documents), rows):
        some = list(documents[first : first + rows])
        asked = torch.stack([_gradient(losses, k, parameters) for k in some])
        for other in range(len(losses)):
            along = asked @ _gradient(losses, other, parameters)
            found[first : first + len(some), other] = along.cpu().double().numpy()
    return found


def parameters_of(model: LanguageModel, part: Part) -> list[torch.nn.Parameter]:
    """Return the parameters whose gradients are compared.

    Raises
    ------
    ModelError
        Where there are none.
    """
    body = {id(parameter) for parameter in model.network.base_model.parameters()}
    found = [
        parameter
        for parameter in model.network.parameters()
        if parameter.is_floating_point() and (part == "all" or id(parameter) not in body)
    ]
    if not found:
        raise ModelError(
            f"Model {model.name} has no parameters of its own behind its body to differentiate "
            f"(part={part}); take part=all, or a model whose weights are floating-point numbers."
        )
    return found


def _gradient(
    losses: DocumentLosses, document: int, parameters: list[torch.nn.Parameter]
) -> torch.Tensor:
    """Return the gradient of one document's loss, flat."""
    with torch.enable_grad(), _differentiable(parameters):
        given = torch.autograd.grad(losses.of(document), parameters, allow_unused=True)
    return torch.cat(
        [
            (torch.zeros_like(p) if g is None else g).detach().reshape(-1)
            for p, g in zip(parameters, given, strict=True)
        ]
    )


@contextmanager
def _differentiable(parameters: list[torch.nn.Parameter]) -> Iterator[None]:
    """Let parameters take gradients inside the block, and leave them as they were."""
    frozen = [parameter for parameter in parameters if not parameter.requires_grad]
    try:
        for parameter in frozen:
            parameter.requires_grad_(True)
        yield
    finally:
        for parameter in frozen:
            parameter.requires_grad_(False)
