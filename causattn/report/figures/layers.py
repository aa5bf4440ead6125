"""A layered drawing of a directed graph, in four steps.

The recipe is that of Sugiyama, Tagawa and Toda (1981), "Methods for visual understanding of
hierarchical system structures", IEEE Transactions on Systems, Man, and Cybernetics 11, with the
barycentre heuristic for the order within a layer: cut cycles, give each node a layer, order the
layers so that few edges cross, and set the nodes apart.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

_SWEEPS = 24
_PULLS = 12

Chain = list[int]


def layered(
    adjacency: np.ndarray,
    widths: np.ndarray,
    *,
    height: float,
    node_gap: float,
    layer_gap: float,
) -> tuple[np.ndarray, dict[tuple[int, int], np.ndarray]]:
    """Return the nodes' centres and the edges' curves.

    Parameters
    ----------
    adjacency
        bool [p, p], **from row to column**; cycles are cut where they close.
    widths
        float64 [p], the nodes' widths.
    height
        The nodes' height; edges leave at a node's bottom and enter at its top.
    node_gap, layer_gap
        Least distance between two boxes of a layer, and between the centres of two layers.

    Returns
    -------
    centres
        float64 [p, 2], the first layer on top.
    paths
        Per edge (i, j) the control points of cubic Bezier curves from i to j.
    """
    size = len(adjacency)
    acyclic = _without_cycles(adjacency)
    layer = _layers(acyclic)
    chains, layer, wide = _through_layers(acyclic, layer, widths)
    neighbours = _neighbours(chains, len(layer))
    order = _ordered(layer, neighbours)
    x = _across(order, neighbours, wide, node_gap)
    y = -layer * layer_gap
    centres = np.column_stack([x, y])
    paths = {}
    for (i, j), chain in chains.items():
        points = centres[chain]
        points[0, 1] -= height / 2
        points[-1, 1] += height / 2
        curve = _curve(points)
        if adjacency[i, j]:
            paths[i, j] = curve
        if adjacency[j, i]:
            paths[j, i] = curve[::-1]
    return centres[:size], paths


def _without_cycles(adjacency: np.ndarray) -> np.ndarray:
    """Return the graph with edges that close a cycle turned round (or dropped where both exist)."""
    size = len(adjacency)
    state = np.zeros(size, dtype=int)
    acyclic = np.zeros_like(adjacency)
    starts = sorted(range(size), key=lambda k: int(adjacency[:, k].sum()))
    for start in starts:
        if state[start]:
            continue
        stack = [(start, iter(np.flatnonzero(adjacency[start])))]
        state[start] = 1
        while stack:
            node, following = stack[-1]
            for other in map(int, following):
                if state[other] == 1:
                    acyclic[other, node] = True
                    continue
                acyclic[node, other] = True
                if state[other] == 0:
                    state[other] = 1
                    stack.append((other, iter(np.flatnonzero(adjacency[other]))))
                    break
            else:
                state[node] = 2
                stack.pop()
    return acyclic


def _layers(acyclic: np.ndarray) -> np.ndarray:
    """Return each node's layer: the longest way from a source, then sources near their children."""
    size = len(acyclic)
    layer = np.zeros(size, dtype=int)
    for _ in range(size):
        lower = np.where(acyclic, layer[:, None] + 1, 0).max(axis=0, initial=0)
        if (lower == layer).all():
            break
        layer = lower
    for node in np.argsort(-layer, kind="stable"):
        children = np.flatnonzero(acyclic[node])
        if len(children) and not acyclic[:, node].any():
            layer[node] = layer[children].min() - 1
    return layer


def _through_layers(
    acyclic: np.ndarray, layer: np.ndarray, widths: np.ndarray
) -> tuple[dict[tuple[int, int], Chain], np.ndarray, np.ndarray]:
    """Give every edge a point in each layer it passes; return chains, layers and widths of all."""
    layers, wide = list(layer), list(widths)
    chains = {}
    for i, j in zip(*np.nonzero(acyclic), strict=True):
        chain = [int(i)]
        for between in range(layer[i] + 1, layer[j]):
            chain.append(len(layers))
            layers.append(between)
            wide.append(0.12)
        chains[int(i), int(j)] = [*chain, int(j)]
    return chains, np.array(layers, dtype=int), np.array(wide)


