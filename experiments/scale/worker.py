"""A study's stages over documents of Zipf's words, in a process of its own.

Each stage's figures are one line of JSON; a stage that refuses says why and ends the study.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
import transformers as hf
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from causattn.attention import summarise_attention
from causattn.base import CausattnError, quiet
from causattn.candidates import screens_beside, select_candidates
from causattn.corpora import load_corpus
from causattn.discovery import discover
from causattn.effects import collect_evidence
from causattn.features import build_features
from causattn.models import LanguageModel

T = TypeVar("T")
WIDTH = 16


def write_documents(path: Path, documents: int, words: int, tokens: int) -> None:
    """Write documents of `tokens` words on average, one a line; twice as many words as are asked.

    A word is more frequent after its partner, so that there is something to find.
    """
    rng = np.random.default_rng(0)
    vocabulary = 2 * words
    share = 1 / (np.arange(vocabulary) + 10)
    share /= share.sum()
    names = np.array([f"w{k}" for k in range(vocabulary)])
    partner = rng.permutation(vocabulary)
    with path.open("w", encoding="utf-8") as lines:
        lengths = rng.integers(tokens // 2, tokens + tokens // 2 + 1, documents)
        for length in lengths:
            drawn = rng.choice(vocabulary, int(length), p=share)
            follow = np.flatnonzero(rng.random(length - 1) < 0.1)
            drawn[follow + 1] = partner[drawn[follow]]
            print(*names[drawn], file=lines)


def tiny_model(words: int, tokens: int) -> LanguageModel:
    """Return a BERT of one layer and two heads with random weights, whose tokens are the words."""
    listed = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *(f"w{k}" for k in range(2 * words))]
    inner = Tokenizer(models.WordLevel({word: k for k, word in enumerate(listed)}, "[UNK]"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    inner.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer = hf.PreTrainedTokenizerFast(
        tokenizer_object=inner, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]"
    )
    config = hf.BertConfig(
        vocab_size=len(listed),
        hidden_size=WIDTH,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=2 * WIDTH,
        max_position_embeddings=2 * tokens + 8,
    )
    torch.manual_seed(0)
    return LanguageModel("tiny", hf.BertModel(config).eval(), tokenizer, "encoder")


class Stages:
    """Times stages, and their peak of resident memory where the system gives it."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    def done(self, name: str, **more: Any) -> None:
        """Print a stage's figures, and begin the next."""
        seconds = time.perf_counter() - self._start
        figures = {"stage": name, "seconds": round(seconds, 2), "peak_mb": peak_mb(), **more}
        print(json.dumps(figures), flush=True)
        with suppress(OSError):  # the next stage's peak is its own
            Path("/proc/self/clear_refs").write_text("5")
        self._start = time.perf_counter()

    def run(self, name: str, stage: Callable[[], T]) -> T:
        """Run a stage; what it refuses is said, and ends the study."""
        try:
            found = stage()
        except CausattnError as error:
            self.done(name, refused=str(error))
            raise SystemExit from error
        self.done(name)
        return found


def peak_mb() -> float | None:
    """Return the largest resident memory since it was last looked at, in 2^20 bytes."""
    with suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text().splitlines()
        line = next(line for line in lines if line.startswith("VmHWM"))
        return round(int(line.split()[1]) / 1024, 1)
    return None


def study(task: dict[str, Any]) -> None:
    """Do one study, stage by stage."""
    torch.set_num_threads(1)
    stages = Stages()
    path = Path(task["path"])
    write_documents(path, task["documents"], task["words"], task["tokens"])
    model = tiny_model(task["words"], task["tokens"])
    stages.done("writing")
    source = {"kind": task["corpus"], "path": str(path)}
    corpus = stages.run("corpus", lambda: load_corpus(source, 0))
    words = {"kind": "words", "top": task["words"], "min_share": 0.0005, "max_share": 0.9}
    words["collinear"] = "drop"
    table = stages.run("features", lambda: build_features(words, corpus))
    attention = {"measures": ["mean"]}
    summary = stages.run(
        "attention", lambda: summarise_attention(attention, model, corpus, table, 0)
    )
    chosen = {"kind": "top_k"}
    edges = stages.run("candidates", lambda: select_candidates(chosen, summary, table, seed=0))
    stages.run("screens", lambda: screens_beside(chosen, table, {}))
    search = {"kind": "ges"}
    graph = stages.run("discovery", lambda: discover(search, table, edges, 0))
    effects = {"kind": "dowhy", "interventions": "none", "knock_outs": "none"}
    evidence = stages.run(
        "effects", lambda: collect_evidence(effects, graph, table, edges, None, corpus, 0)
    )
    figures = {"edges": graph.edge_count, "pairs": len(evidence)}
    print(json.dumps({"stage": "found", **figures}), flush=True)


if __name__ == "__main__":
    with quiet():
        study(json.loads(sys.argv[1]))
