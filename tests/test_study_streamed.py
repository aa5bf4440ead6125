"""The whole line over a corpus that stays on disk, and over the same corpus in memory."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
import transformers as hf
from tokenizers import Tokenizer, models, pre_tokenizers, processors

import causattn

NAMES = ["rain", "sprinkler", "wet", "slip", "late", "angry"]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("streamed")


@pytest.fixture(scope="module")
def choices(place):
    """A corpus of words that depend on one another, and a model that knows these words."""
    rng = np.random.default_rng(0)
    held = np.zeros((3000, len(NAMES)), dtype=bool)
    held[:, 0] = rng.random(3000) < 0.4
    for k in range(1, len(NAMES)):
        held[:, k] = rng.random(3000) < np.where(held[:, k - 1], 0.7, 0.15)
    texts = [
        " ".join(["today", *(name for name, told in zip(NAMES, row, strict=True) if told), "end"])
        for row in held
    ]
    labels = np.where(rng.random(3000) < np.where(held[:, 5], 0.9, 0.2), "bad", "good")
    table = pa.table({"text": texts, "mood": labels})
    parquet.write_table(table, place / "corpus.parquet")

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "today", "end", *NAMES]
    inner = Tokenizer(models.WordLevel({word: k for k, word in enumerate(words)}, "[UNK]"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    inner.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer = hf.PreTrainedTokenizerFast(
        tokenizer_object=inner,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    )
    config = hf.BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=24,
        max_position_embeddings=6,
    )
    hf.BertForMaskedLM(config).save_pretrained(place / "model")
    tokenizer.save_pretrained(place / "model")
    return (
        "corpus.label=mood",
        f"corpus.path={place}/corpus.parquet",
        "features=words",
        "features.min_share=0.05",
        "features.max_share=0.95",
        "attention=observed",
        "attention.shard_documents=700",
        "model=hf",
        f"model.path={place}/model",
        "model.long_text=truncate",
        "controls=[untrained,permuted]",
        "discovery=pc",
        "effects.documents=50",
        f"paths.runs={place}/runs",
    )


def test_on_disk_and_in_memory_agree(choices, place):
    runs = [
        causattn.run(f"corpus={corpus}", *choices, f"paths.cache={place}/{corpus}")
        for corpus in ("streamed", "file")
    ]
    one, other = runs
    assert one.summary["attention"]["documents"] == 3000
    assert one.summary["attention"]["documents_truncated"] > 0
    assert set(one.graph.names) == {*NAMES, "mood"}
    np.testing.assert_array_equal(one.graph.marks, other.graph.marks)
    for name in ("strength", "score"):
        if name in one.candidates:
            np.testing.assert_array_equal(one.candidates[name], other.candidates[name])
    for name in ("data_estimate", "model_estimate", "verdict"):
        assert one.evidence[name].equals(other.evidence[name]), name
    shown = [json.loads((run.folder / "attention" / "about.json").read_text()) for run in runs]
    assert shown[0]["examples"] == shown[1]["examples"]
    assert shown[0]["examples"]["documents"]
    assert not list((place / "streamed").glob("*/.*shards"))
    assert not list((place / "streamed" / ".scratch").iterdir())


def test_attributions_on_disk_and_in_memory_agree(choices, place):
    own = ["attribution=occlusion", "attribution.documents=200"]
    own += ["features.outcome=false", "controls=[permuted]"]
    choices = [choice for choice in choices if not choice.startswith(("effects.", "controls="))]
    own += ["effects=none"]
    one, other = (
        causattn.run(f"corpus={corpus}", *choices, *own, f"paths.cache={place}/{corpus}")
        for corpus in ("streamed", "file")
    )
    assert one.summary["attribution"]["documents"] == 200
    np.testing.assert_array_equal(one.candidates["score"], other.candidates["score"])


def test_the_number_of_workers_is_no_part_of_what_is_stored(choices, place):
    own = [f"paths.cache={place}/workers", "controls=[]", "effects=none"]
    choices = [choice for choice in choices if not choice.startswith(("effects.", "controls="))]
    first = causattn.run("corpus=streamed", *choices, *own)
    assert "attention" not in first.summary["reused"]
    again = causattn.run("corpus=streamed", *choices, *own, "attention.workers=2")
    assert "attention" in again.summary["reused"]


@pytest.mark.slow
def test_a_killed_study_goes_on_with_the_missing_shards(choices, place):
    own = [f"paths.cache={place}/killed", "attention.shard_documents=20", "controls=[]"]
    command = [sys.executable, "-c", "from causattn.cli import main; main()"]
    arguments = ["run", "corpus=streamed", *choices, *own]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    killed = subprocess.Popen([*command, *arguments], env=environment)
    deadline = time.monotonic() + 120
    while len(finished(place)) < 3 and killed.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    killed.send_signal(signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    before = finished(place)
    assert 3 <= len(before) < 150  # of 150 shards
    resumed = causattn.run("corpus=streamed", *choices, *own)
    assert "features" in resumed.summary["reused"]
    assert not finished(place)  # their sum is stored
    whole = causattn.run("corpus=streamed", *choices, *own, f"paths.cache={place}/whole")
    sums = [
        np.load(next((place / name / "attention").glob("*/content/moments.npz")))
        for name in ("killed", "whole")
    ]
    for part in sums[1].files:
        np.testing.assert_array_equal(sums[0][part], sums[1][part])
    np.testing.assert_array_equal(resumed.graph.marks, whole.graph.marks)


def finished(place):
    return list((place / "killed" / "attention").glob(".*.shards/*/shard-*"))