def _neighbours(chains: dict[tuple[int, int], Chain], count: int) -> list[tuple[Chain, Chain]]:
    """Return per point its neighbours in the layer above and below."""
    found: list[tuple[Chain, Chain]] = [([], []) for _ in range(count)]
    for chain in chains.values():
        for upper, lower in pairwise(chain):
            found[upper][1].append(lower)
            found[lower][0].append(upper)
    return found


def _ordered(layer: np.ndarray, neighbours: list[tuple[Chain, Chain]]) -> list[Chain]:
    """Return the points of each layer from left to right, few edges crossing."""
    layers = [
        [int(k) for k in np.flatnonzero(layer == n)] for n in range(layer.max(initial=-1) + 1)
    ]
    best, fewest = [list(row) for row in layers], _crossings(layers, neighbours)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        place = {k: at for row in layers for at, k in enumerate(row)}
        for row in layers if down else layers[::-1]:
            side = 0 if down else 1
            key = {k: _mean([place[n] for n in neighbours[k][side]], place[k]) for k in row}
            row.sort(key=lambda k: key[k])
            place.update({k: at for at, k in enumerate(row)})
        crossings = _crossings(layers, neighbours)
        if crossings < fewest:
            best, fewest = [list(row) for row in layers], crossings
    return best


def _crossings(layers: list[Chain], neighbours: list[tuple[Chain, Chain]]) -> int:
    """Count the pairs of edges that cross."""
    total = 0
    place = {k: at for row in layers for at, k in enumerate(row)}
    for row in layers:
        ends = [place[n] for k in row for n in sorted(neighbours[k][1], key=place.__getitem__)]
        seen = np.array(ends)
        total += sum(int((seen[:at] > end).sum()) for at, end in enumerate(ends))
    return total


def _across(
    order: list[Chain], neighbours: list[tuple[Chain, Chain]], wide: np.ndarray, gap: float
) -> np.ndarray:
    """Return each point's horizontal centre: near its neighbours, boxes apart, order kept."""
    x = np.zeros(len(wide))
    for row in order:
        x[row] = _apart(np.zeros(len(row)), wide[row], gap)
    for pull in range(_PULLS):
        side = pull % 2
        for row in order if side == 0 else order[::-1]:
            wish = [
                _mean([x[n] for n in neighbours[k][side] or neighbours[k][1 - side]], x[k])
                for k in row
            ]
            x[row] = _apart(np.array(wish), wide[row], gap)
    return x


def _apart(wish: np.ndarray, wide: np.ndarray, gap: float) -> np.ndarray:
    """Return centres nearest to `wish` (in squares) with boxes in order and `gap` apart.

    With the least distances taken off, this is a regression with rising values, which pooling
    neighbours that are out of order solves exactly.
    """
    least = np.concatenate([[0.0], np.cumsum((wide[:-1] + wide[1:]) / 2 + gap)])
    blocks: list[tuple[float, int]] = []
    for value in wish - least:
        total, count = float(value), 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / count:
            before, many = blocks.pop()
            total, count = total + before, count + many
        blocks.append((total, count))
    return np.concatenate([np.full(count, total / count) for total, count in blocks]) + least


def _curve(points: np.ndarray) -> np.ndarray:
    """Return Bezier control points through `points`, leaving and entering nodes upright."""
    bend = 0.45
    pieces = [points[:1]]
    for start, end in pairwise(points):
        drop = np.array([0.0, (end[1] - start[1]) * bend])
        pieces.append(np.array([start + drop, end - drop, end]))
    return np.concatenate(pieces)


def _mean(values: list[float] | list[int], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
