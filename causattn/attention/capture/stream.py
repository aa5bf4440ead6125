"""Attention as a stream: one layer's weights at a time, by whichever way works for the model.

Four ways, tried in this order on the first batch:

============================= ======================================= =======================
way                           works for                               alive at a time
============================= ======================================= =======================
registered attention function models on transformers' attention       one layer's asked rows
                              interface (BERT, GPT-2, Llama, T5 ...)
step by step                  recurrent decoders that attend before   one layer
                              each step (Bahdanau's)
hooks on eager modules        models whose attention is written out   one layer
                              in place (DeBERTa, XLNet, BLOOM ...)
output_attentions             anything that returns its attention     all layers of one batch
============================= ======================================= =======================

A registered function is used only where the model's output, computed from the very weights that
are captured, equals the model's own output. Whatever the way, rows that do not sum to 1 are an
error, and so is attention paid to padding or, by a causal model, to later tokens; the model is left
as it was found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any, Protocol

import torch
from transformers import PreTrainedModel

from causattn.attention.capture.body import Inputs, body_of, not_compiled, unwrapped
from causattn.attention.capture.checks import CheckedProbe
from causattn.attention.capture.forward_pass import Edit
from causattn.attention.capture.hooked import HookedCapture
from causattn.attention.capture.layer import AttentionLayer, Probe, Stack
from causattn.attention.capture.reach import Reach
from causattn.attention.capture.registered import registered
from causattn.attention.capture.returned import ReturnedCapture
from causattn.attention.capture.stepwise import stepwise
from causattn.base import CausattnError, ModelError, choose

_CHECKED = 4
"""Documents of the first batch on which the way is chosen and checked."""


class Capture(Protocol):
    """A model whose attention can be looked at while it runs.

    Attributes
    ----------
    method
        How: a key of `METHODS`.
    layers
        The attentions of one forward pass, in order.
    heads
        Attention heads of a layer.
    editable
        Whether attention can be changed on the way, and differentiated.
    passed_over
        The ways that were tried before this one, and what spoke against each.
    sink_shares
        The share of attention that a layer pays to its sink, over the first documents, by the
        layer's index; empty where there are no sinks.
    """

    method: str
    layers: tuple[AttentionLayer, ...]
    heads: int
    editable: bool
    passed_over: tuple[str, ...]
    sink_shares: dict[int, float]

    def run(self, inputs: Inputs, probe: Probe) -> None:
        """Run one batch and show each layer's attention to `probe`."""

    def edited(self, inputs: Inputs, edit: Edit | None) -> Any:
        """Run the whole network, head included, with changed attention; return its output."""

    def gradients(
        self, inputs: Inputs, target: Callable[[Any], torch.Tensor]
    ) -> list[tuple[AttentionLayer, torch.Tensor, torch.Tensor]]:
        """Return every layer's weights and the target's gradient by them, both [B, H, Q, K]."""


METHODS: Mapping[str, Callable[..., AbstractContextManager[Any]]] = {
    "registered attention function": registered,
    "step by step": stepwise,
    "hooks on eager modules": HookedCapture.on,
    "output_attentions": ReturnedCapture.on,
}


@contextmanager
def capture_attention(
    network: PreTrainedModel,
    example: Inputs,
    *,
    stack: Stack | None = None,
    methods: Sequence[str] = tuple(METHODS),
    precision: Callable[[], AbstractContextManager[None]] | None = None,
) -> Iterator[Capture]:
    """Capture a network's attention inside the block; it is left as it was found.

    Parameters
    ----------
    network
        A Hugging Face model. Its body runs, not its head, in evaluation mode.
    example
        The inputs of a first batch, on the network's device, on which the way is chosen and the
        weights are checked.
    stack
        ``"encoder"`` runs the encoder of an encoder-decoder alone; None runs everything.
    methods
        The ways to try, in this order.
    precision
        The number format that batches will be run in, as a block. The weights are checked inside
        it; the way is chosen in the model's own, in which two outputs can be distinguished.

    Raises
    ------
    ModelError
        Where the network gives no attention weights, or its rows do not sum to 1, or padding is
        attended to, or later tokens by a model that says it is causal.
    """
    network = unwrapped(network)
    body = body_of(network, stack)
    example = _some_rows(example)
    reasons: list[str] = []
    half = precision is not None or network.dtype.itemsize < 4
    for method in methods:
        way = choose(method, METHODS, "attention.method")
        with ExitStack() as block:
            block.enter_context(not_compiled(network))
            try:
                capture = block.enter_context(way(network, body, example))
                if not isinstance(capture, str):
                    with nullcontext() if precision is None else precision():
                        _check(capture, example, Reach.of(network), half)
                        capture.passed_over = tuple(reasons)
            except CausattnError as error:
                if getattr(network.config, "attention_type", None) != "block_sparse":
                    raise
                raise ModelError(
                    f"{type(network).__name__} attends in random blocks; set "
                    "attention_type=original_full in its configuration."
                ) from error
            except Exception as error:  # whatever a model's own code raises
                capture = f"{type(error).__name__}: {' '.join(str(error).split()):.200}"
            if isinstance(capture, str):
                reasons.append(f"{method}: {capture}")
                continue
            yield capture
            return
    mend = "choose a model whose attention is a softmax over tokens"
    if stack == "encoder":
        mend = f"set attention.stack=decoder or cross, whose attention it may give, or {mend}"
    raise ModelError(
        f"{type(network).__name__} gives no attention weights ({'; '.join(reasons)}); {mend}; "
        "more: causattn explain errors.no-attention."
    )


def _some_rows(example: Inputs) -> Inputs:
    """Return a few documents of a batch, the shortest and the longest among them.

    Choosing a way and checking it takes three passes: too many for a batch of hundreds.
    """
    mask = example.get("attention_mask")
    if mask is None or len(mask) <= _CHECKED:
        return example
    order = mask.sum(1).argsort(stable=True)
    rows = torch.cat([order[: _CHECKED // 2], order[-_CHECKED // 2 :]])
    return {name: tensor[rows] for name, tensor in example.items()}


def _longer(example: Inputs) -> Inputs:
    """Return a batch with one more column: padding where there is a mask, else a token again."""
    longer = {name: torch.cat([each, each[:, -1:]], dim=1) for name, each in example.items()}
    if "attention_mask" in longer:
        longer["attention_mask"][:, -1] = 0
    return longer


def _check(capture: Capture, example: Inputs, reach: Reach, half: bool) -> None:
    """Assert that rows sum to 1 and what is masked gets nothing, in every layer."""
    tolerance = 1e-2 if half else 1e-4
    probe = CheckedProbe(example, tolerance, reach)
    capture.run(example, probe)
    if not capture.editable:
        # What a model returns may be offsets in a window, which only another length shows.
        capture.run(_longer(example), CheckedProbe(_longer(example), tolerance, reach))
    capture.sink_shares = probe.sinks
    if probe.layers_seen != len(capture.layers):
        raise ModelError(
            f"{probe.layers_seen} of {len(capture.layers)} attention layers were seen in the "
            "first batch; this is an error of causattn, please report the model's type."
        )
