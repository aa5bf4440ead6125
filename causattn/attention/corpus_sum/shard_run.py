"""Runs shards on one model: tokens, batches of like length, capture, sums."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
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
from causattn.attention.corpus_sum.task import Task, shard_place
from causattn.attention.corpus_sum.totals import by_pairs
from causattn.attention.corpus_sum.work import masked_work, observed_work
from causattn.attention.device import FullPrecisionProbe, in_precision, on_device
from causattn.attention.files import write_summary
from causattn.attention.measures.moments import AttentionSummary
from causattn.attention.measures.sinks import Sinks
from causattn.attention.registry import MEASURES
from causattn.attention.settings import CaptureSettings, chosen_indices, default_stack
from causattn.base import ConfigError, DataError
from causattn.features import carriers_of
from causattn.models import (
    CarrierTokens,
    Encoding,
    LanguageModel,
    carrier_tokens,
    encode_texts,
)

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
        kinds = {name: MEASURES[name] for name in settings.measures}
        self._left_out = [
            name for name in kinds if self._stack == "cross" and kinds[name].within_stack
        ]
        # Rollout is left out where it is there by default, and refused where it was asked for.
        if self._left_out and settings.measures != CaptureSettings.measures:
            raise ConfigError(
                f"The measure {self._left_out[0]} compares or follows the tokens of one stack, "
                "which attention from decoder to encoder is not; leave it out of "
                "attention.measures, or choose attention.stack=encoder or decoder."
            )
        self._kinds = {name: kinds[name] for name in kinds if name not in self._left_out}
        if settings.sinks == "remove" and self._stack != "self":
            raise ConfigError(
                f"attention.sinks=remove knows no sinks of the {self._stack} of model "
                f"{model.name}; set attention.sinks=keep."
            )
        self._by_gradient = any(kind.gradients for kind in self._kinds.values())
        if self._by_gradient:
            check_gradients(
                model.task, model.name, task.hidden is not None, bool(task.pooled.any())
            )
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
        settings = self._task.settings
        encoding, carriers = self._read(shard)
        found = partial(AttentionSummary, self._task.table.names, query=settings.query)
        about: dict[str, Any] = {
            "sequences": 0,
            "mentions_without_token": len(carriers.lost),
            "documents_truncated": len(encoding.truncated),
        }
        if not len(carriers):
            advance(len(shard.texts))
            return found(measures={}, documents=len(shard.texts), about=about)
        runner = self._runner(encoding, carriers)
        work, padding = runner.work, encoding.pad_id is not None
        batches = work.batches(encoding.lengths, settings.batch_tokens, padding=padding)
        example = work.mixed(encoding.lengths, settings.batch_tokens) if padding else batches[0]
        capture = self._captured(runner.inputs(example))
        shape = self._shape(capture, carriers)
        measures = {name: kind(shape) for name, kind in self._kinds.items()}
        by_gradient = [measure for measure in measures.values() if measure.gradients]
        probe = FullPrecisionProbe(
            [measure for measure in measures.values() if not measure.gradients],
            shape,
            capture.heads,
            self._stack,
            runner.device,
            Sinks(settings.sinks == "remove") if runner.sinks else None,
        )
        for batch in batches:
            with in_precision(settings.mixed_precision, runner.device, self._model.name):
                runner.run(capture, probe, by_gradient, batch)
            advance(len(shard.texts) * len(batch) / len(work))
        return found(
            measures={name: measure.moments() for name, measure in measures.items()},
            documents=len(shard.texts),
            about={
                **about,
                **self._of_task(capture, shape),
                "sequences": len(work),
                **({} if probe.sinks is None else {"sinks": settings.sinks}),
                "sink_rows": 0 if probe.sinks is None else probe.sinks.rows,
                "sink_sum": 0.0 if probe.sinks is None else probe.sinks.sum,
                **_of_capture(capture, shape.layers),
            },
        )

    def keep(self, shard: Shard, place: Path) -> None:
        """Run a shard and write its sums where those of finished shards lie."""
        # Without a name, under which they would stand beside the next shard's.
        write_summary(
            by_pairs(self.run(shard, lambda amount: None)), shard_place(place, shard.number)
        )

    def _read(self, shard: Shard) -> tuple[Encoding, CarrierTokens]:
        """Return a shard's tokens, and those that carry features.

        What is wrong with a document is said of it as the corpus counts them.
        """
        try:
            encoding = encode_texts(self._model, shard.texts)
        except DataError as error:
            if not shard.first:
                raise
            raise DataError(f"In the documents from {shard.first} on: {error}") from None
        mentions, rows = shard.mentions, np.arange(len(shard.texts))
        if mentions is None:
            mentions = carriers_of(self._task.table, rows, shard.texts, self._model)
        return encoding, carrier_tokens(encoding, mentions)

    def _runner(self, encoding: Encoding, carriers: CarrierTokens) -> Runner:
        """Return what runs a shard's sequences: documents, or each with a feature hidden."""
        task, model = self._task, self._model
        work = (
            observed_work(encoding, carriers)
            if task.hidden is None
            else masked_work(encoding, carriers, task.hidden, apart=self._by_gradient)
        )
        return Runner(
            encoding,
            carriers,
            work,
            task.hidden,
            task.pooled,
            self._stack,
            model.device,
            predicted=task.settings.query == "next",
            sinks=task.settings.sinks == "remove" or model.task == "causal",
        )

    def _shape(self, capture: Capture, carriers: CarrierTokens) -> MeasureShape:
        """Return layers, heads and features to sum, and the pairs that sums are kept for."""
        task, name = self._task, self._model.name
        layers = [layer.index for layer in capture.layers if layer.stack == self._stack]
        shape = MeasureShape(
            layers=chosen_indices(task.settings.layers, layers, "layers", name),
            heads=chosen_indices(task.settings.heads, range(capture.heads), "heads", name),
            features=task.table.size,
            chosen_heads=task.chosen_heads,
        )
        limit = task.settings.memory_gb
        return kept_pairs(shape, self._kinds.values(), carriers, limit, task.copies, task.pairs)

    def _of_task(self, capture: Capture, shape: MeasureShape) -> dict[str, Any]:
        """Return what was summed, of which model, and how."""
        heads = self._task.chosen_heads
        names = {each.index: each.name for each in capture.layers if each.stack == self._stack}
        return {
            "model": self._model.name,
            "capture": capture.method,
            "stack": self._stack,
            "layers": list(shape.layers),
            "layer_names": [names[layer] for layer in shape.layers],
            "heads": list(shape.heads),
            "heads_of_mean": heads and [list(pair) for pair in heads],
            "device": self._model.device.type,
            "mixed_precision": self._task.settings.mixed_precision,
            "sums": "dense" if shape.fits else "sparse",
            **({"measures_left_out": self._left_out} if self._left_out else {}),
        }

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
