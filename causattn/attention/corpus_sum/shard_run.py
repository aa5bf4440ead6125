"""Runs shards on one model: tokens, batches of like length, capture, sums."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from types import TracebackType
from typing import Any

import numpy as np
import torch

from causattn.attention.capture.layer import Stack
from causattn.attention.capture.stream import Capture, capture_attention
from causattn.attention.contract import MeasureShape
from causattn.attention.corpus_sum.runner import Runner, check_gradients
from causattn.attention.corpus_sum.shard import Shard
from causattn.attention.corpus_sum.sizes import kept_pairs
from causattn.attention.corpus_sum.task import Task
from causattn.attention.corpus_sum.work import masked_work, observed_work
from causattn.attention.device import FullPrecisionProbe, in_precision, on_device
from causattn.attention.measures.moments import AttentionSummary
from causattn.attention.measures.sinks import Sinks
from causattn.attention.registry import MEASURES
from causattn.attention.settings import CaptureSettings, chosen_indices, default_stack
from causattn.base import ConfigError, DataError
from causattn.features import carriers_of
from causattn.models import LanguageModel, carrier_tokens, encode_texts

Advance = Callable[[float], None]
"""Is given how many documents were done since the last call."""


class ShardRunner:
    """A model with its attention captured, on which shards are run one after the other.

    A context manager: the model is moved to its device and watched inside the block, and is as it
    was afterwards.

    Parameters
    ----------
    task
        What is summed.
    model
        Whose attention.
    """

    def __init__(self, task: Task, model: LanguageModel) -> None:
        self._task, self._model = task, model
        settings = task.settings
        self._stack = default_stack(settings.stack, model.network.config, model.name)
        self._kinds = {name: MEASURES[name] for name in settings.measures}
        self._left_out = [
            name
            for name, kind in self._kinds.items()
            if self._stack == "cross" and kind.within_stack
        ]
        # Rollout is left out where it is there by default, and refused where it was asked for.
        if self._left_out and settings.measures != CaptureSettings.measures:
            raise ConfigError(
                f"The measure {self._left_out[0]} compares or follows the tokens of one stack, "
                "which attention from decoder to encoder is not; leave it out of "
                "attention.measures, or choose attention.stack=encoder or decoder."
            )
        self._kinds = {
            name: kind for name, kind in self._kinds.items() if name not in self._left_out
        }
        if task.settings.sinks == "remove" and self._stack != "self":
            raise ConfigError(
                f"attention.sinks=remove knows no sinks of the {self._stack} of model "
                f"{model.name}; set attention.sinks=keep."
            )
        self._by_gradient = any(kind.gradients for kind in self._kinds.values())
        self._open = ExitStack()
        self._capture: Capture | None = None

    def __enter__(self) -> ShardRunner:
        self._open.enter_context(on_device(self._model.network, self._task.settings.device))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()
        self._capture = None

    def run(self, shard: Shard, advance: Advance) -> AttentionSummary:
        """Return the sums of one shard; no measures where nothing in it carries a feature.

        Raises
        ------
        ConfigError
            Where the sums do not fit into the memory allowed, or a layer or head is not there.
        DataError
            For a document that the model cannot read.
        ModelError
            Where the model gives no attention weights.
        """
        task, model = self._task, self._model
        table, settings = task.table, task.settings
        encoding = _encoded(model, shard)
        mentions = shard.mentions
        if mentions is None:
            mentions = carriers_of(table, np.arange(len(shard.texts)), shard.texts, model)
        carriers = carrier_tokens(encoding, mentions)
        about: dict[str, Any] = {
            "sequences": 0,
            "mentions_without_token": len(carriers.lost),
            "documents_truncated": len(encoding.truncated),
        }
        if not len(carriers):
            advance(len(shard.texts))
            return AttentionSummary(table.names, {}, len(shard.texts), settings.query, about)
        work = (
            observed_work(encoding, carriers)
            if task.hidden is None
            else masked_work(encoding, carriers, task.hidden, apart=self._by_gradient)
        )
        looks_at_sinks = settings.sinks == "remove" or model.task == "causal"
        runner = Runner(
            encoding,
            carriers,
            work,
            task.hidden,
            task.pooled,
            self._stack,
            model.device,
            predicted=settings.query == "next",
            sinks=looks_at_sinks,
        )
        padding = encoding.pad_id is not None
        batches = work.batches(encoding.lengths, settings.batch_tokens, padding=padding)
        example = work.mixed(encoding.lengths, settings.batch_tokens) if padding else batches[0]
        capture = self._captured(runner.inputs(example))
        of_stack = {layer.index: layer for layer in capture.layers if layer.stack == self._stack}
        shape = MeasureShape(
            layers=chosen_indices(settings.layers, list(of_stack), "layers", model.name),
            heads=chosen_indices(settings.heads, range(capture.heads), "heads", model.name),
            features=table.size,
            chosen_heads=task.chosen_heads,
        )
        shape = kept_pairs(
            shape, self._kinds.values(), carriers, settings.memory_gb, task.copies, task.pairs
        )
        measures = {name: kind(shape) for name, kind in self._kinds.items()}
        by_gradient = [measure for measure in measures.values() if measure.gradients]
        if by_gradient:
            check_gradients(
                model.task, model.name, task.hidden is not None, bool(task.pooled.any())
            )
        probe = FullPrecisionProbe(
            [measure for measure in measures.values() if not measure.gradients],
            shape,
            capture.heads,
            self._stack,
            model.device,
            Sinks(settings.sinks == "remove") if looks_at_sinks else None,
        )
        for batch in batches:
            with in_precision(settings.mixed_precision, model.device, model.name):
                runner.run(capture, probe, by_gradient, batch)
            advance(len(shard.texts) * len(batch) / len(work))
        about |= {
            "model": model.name,
            "capture": capture.method,
            "stack": self._stack,
            "layers": list(shape.layers),
            "layer_names": [of_stack[layer].name for layer in shape.layers],
            "heads": list(shape.heads),
            "heads_of_mean": task.chosen_heads and [list(pair) for pair in task.chosen_heads],
            "device": model.device.type,
            "mixed_precision": settings.mixed_precision,
            "sums": "dense" if shape.fits else "sparse",
            "sequences": len(work),
            **({} if probe.sinks is None else {"sinks": settings.sinks}),
            "sink_rows": 0 if probe.sinks is None else probe.sinks.rows,
            "sink_sum": 0.0 if probe.sinks is None else probe.sinks.sum,
            **({"measures_left_out": self._left_out} if self._left_out else {}),
            **_of_capture(capture, shape.layers),
        }
        moments = {name: measure.moments() for name, measure in measures.items()}
        return AttentionSummary(table.names, moments, len(shard.texts), settings.query, about)

    def _captured(self, example: dict[str, torch.Tensor]) -> Capture:
        """Return the capture, opened and checked on the first shard of all."""
        if self._capture is None:
            model, dtype = self._model, self._task.settings.mixed_precision
            stack: Stack | None = "encoder" if self._stack == "encoder" else None
            precision = partial(in_precision, dtype, model.device, model.name) if dtype else None
            self._capture = self._open.enter_context(
                capture_attention(model.network, example, stack=stack, precision=precision)
            )
        return self._capture


def _of_capture(capture: Capture, layers: Sequence[int]) -> dict[str, Any]:
    """Return what is to be known of a capture that is not as usual."""
    found: dict[str, Any] = {}
    if capture.passed_over:
        found["capture_passed_over"] = list(capture.passed_over)
    if capture.sink_shares:
        found["sink_shares"] = [capture.sink_shares.get(layer, 0.0) for layer in layers]
    missing = sorted(set(range(max(layers))) - {layer.index for layer in capture.layers})
    if missing:
        found["layers_without_attention"] = missing
    return found


def _encoded(model: LanguageModel, shard: Shard) -> Any:
    """Return a shard's tokens; what is wrong is said of the documents as the corpus counts them."""
    try:
        return encode_texts(model, shard.texts)
    except DataError as error:
        if not shard.first:
            raise
        raise DataError(f"In the documents from {shard.first} on: {error}") from None
