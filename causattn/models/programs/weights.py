"""Weights that do what a layout says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import torch

from causattn.corpora import ProgramDomain, ProgramStep
from causattn.models.programs.layout import BEGINNING, Place, ProgramLayout
from causattn.models.programs.network import (
    ProgramAttention,
    ProgramForMaskedLM,
    ProgramLayer,
    ProgramNetworkConfig,
)

NONE_LOGIT = 0.5
"""What None has; a value has 1, any other 0."""


@dataclass(frozen=True)
class Unit:
    """A unit of a feed-forward network: what it reads, its bias, and what it writes."""

    reads: Mapping[int, float]
    bias: float
    writes: Mapping[int, float]


@torch.no_grad()
def compiled_network(
    layout: ProgramLayout,
    token_ids: Mapping[str, int],
    special: Mapping[str, int],
    sharpness: float,
) -> ProgramForMaskedLM:
    """Return the network of a layout.

    Parameters
    ----------
    layout
        The program's.
    token_ids
        Of the tokens and of what values are written as.
    special
        Ids of ``pad``, ``bos`` and ``none``.
    sharpness
        Difference between the scores of what is seen and what is not.
    """
    steps = layout.places
    units = [_layer_units(layout, layer) for layer in range(layout.layers)]
    config = ProgramNetworkConfig(
        vocab_size=max([*token_ids.values(), *special.values()]) + 1,
        hidden_size=layout.width,
        head_dim=max([1, *(_head_width(layout, step) for step in steps if step.select)]),
        num_hidden_layers=layout.layers,
        num_attention_heads=layout.heads,
        intermediate_size=max(1, *(len(own) for own in units)),
        max_position_embeddings=layout.length + 1,
        pad_token_id=special["pad"],
        bos_token_id=special["bos"],
    )
    network = ProgramForMaskedLM(config)
    for name, parameter in network.named_parameters():
        if "norm" not in name:
            parameter.zero_()
    body = network.model
    body.embed_tokens.weight[special["bos"], BEGINNING] = 1
    for step, place in steps.items():
        values = layout.domains[step].values
        if step.kind == "tokens":
            for k, token in enumerate(values):
                body.embed_tokens.weight[token_ids[token], place.first + k] = 1
        elif step.kind == "indices":
            for k in values:
                body.embed_positions.weight[k + 1, place.first + k] = 1
        elif step.select is not None:
            layer: Any = body.layers[place.layer]
            _write_head(layer.self_attn, layout, step, place, sharpness)
    for each, own in zip(body.layers, units, strict=True):
        assert isinstance(each, ProgramLayer)
        for number, unit in enumerate(own):
            for k, weight in unit.reads.items():
                each.mlp.up_proj.weight[number, k] += weight
            each.mlp.up_proj.bias[number] = unit.bias
            for k, weight in unit.writes.items():
                each.mlp.down_proj.weight[k, number] += weight
    place = steps[layout.output]
    for k, value in enumerate(layout.domains[layout.output].values):
        network.lm_head.weight[token_ids[str(value)], place.first + k] = 1
    network.lm_head.bias[special["none"]] = NONE_LOGIT
    return network.eval()


def _head_width(layout: ProgramLayout, step: ProgramStep) -> int:
    assert step.select is not None
    value = layout.places[step.inputs[0]].size if step.kind == "gather" else 1
    return max(len(layout.scores(step.select).table), value)


def _write_head(
    attention: ProgramAttention,
    layout: ProgramLayout,
    step: ProgramStep,
    place: Place,
    sharpness: float,
) -> None:
    assert step.select is not None
    scores = layout.scores(step.select)
    classes = len(scores.table)
    first = place.head * attention.head_dim
    rows = slice(first, first + classes)
    query, key, value, output = (
        getattr(attention, f"{each}_proj").weight for each in ("q", "k", "v", "o")
    )
    table = torch.from_numpy(scores.table).to(query) * sharpness
    base = sharpness if step.kind == "width" else sharpness / 2
    attention.q_proj.bias[rows] = -base
    if scores.reads_query:
        start = layout.places[step.select.queries].first
        for k, own in enumerate(scores.query_class.tolist()):
            query[rows, start + k] = table[:, own]
    else:  # the same everywhere, but for the beginning, which sees nothing
        attention.q_proj.bias[rows] += table[:, 0]
        query[rows, BEGINNING] = -table[:, 0]
    if scores.reads_key:
        start = layout.places[step.select.keys].first
        for k, own in enumerate(scores.key_class.tolist()):
            key[first + own, start + k] = 1
    else:
        attention.k_proj.bias[first] = 1
        key[first, BEGINNING] = -1
    if step.kind == "width":
        value[first, BEGINNING] = 1
        output[place.first, first] = 1
        return
    read = layout.places[step.inputs[0]]
    for k, number in enumerate(layout.domains[step.inputs[0]].values):
        if step.kind == "mean":
            value[first, read.first + k] = float(number)
        else:
            value[first + k, read.first + k] = 1
            output[place.first + k, first + k] = 1
    if step.kind == "mean":
        output[place.first, first] = 1


def _layer_units(layout: ProgramLayout, layer: int) -> list[Unit]:
    found = []
    for step, place in layout.places.items():
        if step.kind == "map" and place.layer == layer:
            read = [layout.domains[each] for each in step.inputs]
            found += (_number_units if read[0].number else _case_units)(layout, step, place)
    return found


def _case_units(layout: ProgramLayout, step: ProgramStep, place: Place) -> list[Unit]:
    """Return a unit a case: 1 where every input has its value, else 0."""
    assert step.function is not None
    read = [layout.domains[each] for each in step.inputs]
    firsts = [layout.places[each].first for each in step.inputs]
    results = layout.domains[step].values
    found = []
    for case in product(*(own.all() for own in read)):
        result = step.function(*case)
        if result is None:
            continue
        reads: dict[int, float] = {}
        given = 0
        for value, own, first in zip(case, read, firsts, strict=True):
            if value is None:
                reads.update({first + k: -1.0 for k in range(len(own.values))})
            else:
                given += 1
                reads[first + own.values.index(value)] = 1.0
        if not given:
            reads[BEGINNING] = -1.0
        bias = 1.0 - max(1, given) + (given == 0)
        found.append(Unit(reads, bias, {place.first + results.index(result): 1.0}))
    return found


def _number_units(layout: ProgramLayout, step: ProgramStep, place: Place) -> list[Unit]:
    """Return units that find a number among those that it can be: two a step of the stairs.

    Scales are powers of two, so that a number times its scale is exact.
    """
    assert step.function is not None
    (source,) = step.inputs
    own: ProgramDomain = layout.domains[source]
    read = layout.places[source].first
    results = layout.domains[step].values
    codes = sorted((code_of(source, value), value) for value in own.values)
    firsts = [step.function(value) for _, value in codes]
    found = []
    if firsts[0] is not None:
        target = place.first + results.index(firsts[0])
        found.append(Unit({BEGINNING: -1.0}, 1.0, {target: 1.0}))
    for k in range(1, len(codes)):
        before, after = firsts[k - 1], firsts[k]
        if before == after:
            continue
        low, high = codes[k - 1][0], codes[k][0]
        scale = float(2 ** np.ceil(np.log2(2 / (high - low))))
        middle = np.round(scale * (low + high) / 2 * 16) / 16
        writes: dict[int, float] = {}
        for value, sign in ((before, -1.0), (after, 1.0)):
            if value is not None:
                writes[place.first + results.index(value)] = sign
        off = -4 * scale * max(1.0, abs(codes[0][0]), abs(codes[-1][0]))
        for half, sign in ((0.5, 1.0), (-0.5, -1.0)):
            reads = {read: scale, BEGINNING: off}
            signed = {place: sign * weight for place, weight in writes.items()}
            found.append(Unit(reads, float(half - middle), signed))
    return found


def code_of(step: ProgramStep, value: Any) -> float:
    """Return the number that stands in the stream for a value of a mean or width.

    A head that counts n places and the beginning pays the beginning 1 / (n + 1).
    """
    return 1.0 / (1 + value) if step.kind == "width" else float(value)
