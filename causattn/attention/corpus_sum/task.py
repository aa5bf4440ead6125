"""What a worker has to know besides the model and its shard, and how it lies on disk.

Plain files, no pickle: a worker process or a Ray node reads the model, the features' names and
lexicon, and the settings from one folder.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch

from causattn.attention.corpus_sum.shard import Shards
from causattn.attention.entropy import Heads, chosen_heads
from causattn.attention.hiding import feature_hiding
from causattn.attention.settings import (
    CaptureSettings,
    attention_result_settings,
    attention_settings,
    check_query,
)
from causattn.base import content_key, load_plugins, plugin_names, read_json, write_json
from causattn.corpora import Corpus, Mentions
from causattn.features import (
    FeatureTable,
    pooled_features,
    read_features,
    write_features,
)
from causattn.models import LanguageModel, read_model, write_model


@dataclass(frozen=True)
class Task:
    """What is summed, the same for all shards.

    Parameters
    ----------
    settings
        The group `attention`.
    table
        The features without rows: names, kinds, lexicon.
    hidden
        int64 [f], the token id that hides each feature (-1: not hidden); None in the query mode
        ``observed``.
    pooled
        bool [f], features carried by the pooled position.
    copies
        How many copies of the sums are in memory at a time, all processes together.
    chosen_heads
        The (layer, head) pairs that the measure mean takes; None for all.
    pairs
        How many pairs of features some document mentions; 0 where that is not known beforehand.
    """

    settings: CaptureSettings
    table: FeatureTable
    hidden: np.ndarray | None
    pooled: np.ndarray
    copies: int = 1
    chosen_heads: Heads | None = None
    pairs: int = 0

    @classmethod
    def of(
        cls,
        settings: CaptureSettings,
        model: LanguageModel,
        corpus: Corpus,
        table: FeatureTable,
        shards: Shards,
    ) -> Task:
        """Return the task of summing `table`'s features over the shards of `corpus`."""
        check_query(settings.query, model.task, model.name)
        hidden = feature_hiding(model, corpus, table) if settings.query == "masked" else None
        bare = replace(
            table,
            values=np.empty((0, table.size)),
            carriers=Mentions.empty(),
            documents=np.empty(0, dtype=np.int64),
        )
        heads = None
        if settings.entropy is not None:
            heads = chosen_heads(settings, model, shards[0].texts)
        copies, pairs = 1, 0
        if len(shards) > 1:
            copies, pairs = 1 + max(1, settings.workers), shards.pair_count()
        return cls(settings, bare, hidden, pooled_features(table), copies, heads, pairs)

    def key(self, model: LanguageModel, documents: str) -> str:
        """Return the hash of all that the sums depend on.

        Parameters
        ----------
        model
            Its weights, configuration and tokenizer go in.
        documents
            The hash of the documents and their mentions.
        """
        settings = attention_result_settings(asdict(self.settings))
        del settings["memory_gb"]
        tokenizer = model.tokenizer.backend_tokenizer.to_str()
        return content_key(
            {
                "settings": settings,
                # Another torch or device would round otherwise within one sum.
                "torch": torch.__version__,
                "gpu": torch.cuda.is_available(),
                "weights": _weights_sha256(model),
                "config": model.network.config.to_json_string(use_diff=False),
                "tokenizer": sha256(tokenizer.encode()).hexdigest(),
                "long_text": model.long_text,
                "names": list(self.table.names),
                "lexicon": self.table.about.get("lexicon"),
                "hidden": None if self.hidden is None else self.hidden.tolist(),
                "pooled": self.pooled.tolist(),
                "documents": documents,
            }
        )


def shard_place(folder: Path, number: int) -> Path:
    """Return where a shard's sums lie."""
    return folder / f"shard-{number:06d}"


def write_task(folder: Path, task: Task, model: LanguageModel) -> None:
    """Write all that a worker needs into a folder."""
    write_model(model, folder / "model")
    write_features(task.table, folder / "features")
    write_json(
        folder / "task.json",
        {
            "plugins": plugin_names(),
            "settings": asdict(task.settings),
            "hidden": None if task.hidden is None else task.hidden.tolist(),
            "pooled": task.pooled.tolist(),
            "copies": task.copies,
            "chosen_heads": task.chosen_heads,
            "pairs": task.pairs,
            "threads": torch.get_num_threads(),
        },
    )


def read_task(folder: Path) -> tuple[Task, LanguageModel]:
    """Read what `write_task` wrote, with the writer's plugins and as many threads as it had."""
    stored = read_json(folder / "task.json")
    load_plugins(stored["plugins"])
    torch.set_num_threads(stored["threads"])
    hidden = stored["hidden"]
    heads = stored["chosen_heads"]
    task = Task(
        attention_settings(stored["settings"]),
        read_features(folder / "features"),
        None if hidden is None else np.array(hidden, dtype=np.int64),
        np.array(stored["pooled"], dtype=bool),
        stored["copies"],
        None if heads is None else tuple((layer, head) for layer, head in heads),
        stored["pairs"],
    )
    return task, read_model(folder / "model")


def _weights_sha256(model: LanguageModel) -> str:
    digest = sha256()
    for name, tensor in sorted(model.network.state_dict().items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        plain = tensor.detach().cpu().contiguous().flatten().view(torch.uint8)
        digest.update(plain.numpy().data)
    return digest.hexdigest()
