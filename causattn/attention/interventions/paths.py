"""A model as a graph of heads: what each part writes, and what another reads of it, patched.

Every head, every feed-forward network and the embedding add to a model's stream (they *send*), and
the query, key and value of every later head, every later feed-forward network and the output read
all of it (they *receive*). A **path** is what one sender adds as one receiver reads it: patching it
replaces this, and leaves all other readers of that sender alone (path patching: Wang et al. 2023,
"Interpretability in the wild", section 3; Goldowsky-Dill et al. 2023). The stream of a model that
norms what it reads (a decoder, an encoder such as ModernBERT) is the sum of all that was sent; in
one that norms its stream after each addition (BERT), the norms between sender and receiver are run
again with the path replaced, and what all others sent is held.

What stands in its place is a `Written`, whose kind is part of every result:

==============  =====================================================
own             what it wrote in these documents
zero            nothing
mean            its mean over documents, at each position
resample        what it wrote in other documents
counterfactual  what it wrote in each document's counterfactual
==============  =====================================================

Norms are the model's own, at the patched stream. Where a family norms what a block writes (Gemma),
the size of the whole is held while it is divided among the heads. A key or value that several heads
share is patched for one head alone.
"""

from __future__ import annotations

from contextlib import nullcontext
from inspect import signature
from typing import Any

import torch
from transformers import PreTrainedModel

from causattn.attention.interventions.path_nodes import node_names, possible_paths
from causattn.attention.interventions.path_pass import Added, PathPass, PathRun, Written
from causattn.attention.interventions.wiring import wiring_of
from causattn.base import DataError, ModelError


