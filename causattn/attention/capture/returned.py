"""Capture from ``output_attentions``: the last resort, all layers of one batch alive at a time.

For a model that returns its attention but makes it outside of any module, so that no hook can
take it on the way. Nothing outlives the batch.
"""

from __future__ import annotations

import torch

from causattn.attention.capture.body import Inputs, with_decoder_inputs
from causattn.attention.capture.eager import (
    EagerCapture,
    check_lengths,
    returned_attention,
    stack_of_field,
)
from causattn.attention.capture.layer import (
    AttentionLayer,
    Probe,
    refuse_values,
    take_rows,
)
from causattn.attention.capture.products import Products, watched


class ReturnedCapture(EagerCapture):
    """Captures from what the model returns."""

    method = "output_attentions"

    def trial(self, inputs: Inputs) -> str | None:
        """Learn the layers; return in words why there are none."""
        found = self._forward(with_decoder_inputs(self._network, self._body, inputs))
        self.layers = tuple(layer for layer, _ in found)
        if not found:
            return "it returns none when asked for output_attentions"
        self.heads = found[0][1].shape[1]
        return None

    def run(self, inputs: Inputs, probe: Probe) -> None:
        """Run one batch and show each layer's attention to `probe`."""
        refuse_values(probe, self.method)
        products = Products() if probe.wants_vectors else None
        inputs = with_decoder_inputs(self._network, self._body, inputs)
        for layer, weights in self._forward(inputs, products):
            if probe.wants(layer):
                check_lengths(layer, weights, inputs)
                if products is not None:
                    probe.see_vectors(layer, products.vectors_of(weights))
                probe.visit(layer, take_rows(weights.float(), probe.rows(layer)))

    def _forward(
        self, inputs: Inputs, products: Products | None = None
    ) -> list[tuple[AttentionLayer, torch.Tensor]]:
        with watched(products):
            output = self._body(**inputs, output_attentions=True, return_dict=True)
        alone = self._body is not self._network.base_model
        return [
            (AttentionLayer(k, f"{field}[{k}]", stack_of_field(field, alone)), tensor)
            for field, tensors in returned_attention(output).items()
            for k, tensor in enumerate(tensors)
        ]
