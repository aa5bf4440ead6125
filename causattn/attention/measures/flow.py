"""Attention flow, document by document.

Abnar and Zuidema (2020), "Quantifying attention flow in transformers", section 3: the layers are a
network whose edge from token q of layer l to token k of layer l - 1 has the capacity
``((A_l + I)/2)[q, k]``, heads averaged; the flow from q to the feature j is the maximum flow from
q at the top to the tokens of j at the bottom. For a feature of one token this is the paper's; for
several it is at most the sum of theirs, for their flows share the edges.

Flows are found one by one (Dinic's algorithm in SciPy), with capacities rounded to multiples of
2^-28; a document of T tokens and L layers has T (L + 1) nodes. Meant for some tens of documents.
"""

from __future__ import annotations

import numpy as np
import torch
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from causattn.attention.contract import BatchCarriers, LayerView, Measure

UNIT = 2**28
"""Capacity 1 as an integer; two layers' worth of edges into one node stay below 2^31."""


def attention_flow(capacities: np.ndarray, top: int, bottoms: np.ndarray) -> float:
    """Return the maximum flow from a token of the last layer to tokens of the input.

    Parameters
    ----------
    capacities
        float64 [L, T, T], from token (row) of a layer to token (column) of the layer below it,
        first layer first.
    top
        The token at the top.
    bottoms
        int64, the tokens at the bottom.
    """
    layers, length, _ = capacities.shape
    nodes = (layers + 1) * length + 1
    sink = nodes - 1
    # Layer l sends from nodes [(l + 1) T, (l + 2) T) to nodes [l T, (l + 1) T).
    layer, query, key = np.nonzero(capacities)
    whole = np.rint(capacities[layer, query, key] * UNIT).astype(np.int32)
    tails = np.concatenate([(layer + 1) * length + query, bottoms])
    heads = np.concatenate([layer * length + key, np.full(len(bottoms), sink)])
    limits = np.concatenate([whole, np.full(len(bottoms), 4 * UNIT)]).astype(np.int32)
    graph = csr_array((limits, (tails, heads)), shape=(nodes, nodes))
    return float(maximum_flow(graph, layers * length + top, sink).flow_value) / UNIT


class FlowMeasure(Measure):
    """Maximum flow from the last chosen layer down to the tokens, over all heads."""

    name = "flow"
    paper = "Abnar and Zuidema (2020), Quantifying attention flow in transformers"
    within_stack = True
    every_layer = True
    all_rows = True

    def begin(self, batch: BatchCarriers) -> None:
        """Start collecting a batch's layers."""
        super().begin(batch)
        self._layers: list[np.ndarray] = []

    def visit(self, view: LayerView) -> None:
        """Note a layer's attention averaged over heads, gone at the end of the batch."""
        mean = view.weights.mean(1).cpu().double().numpy()
        self._layers.append((mean + np.eye(mean.shape[1])) / 2)

    def end(self) -> None:
        """Add the flows of each document."""
        layers = np.stack(self._layers, axis=1)
        queries, keys = self.batch.queries, self.batch.keys
        length = layers.shape[2]
        asked = queries.indicator(length).bool().cpu().numpy()
        carried = keys.indicator(length).bool().cpu().numpy()
        flows = np.zeros((len(layers), 1, queries.features.shape[1], keys.features.shape[1]))
        for b, capacities in enumerate(layers):
            for i in np.flatnonzero(queries.features[b] >= 0):
                tops = np.flatnonzero(asked[b, :, i])
                for j in np.flatnonzero(keys.features[b] >= 0):
                    bottoms = np.flatnonzero(carried[b, :, j])
                    found = [attention_flow(capacities, int(top), bottoms) for top in tops]
                    flows[b, 0, i, j] = np.mean(found)
        self.add(torch.from_numpy(flows))
        self._layers = []
        super().end()


MEASURE = FlowMeasure
