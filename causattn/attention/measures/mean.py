"""The weights averaged over layers and heads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causattn.attention.contract import BatchCarriers, LayerView, Measure

if TYPE_CHECKING:
    import torch


class MeanMeasure(Measure):
    """The mean over the chosen layers and heads, taken document by document.

    Its mean over documents follows from the measure raw; its standard error does not, for heads of
    one document are not independent.
    """

    name = "mean"
    by_head = "raw"
    takes_heads = True

    def begin(self, batch: BatchCarriers) -> None:
        """Start a sum over layers and heads."""
        super().begin(batch)
        self._total: torch.Tensor | None = None

    def visit(self, view: LayerView) -> None:
        """Add a chosen layer's heads."""
        local = view.local if view.chosen else None
        if local is not None and self.shape.chosen_heads is not None:
            places = self._places(view.layer.index)
            local = local[:, places] if places else None
        if local is not None:
            heads = local.sum(1, keepdim=True)
            self._total = heads if self._total is None else self._total + heads

    def end(self) -> None:
        """Add one observation a document."""
        if self._total is not None:
            chosen = self.shape.chosen_heads
            grid = len(self.shape.layers) * len(self.shape.heads)
            self.add(self._total / (grid if chosen is None else len(chosen)))
            self._total = None
        super().end()

    def _places(self, layer: int) -> list[int]:
        """Return where the chosen heads of a layer stand among those that are summed."""
        chosen = self.shape.chosen_heads or ()
        return [place for place, head in enumerate(self.shape.heads) if (layer, head) in chosen]


MEASURE = MeanMeasure
