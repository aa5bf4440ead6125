"""Shows each layer of a batch to all measures, weights computed once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch

from causattn.attention.capture.layer import AttentionLayer, Probe, Stack
from causattn.attention.contract import BatchCarriers, LayerView, Measure, MeasureShape
from causattn.attention.measures.sinks import Sinks


class SummaryProbe(Probe):
    """Shows each layer of a batch to all measures.

    Parameters
    ----------
    measures
        What is summed.
    shape
        The layers and heads chosen.
    heads
        Attention heads of a layer, chosen or not.
    stack
        Which of the model's stacks.
    device
        Where the weights are.
    sinks
        Measures, and takes out, what goes to sinks; None where nobody asks.
    """

    lets_go = True

    def __init__(
        self,
        measures: list[Measure],
        shape: MeasureShape,
        heads: int,
        stack: Stack,
        device: torch.device,
        sinks: Sinks | None = None,
    ) -> None:
        self.measures, self.sinks = measures, sinks
        self._shape = shape
        self._stack = stack
        self._device = device
        self._every_layer = any(measure.every_layer for measure in measures)
        self._all_rows = any(measure.all_rows for measure in measures)
        every_head = shape.heads == tuple(range(heads))
        self._heads = None if every_head else torch.tensor(shape.heads, device=device)
        self.wants_values = any(measure.values for measure in measures)
        self._values: tuple[torch.Tensor, torch.Tensor] | None = None

    def begin(self, batch: BatchCarriers) -> None:
        """Start a batch."""
        self._batch = batch
        for measure in self.measures:
            measure.begin(batch)

    def end(self) -> None:
        """Finish a batch."""
        for measure in self.measures:
            measure.end()

    def wants(self, layer: AttentionLayer) -> bool:
        """Return whether a measure sums this layer or needs it on the way."""
        if layer.stack != self._stack or layer.index > self._shape.layers[-1]:
            return False
        return self._every_layer or layer.index in self._shape.layers

    def rows(self, layer: AttentionLayer) -> torch.Tensor | None:
        """Return the tokens that attend, or all where a measure climbs on from here."""
        if self._all_rows or (self._every_layer and layer.index < self._shape.layers[-1]):
            return None
        return self._batch.queries.tokens

    def see_values(
        self, layer: AttentionLayer, values: torch.Tensor, projection: torch.Tensor
    ) -> None:
        """Hold the value vectors until the weights come."""
        self._values = (values, projection)

    def visit(self, layer: AttentionLayer, weights: torch.Tensor) -> None:
        """Show a layer to the measures."""
        rows = self.rows(layer)
        if self.sinks is not None:
            weights = self.sinks.seen(weights, rows, self._batch)
        view = LayerView(
            layer,
            weights,
            rows,
            self._batch,
            self._heads,
            chosen=layer.index in self._shape.layers,
            values=self._values,
        )
        self._values = None
        for measure in self.measures:
            if view.chosen or measure.every_layer:
                measure.visit(view)


def show_gradients(
    measures: Sequence[Measure],
    batch: BatchCarriers,
    layers: Iterable[tuple[AttentionLayer, torch.Tensor, torch.Tensor]],
) -> None:
    """Show a batch to measures that want gradients.

    Parameters
    ----------
    measures
        Of one shape.
    batch
        The batch's features.
    layers
        Every layer's weights and their gradient, [B, H, T, T], from below; those above the last
        one chosen are left out.
    """
    for measure in measures:
        measure.begin(batch)
    for layer, weights, gradient in layers:
        for measure in measures:
            chosen = measure.shape.layers
            if layer.index <= chosen[-1]:
                view = LayerView(
                    layer, weights, None, batch, None, layer.index in chosen, gradient=gradient
                )
                measure.visit(view)
    for measure in measures:
        measure.end()