class HeadPaths:
    """Runs a model on documents of one length with some of its paths patched.

    Parameters
    ----------
    network
        The decoder or encoder, in evaluation mode.
    input_ids
        int64 [B, T], documents of one length without padding.
    at
        int64 [B, P], the positions whose logits are read; the last where None.

    Attributes
    ----------
    senders, receivers
        Names: ``"embedding"``, ``"3.5"`` (head 5 of layer 3), ``"3.mlp"``; ``"3.5.q"``,
        ``"3.5.k"``, ``"3.5.v"``, ``"3.mlp"``, ``"output"``.
    possible
        bool [R, S], which receivers come after which senders.
    wiring
        How the model is wired.

    Raises
    ------
    ModelError
        Where the model is wired in another way.
    """

    def __init__(
        self,
        network: PreTrainedModel,
        input_ids: torch.Tensor,
        at: torch.Tensor | None = None,
    ) -> None:
        self._network, self.wiring = network, wiring_of(network)
        self.input_ids = input_ids
        last = torch.full((len(input_ids), 1), input_ids.shape[1] - 1)
        self.at = (last if at is None else at).to(input_ids.device)
        self.layers, self.heads = len(self.wiring.blocks), self.wiring.heads
        self.senders, self.receivers = node_names(self.layers, self.heads)
        self.possible = possible_paths(self.layers, self.heads)
        self.settings: list[dict[str, Any]] = []
        self.start, own = self._plain()
        self._own: Written | None = None
        self.streams: list[torch.Tensor] = []
        self.added: list[Added] = []
        first = PathPass(self, None, None, None, keep=True, slack=False)
        with torch.no_grad():
            run = first.run(self.start)
        # A pass begins where it first differs from this one.
        self._own, self.streams, ours = run.written, first.streams, run.logits
        self.added = first.added
        tolerance = 1e-3 if own.dtype == torch.float32 else 5e-2
        if not torch.allclose(own.float(), ours.float(), atol=tolerance, rtol=tolerance):
            raise ModelError(
                f"Paths between heads of {type(network).__name__} cannot be patched: its blocks do "
                "more than add attention and feed-forward outputs to a stream; take a Llama, "
                "Qwen3, Gemma3, GPT-2, BERT or ModernBERT."
            )

    def written(self, start: torch.Tensor | None = None) -> Written:
        """Return what every sender writes in the documents as they are."""
        found = self._own if start is None else self.run(start=start, keep=True).written
        assert found is not None
        return found

    def run(
        self,
        edges: torch.Tensor | None = None,
        other: Written | None = None,
        *,
        nodes: torch.Tensor | None = None,
        start: torch.Tensor | None = None,
        keep: bool = False,
        slack: bool = False,
    ) -> PathRun:
        """Run the model.

        Parameters
        ----------
        edges
            bool [R, S], the paths that are patched, **from sender (column) to receiver (row)**.
        other
            What stands in their place.
        nodes
            bool [S], senders that are replaced for every receiver.
        start
            What the first block reads instead of the documents' embedding, [B, T, width].
        keep
            Return what every sender wrote.
        slack
            Let gradients flow: return for every receiver, layer by layer, zeros that were added to
            what it reads ([3 H, B, T, width] of a layer's heads, [B, T, width] of feed-forward
            networks and the output).

        Raises
        ------
        DataError
            Where what stands in the place of others has another shape.
        """
        changes = edges is not None or nodes is not None
        if changes and other is None:
            raise DataError("Paths are patched with what is written elsewhere; give other=.")
        shape = (len(self.senders), *self.start.shape)
        if other is not None and other.senders.shape != shape:
            raise DataError(
                f"What stands in the place of others has shape {tuple(other.senders.shape)} where "
                f"{shape} is needed; counterfactuals have as many tokens as their documents."
            )
        here = PathPass(self, edges, other, nodes, keep, slack)
        with nullcontext() if slack else torch.no_grad():
            if start is None and not slack and not keep:
                return here.run(self.start, self._first_change(edges, nodes))
            return here.run(self.start if start is None else start)

    def index(self, sender: str) -> int:
        """Return the place of a sender.

        Raises
        ------
        DataError
            Where there is none of this name.
        """
        if sender not in self.senders:
            raise DataError(
                f"There is no part {sender} in a model of {self.layers} layers of {self.heads} "
                "heads; write embedding, LAYER.HEAD or LAYER.mlp."
            )
        return self.senders.index(sender)

    def _first_change(self, edges: torch.Tensor | None, nodes: torch.Tensor | None) -> int:
        """Return the first layer in which anything differs from the documents as they are."""
        layers = [self.layers]
        if edges is not None and edges.any():
            layers.append(int(edges.any(1).nonzero()[0]) // (3 * self.heads + 1))
        if nodes is not None and nodes.any():
            layers.append((int(nodes.nonzero()[0]) - 1) // (self.heads + 1))
        return max(0, min(layers))

    def _without_cache(self) -> dict[str, Any]:
        """Return what keeps a decoder from keeping keys and values; encoders keep none."""
        return {"use_cache": False} if hasattr(self._network.config, "use_cache") else {}

    def _plain(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Run the model as it is; return what its first block reads, and its logits."""
        first: list[torch.Tensor] = []
        self.settings = []

        def note(module: torch.nn.Module, given: Any, named: dict[str, Any]) -> None:
            own = dict(zip(signature(module.forward).parameters, given, strict=False)) | named
            if not first:
                first.append(own["hidden_states"])  # no norm stands before it
            own.pop("hidden_states", None)
            self.settings.append({key: _without_cache(key, own[key]) for key in own})

        def begin(module: torch.nn.Module, given: tuple[torch.Tensor, ...]) -> None:
            first.append(given[0])

        handles = [
            block.attention.register_forward_pre_hook(note, with_kwargs=True)
            for block in self.wiring.blocks
        ]
        handles.append(self.wiring.blocks[0].norm.register_forward_pre_hook(begin))
        try:
            with torch.no_grad():
                logits = self._network(input_ids=self.input_ids, **self._without_cache()).logits
        finally:
            for handle in handles:
                handle.remove()
        rows = torch.arange(len(self.input_ids), device=self.input_ids.device)[:, None]
        return first[0].detach(), logits[rows, self.at]


def _without_cache(key: str, value: Any) -> Any:
    """Return a setting of an attention module without what earlier passes kept."""
    return None if key.startswith("past_key_value") else value
