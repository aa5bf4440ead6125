"""The explained number as a function: of token ids, and (differentiable) of input embeddings.

Embeddings are put in by a hook on the network's input embedding, so that the model still gets the
token ids: some read positions or padding off them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch

from causattn.attribution.settings import Scale
from causattn.base import ModelError
from causattn.models import LanguageModel, token_id


class ModelOutput:
    """One number a row of a batch.

    Parameters
    ----------
    model
        Whose output.
    scale
        Logit or log-probability.
    references
        What an encoder's embeddings are held against, see `Readout`.
    """

    def __init__(
        self, model: LanguageModel, scale: Scale, references: torch.Tensor | None = None
    ) -> None:
        self.model, self.scale, self._references = model, scale, references
        self._network = model.network

    def of_ids(
        self,
        ids: torch.Tensor,
        mask: torch.Tensor,
        position: torch.Tensor,
        index: torch.Tensor,
    ) -> torch.Tensor:
        """Return the number of each row, float64 [b], without gradient.

        Parameters
        ----------
        ids, mask
            int64 [b, T], tokens and attention mask.
        position, index
            int64 [b, k], see `Readout`.
        """
        with torch.no_grad():
            return self._number(ids, mask, position, index)

    def of_embeddings(
        self,
        embeddings: torch.Tensor,
        ids: torch.Tensor,
        mask: torch.Tensor,
        position: torch.Tensor,
        index: torch.Tensor,
    ) -> torch.Tensor:
        """Return the number of each row for other input embeddings, [b], differentiable by them.

        Parameters
        ----------
        embeddings
            Float [b, T, d], in place of what the ids are embedded as.
        ids, mask, position, index
            As for `of_ids`.
        """
        with replaced_embedding(self._network, lambda made: embeddings.to(made.dtype)):
            return self._number(ids, mask, position, index)

    def embed(self, ids: torch.Tensor) -> torch.Tensor:
        """Return the input embeddings of tokens, float [b, T, d]."""
        with torch.no_grad():
            made: torch.Tensor = self._network.get_input_embeddings()(ids)
        return made

    def likeliest(
        self, ids: torch.Tensor, mask: torch.Tensor, position: torch.Tensor
    ) -> torch.Tensor:
        """Return the entry of the output that is highest at each position, int64 [b, k]."""
        with torch.no_grad():
            return self._logits(ids, mask, position).argmax(-1)

    def distribution(
        self, ids: torch.Tensor, mask: torch.Tensor, position: torch.Tensor
    ) -> torch.Tensor:
        """Return logarithms of all probabilities at each position, float64 [b, k, vocabulary].

        A classifier's are those of its classes, at every position alike.
        """
        with torch.no_grad():
            return self._logits(ids, mask, position).double().log_softmax(-1)

    def _number(
        self, ids: torch.Tensor, mask: torch.Tensor, position: torch.Tensor, index: torch.Tensor
    ) -> torch.Tensor:
        if self._references is not None:
            likeness = text_embeddings(self.model, ids, mask) @ self._references.T
            return likeness.gather(1, index[:, :1])[:, 0]
        return self._summed(self._logits(ids, mask, position), position, index)

    def of_logits(
        self, logits: torch.Tensor, position: torch.Tensor, index: torch.Tensor
    ) -> torch.Tensor:
        """Return the number of each row, [b], from the network's own output.

        Parameters
        ----------
        logits
            [b, T, vocabulary], or [b, classes].
        position, index
            int64 [b, k], see `Readout`.
        """
        if self.model.task == "classifier":
            logits = logits[:, None].expand(-1, position.shape[1], -1)
        else:
            rows = torch.arange(len(logits), device=logits.device)[:, None]
            logits = logits[rows, position.clamp(min=0)]
        return self._summed(logits, position, index)

    def _summed(
        self, logits: torch.Tensor, position: torch.Tensor, index: torch.Tensor
    ) -> torch.Tensor:
        """Return the sum over the positions read, [b], of logits [b, k, vocabulary or classes]."""
        logits = logits.double()
        if self.scale == "log_probability":
            logits = logits.log_softmax(-1)
        chosen = logits.gather(-1, index[..., None])[..., 0]
        return (chosen * (position >= 0)).sum(-1)

    def _logits(
        self, ids: torch.Tensor, mask: torch.Tensor, position: torch.Tensor
    ) -> torch.Tensor:
        """Return the output at the positions read, [b, k, vocabulary or classes]."""
        if self.model.task == "classifier":
            with self._pooled_in_place(ids, position) as read:
                logits = self._network(input_ids=read, attention_mask=mask).logits
            return logits[:, None].expand(-1, position.shape[1], -1)
        rows = torch.arange(len(ids), device=ids.device)[:, None]
        columns = position.clamp(min=0)
        with only_states_at(self._network, rows, columns) as kept:
            logits = self._network(input_ids=ids, attention_mask=mask).logits
        return logits if kept and logits.shape[1] == columns.shape[1] else logits[rows, columns]

    @contextmanager
    def _pooled_in_place(self, ids: torch.Tensor, position: torch.Tensor) -> Iterator[torch.Tensor]:
        """Yield ids to hand to a classifier so that it pools where it does in the document.

        Some look for the last token that is not padding by its id, and padding may be what stands
        in for a word that is taken away. They are handed another id, embedded as the true one.
        """
        pad = token_id(self._network.config, "pad_token_id")
        columns = torch.arange(ids.shape[1], device=ids.device)
        inside = (ids == pad) & (columns <= position[:, :1])
        if pad is None or not inside.any():
            yield ids
            return
        embeddings = self.embed(ids)
        own = inside[..., None]
        with replaced_embedding(self._network, lambda made: torch.where(own, embeddings, made)):
            yield torch.where(inside, 1 if pad == 0 else 0, ids)


def text_embeddings(model: LanguageModel, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Return each text's embedding, float64 [b, d] of length 1: the mean of its last states."""
    states = model.network(input_ids=ids, attention_mask=mask).last_hidden_state.double()
    kept = mask[..., None].to(states.dtype)
    return torch.nn.functional.normalize((states * kept).sum(1) / kept.sum(1), dim=-1)


