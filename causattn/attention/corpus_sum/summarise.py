"""From a model and a corpus to an `AttentionSummary`, shard by shard and in constant memory."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from causattn.attention.corpus_sum.engines import run_shards
from causattn.attention.corpus_sum.shard import Shards, check_lengths
from causattn.attention.corpus_sum.shard_run import ShardRunner
from causattn.attention.corpus_sum.shard_sums import ShardSums, Totals, read_sums, shard_place
from causattn.attention.corpus_sum.task import Task
from causattn.attention.entropy import chosen_heads
from causattn.attention.measures.moments import AttentionSummary
from causattn.attention.measures.pairs import occurring_pairs
from causattn.attention.measures.sparse import SparseMoments
from causattn.attention.settings import attention_settings
from causattn.base import ArtefactError, DataError, progress
from causattn.corpora import Corpus
from causattn.features import FOUND_ANEW, FeatureTable
from causattn.models import LanguageModel

_WHAT = "Attention"


def summarise_attention(
    settings: Mapping[str, Any],
    model: LanguageModel,
    corpus: Corpus,
    features: FeatureTable,
    seed: int,
    *,
    folder: Path | None = None,
) -> AttentionSummary:
    """Run the model over the corpus and sum its attention from feature to feature.

    Parameters
    ----------
    settings
        The config group `attention`, see `CaptureSettings`.
    model, corpus, features
        Whose attention, over which documents, between which features.
    seed
        The run's seed; draws the documents where not all are summarised.
    folder
        Where the sums of finished shards are kept, below the hash of settings, model, features and
        documents, so that the same call goes on where it was stopped. They stay there; delete the
        folder when the summary is safe. None keeps nothing.

    Raises
    ------
    ConfigError
        For settings that do not fit the model, or sums that would not fit into memory.
    DataError
        For a feature that no document's tokens carry.
    ModelError
        Where the model gives no attention weights.
    """
    chosen = attention_settings(settings)
    task = Task.of(chosen, model, corpus, features)
    anew = bool(features.about.get(FOUND_ANEW))
    shards = Shards(corpus, features, chosen.documents, chosen.shard_documents, seed, anew)
    if not anew:
        mentioned = _check_mentioned(features, shards.rows)
        if len(shards) > 1:
            pairs = occurring_pairs(*np.divmod(mentioned, features.size), features.size)
            task = replace(task, pairs=len(pairs))
    if chosen.entropy is not None:
        task = replace(task, chosen_heads=chosen_heads(chosen, model, shards[0].texts))
    if len(shards) == 1 and chosen.here:
        with (
            progress(_WHAT, len(shards.rows), "documents") as advance,
            ShardRunner(task, model) as runner,
        ):
            summary = runner.run(shards[0], advance)
        if not summary.measures:
            _refuse_missing(features, np.zeros(features.size, dtype=bool), summary.documents)
        if summary.about["sums"] == "dense":
            summary = _for_all_pairs(summary, chosen.memory_gb)
    else:
        check_lengths(model, shards)
        task = replace(task, copies=1 + max(1, chosen.workers))
        summary = _summarised(task, model, shards, folder)
    return _check_seen(features, summary)


def _summarised(
    task: Task, model: LanguageModel, shards: Shards, folder: Path | None
) -> AttentionSummary:
    """Return the sum of many shards, merged in their order."""
    totals = Totals(task.table.names, task.settings.query, task.settings.memory_gb)
    documents = len(shards.rows)
    if folder is None and task.settings.here:
        with (
            progress(_WHAT, documents, "documents") as advance,
            ShardRunner(task, model) as runner,
        ):
            for shard in shards:
                totals.add(ShardSums.of(runner.run(shard, advance)))
        return totals.summary()
    with _kept(folder, task, model, shards) as place:
        ready = _finished(place, len(shards))
        missing = [number for number in range(len(shards)) if number not in ready]
        done = sum(shards.size(number) for number in ready)
        merged = 0
        with progress(_WHAT, documents, "documents", done) as advance:
            for number in chain([None], run_shards(task, model, shards, missing, place, advance)):
                if number is not None:
                    ready.add(number)
                    if folder is not None:
                        os.utime(folder)  # in use: nothing that a store's pruning should take
                while merged in ready:
                    totals.add(read_sums(shard_place(place, merged)))
                    merged += 1
    return totals.summary()


def _for_all_pairs(summary: AttentionSummary, memory_gb: float) -> AttentionSummary:
    """Return a summary with the sums of all pairs, where its own are those that occur."""
    if not any(isinstance(kept, SparseMoments) for kept in summary.measures.values()):
        return summary
    totals = Totals(summary.names, summary.query, memory_gb)
    totals.add(ShardSums.of(summary))
    return totals.summary()


@contextmanager
def _kept(folder: Path | None, task: Task, model: LanguageModel, shards: Shards) -> Iterator[Path]:
    """Yield where the shards of this very task lie; a passing place where none was given."""
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="causattn-shards-") as passing:
            yield Path(passing)
    else:
        place = folder / task.key(model, shards.fingerprint())
        place.mkdir(parents=True, exist_ok=True)
        yield place


def _finished(place: Path, count: int) -> set[int]:
    """Return the shards that lie finished and whole; damaged ones are said and taken away."""
    found = set()
    for number in range(count):
        where = shard_place(place, number)
        if not where.is_dir():
            continue
        try:
            read_sums(where)
        except ArtefactError as error:
            print(f"A shard is done again: {error}", file=sys.stderr, flush=True)
            shutil.rmtree(where)
        else:
            found.add(number)
    return found


def _check_mentioned(features: FeatureTable, rows: np.ndarray) -> np.ndarray:
    """Raise before the run where no text of the documents summarised carries a feature.

    Return which document mentions which feature, int64 [m], ``document * f + feature``, ascending.
    """
    inside = np.zeros(len(features.documents), dtype=bool)
    inside[rows] = True
    carriers = features.carriers
    kept = inside[carriers.document]
    variable = carriers.variable[kept]
    seen = np.bincount(variable, minlength=features.size) > 0
    _refuse_missing(features, seen, len(rows))
    return np.unique(carriers.document[kept].astype(np.int64) * features.size + variable)


def _check_seen(features: FeatureTable, summary: AttentionSummary) -> AttentionSummary:
    """Raise where no token of the documents summarised carried a feature (all cut off)."""
    count = next(iter(summary.measures.values())).count
    seen = np.asarray(count.any(axis=0) | count.any(axis=1))
    _refuse_missing(features, seen, summary.documents)
    return summary


def _refuse_missing(features: FeatureTable, seen: np.ndarray, documents: int) -> None:
    if seen.all():
        return
    missing = [features.names[k] for k in np.flatnonzero(~seen)]
    shown = ", ".join(missing[:5]) + (" ..." if len(missing) > 5 else "")
    raise DataError(
        f"{len(missing)} of {features.size} features ({shown}) are carried by no token of the "
        f"{documents} documents summarised, so they have no attention; leave them out "
        "(features.exclude=[...]) or summarise more documents (attention.documents)."
    )
