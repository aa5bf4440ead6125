"""One measurement in a process of its own; prints its figures as JSON on the last line."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import torch
import transformers as hf
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from causattn.attention import summarise_attention
from causattn.base import quiet
from causattn.corpora import load_corpus
from causattn.features import build_features
from causattn.models import LanguageModel

VOCABULARY = 2_000


def write_documents(path: Path, count: int) -> None:
    """Write documents of 10 to 60 words of Zipf's frequencies into one Parquet file."""
    rng = np.random.default_rng(0)
    share = 1 / np.arange(1, VOCABULARY + 1)
    words = np.array([f"w{k}" for k in range(VOCABULARY)])
    schema = pa.schema([("text", pa.string())])
    with parquet.ParquetWriter(path, schema) as writer:
        for first in range(0, count, 5_000):
            lengths = rng.integers(10, 60, min(5_000, count - first))
            drawn = rng.choice(words, int(lengths.sum()), p=share / share.sum())
            parts = np.split(drawn, np.cumsum(lengths)[:-1])
            texts = [" ".join(part) for part in parts]
            writer.write_table(pa.table({"text": texts}, schema=schema))


def tiny_model() -> LanguageModel:
    """Return a BERT of two layers with random weights whose tokens are the words."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *(f"w{k}" for k in range(VOCABULARY))]
    inner = Tokenizer(models.WordLevel({word: k for k, word in enumerate(words)}, "[UNK]"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    inner.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer = hf.PreTrainedTokenizerFast(
        tokenizer_object=inner, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]"
    )
    config = hf.BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    torch.manual_seed(0)
    return LanguageModel("tiny", hf.BertModel(config).eval(), tokenizer, "encoder")


def measure(task: dict[str, Any]) -> dict[str, float]:
    """Read the corpus, find 30 words and sum their attention; return the peak and the seconds."""
    torch.set_num_threads(1)
    start = time.perf_counter()
    corpus = load_corpus({"kind": task["corpus"], "path": task["path"]}, 0)
    read = time.perf_counter()
    words = {"kind": "words", "top": 30, "collinear": "drop"}
    table = build_features(words, corpus)
    found = time.perf_counter()
    model = tiny_model()
    settings = {"measures": ["raw", "mean", "rollout"]}
    summary = summarise_attention(settings, model, corpus, table, 0)
    end = time.perf_counter()
    return {
        "documents": summary.documents,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "checksum": float(summary.measures["raw"].sum.sum()),
        "reading_s": read - start,
        "features_s": found - read,
        "attention_s": end - found,
    }


if __name__ == "__main__":
    with quiet():
        print(json.dumps(measure(json.loads(sys.argv[1]))))