@contextmanager
def replaced_embedding(
    network: torch.nn.Module, change: Callable[[torch.Tensor], torch.Tensor]
) -> Iterator[None]:
    """Change what the network's input embedding gives, inside the block."""

    def put(module: torch.nn.Module, inputs: Any, output: torch.Tensor) -> torch.Tensor:
        return change(output)

    hook = network.get_input_embeddings().register_forward_hook(put)  # type: ignore[operator]
    try:
        yield
    finally:
        hook.remove()


@contextmanager
def only_states_at(network: Any, rows: torch.Tensor, columns: torch.Tensor) -> Iterator[list[bool]]:
    """Hand the head only the states it is asked for: over a large vocabulary it costs the most.

    Yields a list that is empty as long as nothing was kept, for bodies that say their states
    another way.
    """
    kept: list[bool] = []

    def keep(module: torch.nn.Module, inputs: Any, output: Any) -> Any:
        if isinstance(output, dict) and "last_hidden_state" in output:
            output["last_hidden_state"] = output["last_hidden_state"][rows, columns]
            kept.append(True)
        return output

    body = getattr(network, "base_model", network)
    if body is network:
        yield kept
        return
    hook = body.register_forward_hook(keep)
    try:
        yield kept
    finally:
        hook.remove()


def check_differentiable(model: LanguageModel) -> None:
    """Raise where gradients would pass by part of the network without a word.

    Raises
    ------
    ModelError
        For a model with quantised layers: its weights are integers, and what flows around them
        (residual connections) would be taken for the whole gradient.
    """
    quantised = getattr(model.network, "is_quantized", False) or any(
        ".quantized" in type(module).__module__ for module in model.network.modules()
    )
    integers = any(not p.dtype.is_floating_point for p in model.network.parameters())
    if quantised or integers:
        raise ModelError(
            f"Model {model.name} is quantised: its weights are integers, through which no gradient "
            "flows; load it in floating point, or choose an explainer without gradients, such as "
            "attribution=occlusion."
        )
