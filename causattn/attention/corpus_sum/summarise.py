"""From a model and a corpus to an `AttentionSummary`, shard by shard and in constant memory.

The settings go through six stations: `summarise_attention` checks them, the `Task` holds them,
`shard_sums` chooses who runs the shards by them, an engine carries the task to other processes,
and there as here a `ShardRunner` runs shards by them and hands measures plain values.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from causattn.attention.corpus_sum.shard import Shards, check_lengths
from causattn.attention.corpus_sum.shard_sums import shard_sums
from causattn.attention.corpus_sum.task import Task
from causattn.attention.corpus_sum.totals import Totals
from causattn.attention.measures.moments import AttentionSummary
from causattn.attention.settings import attention_settings
from causattn.corpora import Corpus
from causattn.features import FeatureTable, check_carried
from causattn.models import LanguageModel


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
    shards = Shards(corpus, features, chosen.documents, chosen.shard_documents, seed)
    check_carried(features, shards.mentioned(), len(shards.rows), "attention")
    task = Task.of(chosen, model, corpus, features, shards)
    if len(shards) > 1:
        check_lengths(model, shards)
    totals = Totals(features.names, chosen.query, chosen.memory_gb)
    for sums in shard_sums(task, model, shards, folder):
        totals.add(sums)
        del sums  # it would stand beside the next shard's
    summary = totals.summary()
    seen = np.zeros(features.size, dtype=bool)
    for moments in list(summary.measures.values())[:1]:
        seen = moments.seen()
    check_carried(features, seen, summary.documents, "attention")
    return summary
