"""One forward pass in progress: which attention comes next, who looks at it, who changes it."""

from __future__ import annotations

from typing import Protocol

import torch

from causattn.attention.capture.layer import AttentionLayer, Probe
from causattn.attention.capture.scratch import Scratch
from causattn.base import ModelError


class EndOfPass(Exception):
    """Ends a forward pass when no probe wants what is left of it."""


class Edit(Protocol):
    """Changes attention while a forward pass runs."""

    def touches(self, layer: AttentionLayer) -> bool:
        """Return whether this layer's attention is changed."""

    def scores(self, layer: AttentionLayer, scores: torch.Tensor) -> torch.Tensor:
        """Return other scores [B, H, Q, K] before the softmax, masked ones at the lowest float."""

    def weights(self, layer: AttentionLayer, weights: torch.Tensor) -> torch.Tensor:
        """Return other weights [B, H, Q, K] after the softmax."""


class Pass:
    """Counts the attentions of a forward pass.

    Parameters
    ----------
    names
        Names of modules by their identity.
    layers
        What is expected, in order; empty in a trial, which learns it.
    probe
        Who looks, if anybody.
    edit
        Who changes the attention, if anybody.
    gradients
        Whether weights are kept as nodes of the autograd graph.
    scratch
        Memory for weights, used again layer by layer.
    """

    def __init__(
        self,
        names: dict[int, str],
        layers: tuple[AttentionLayer, ...] = (),
        probe: Probe | None = None,
        edit: Edit | None = None,
        gradients: bool = False,
        scratch: Scratch | None = None,
    ) -> None:
        self.names = names
        self.layers = layers
        self.probe = probe
        self.edit = edit
        self.gradients = gradients
        self.scratch = scratch or Scratch()
        self.called: list[str] = []
        self.lengths: list[tuple[int, int]] = []
        self.sinks: list[bool] = []
        self.in_blocks = False
        self.outputs: list[torch.Tensor] = []
        self.nodes: list[tuple[AttentionLayer, torch.Tensor]] = []
        self.heads = 0
        wanted = [k for k, layer in enumerate(layers) if probe is not None and probe.wants(layer)]
        self._wanted = frozenset(wanted)
        self._last = wanted[-1] if wanted else len(layers)

    @property
    def trial(self) -> bool:
        """Whether the layers are still to be learnt."""
        return not self.layers

    @property
    def number(self) -> int:
        """Which attention of the pass was entered last."""
        return len(self.called) - 1

    @property
    def watched(self) -> Probe | None:
        """The probe, where it wants to see the attention entered last."""
        return self.probe if self.number in self._wanted else None

    @property
    def idle(self) -> bool:
        """Whether there is a probe and it wants nothing."""
        return self.probe is not None and not self._wanted

    def enter(self, module: torch.nn.Module) -> AttentionLayer | None:
        """Note that a module attends; return its layer, None in a trial."""
        name = self.names[id(module)]
        self.called.append(name)
        if self.trial:
            return None
        if self.number >= len(self.layers) or self.layers[self.number].name != name:
            raise ModelError(
                f"Attention {self.number} of this forward pass is {name}, which it was not when "
                "capturing began; capture a model whose layers do not depend on the input."
            )
        return self.layers[self.number]

    def leave(self) -> None:
        """End the forward pass where the attention just seen was the last one wanted."""
        if self.probe is not None and not self.trial and self.number >= self._last:
            raise EndOfPass
