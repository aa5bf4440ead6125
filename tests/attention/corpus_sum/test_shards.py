"""Shards: the sum does not depend on them, and a stopped run goes on where it was."""

import shutil
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
import torch

from causattn.attention import summarise_attention
from causattn.attention.corpus_sum import shard_run
from causattn.attention.corpus_sum.shard import Shards
from causattn.base import ConfigError, DataError, ModelError, quiet
from causattn.corpora import Corpus


def assert_equal(one, other):
    """Equal to the last bit."""
    assert one.documents == other.documents
    for name, moments in one.measures.items():
        for part in ("count", "sum", "sum_of_squares", "maximum"):
            expected = getattr(moments, part)
            np.testing.assert_array_equal(expected, getattr(other.measures[name], part))


def assert_close(one, other):
    for name, moments in one.measures.items():
        np.testing.assert_array_equal(moments.count, other.measures[name].count)
        np.testing.assert_allclose(moments.sum, other.measures[name].sum, atol=1e-5)
        np.testing.assert_allclose(moments.maximum, other.measures[name].maximum, atol=1e-6)


@pytest.mark.parametrize("query", ["observed", "masked"])
@pytest.mark.parametrize("size", [1, 3, 7])
def test_the_sum_does_not_depend_on_the_shards(query, size, language_model, corpus, features):
    model = language_model("bert", task="masked")
    whole = summarise_attention({"query": query}, model, corpus, features, 0)
    parts = summarise_attention(
        {"query": query, "shard_documents": size}, model, corpus, features, 0
    )
    assert_close(parts, whole)
    for name in ("mentions_without_token", "documents_truncated", "layers", "capture"):
        assert parts.about[name] == whole.about[name]
    assert parts.about["sequences"] >= whole.about["sequences"]  # like documents meet in one shard


def test_the_order_of_documents_does_not_matter(language_model, corpus, features, table):
    model = language_model("bert")
    order = np.random.default_rng(0).permutation(len(corpus))
    rows = features.carriers
    moved = np.stack(
        [np.argsort(order)[rows.document], rows.variable, rows.start, rows.end], axis=1
    )
    shuffled = Corpus("shuffled", [corpus.texts[k] for k in order])
    assert_close(
        summarise_attention({"shard_documents": 3}, model, corpus, features, 0),
        summarise_attention(
            {"shard_documents": 3}, model, shuffled, table(moved, len(corpus), features.size), 0
        ),
    )


def test_a_stopped_run_goes_on_with_the_missing_shards(
    language_model, corpus, features, tmp_path, monkeypatch
):
    model = language_model("bert")
    settings = {"shard_documents": 2}
    whole = summarise_attention(settings, model, corpus, features, 0)
    run = shard_run.ShardRunner.run
    ran = []

    def until_the_third(self, shard, advance):
        if len(ran) == 2:
            raise KeyboardInterrupt
        ran.append(shard.number)
        return run(self, shard, advance)

    monkeypatch.setattr(shard_run.ShardRunner, "run", until_the_third)
    with pytest.raises(KeyboardInterrupt):
        summarise_attention(settings, model, corpus, features, 0, folder=tmp_path)
    assert ran == [0, 1]

    def counted(self, shard, advance):
        ran.append(shard.number)
        return run(self, shard, advance)

    monkeypatch.setattr(shard_run.ShardRunner, "run", counted)
    resumed = summarise_attention(settings, model, corpus, features, 0, folder=tmp_path)
    assert ran == [0, 1, 2, 3]
    assert_equal(resumed, whole)
    assert resumed.about == whole.about
    again = summarise_attention(settings, model, corpus, features, 0, folder=tmp_path)
    assert ran == [0, 1, 2, 3]
    assert_equal(again, whole)


def test_a_damaged_shard_is_said_and_done_again(language_model, corpus, features, tmp_path, capsys):
    model = language_model("bert")
    settings = {"shard_documents": 3}
    whole = summarise_attention(settings, model, corpus, features, 0, folder=tmp_path)
    (stored,) = tmp_path.iterdir()
    with (stored / "shard-000001" / "moments.npz").open("r+b") as stream:
        stream.seek(300)
        stream.write(b"damage")
    shutil.rmtree(stored / "shard-000002")
    capsys.readouterr()
    assert_equal(summarise_attention(settings, model, corpus, features, 0, folder=tmp_path), whole)
    said = capsys.readouterr().err
    assert "shard-000001" in said
    assert "shard-000002" not in said


def test_other_documents_weights_or_settings_share_no_shards(
    language_model, corpus, features, tmp_path
):
    model = language_model("bert")
    settings = {"shard_documents": 4}
    other = replace(corpus, texts=[*corpus.texts[:-1], corpus.texts[-1].replace("emoji", "Emoji")])
    for each in (
        (settings, model, corpus),
        (settings, model, other),
        (settings, language_model("bert", hidden_act="relu"), corpus),
        ({**settings, "measures": ["raw"]}, model, corpus),
        ({**settings, "memory_gb": 3.0}, model, corpus),  # says nothing of the sums
    ):
        summarise_attention(*each, features, 0, folder=tmp_path)
    assert len(list(tmp_path.iterdir())) == 4


def test_a_shard_without_features_and_a_feature_without_documents(
    language_model, corpus, features, table
):
    model = language_model("bert", task="masked")
    rows = features.carriers
    columns = np.stack([rows.document, rows.variable, rows.start, rows.end], axis=1)
    first_half = table(columns[rows.document < 4], len(corpus), features.size)
    for query in ("observed", "masked"):
        settings = {"query": query}
        assert_close(
            summarise_attention(settings, model, corpus, first_half, 0),
            summarise_attention({**settings, "shard_documents": 2}, model, corpus, first_half, 0),
        )
    missing = table(columns[rows.variable != 2], len(corpus), features.size)
    with pytest.raises(DataError, match=r"1 of 6 features \(f2\)"):
        summarise_attention({"shard_documents": 2}, model, corpus, missing, 0)


def test_documents_cut_at_the_models_length_are_counted_or_refused(
    language_model, corpus, features
):
    model = language_model("bert", max_position_embeddings=20)
    cut = replace(model, long_text="truncate")
    for size in (3, 4096):
        summary = summarise_attention({"shard_documents": size}, cut, corpus, features, 0)
        lengths = [len(model.tokenizer(text)["input_ids"]) for text in corpus.texts]
        assert summary.about["documents_truncated"] == sum(length > 20 for length in lengths) > 0
        first = int(np.argmax(np.array(lengths) > 20))
        with pytest.raises(DataError, match=f"20 tokens .* first is document {first}\\)"):
            summarise_attention({"shard_documents": size}, model, corpus, features, 0)


def test_progress_is_told_in_documents(language_model, corpus, features, capsys):
    with quiet(False):
        summarise_attention({"shard_documents": 3}, language_model("bert"), corpus, features, 0)
    assert "Attention: 8 documents in" in capsys.readouterr().err


@pytest.mark.parametrize("kept", [False, True])
def test_no_sums_stand_beside_the_shard_at_hand(
    language_model, corpus, table, tmp_path, monkeypatch, kept
):
    size = 300
    documents = np.arange(len(corpus))
    rows = np.array([[d, f, 0, 1] for d in documents for f in range(size)])
    run, held = shard_run.ShardRunner.run, []

    def watched(self, shard, advance):
        held.append(tracemalloc.get_traced_memory()[0])
        return run(self, shard, advance)

    monkeypatch.setattr(shard_run.ShardRunner, "run", watched)
    model = language_model("bert")
    tracemalloc.start()
    try:
        found = summarise_attention(
            {"shard_documents": 2, "measures": ["raw"]},
            model,
            corpus,
            table(rows, len(corpus), size),
            0,
            folder=tmp_path if kept else None,
        )
    finally:
        tracemalloc.stop()
    assert len(held) > 3
    sums = found.measures["raw"].sum.nbytes
    assert sums > 1_000_000
    # What the second shard finds there, the first has imported and opened.
    assert max(held[2:]) - held[1] < sums / 4


def test_only_the_shard_at_hand_is_read(features):
    class Texts(list):
        read = 0

        def __getitem__(self, k):
            self.read += 1
            return super().__getitem__(k)

    texts = Texts([f"document {k}" for k in range(8)])
    shards = Shards(Corpus("counted", texts), features, None, 3, 0)
    assert [shards.size(k) for k in range(len(shards))] == [3, 3, 2]
    assert shards[1].texts == ["document 3", "document 4", "document 5"]
    assert texts.read == 3


def test_mixed_precision_is_close_and_sums_stay_exact(language_model, corpus, features):
    model = language_model("bert")
    exact = summarise_attention({}, model, corpus, features, 0)
    mixed = summarise_attention({"mixed_precision": "bfloat16"}, model, corpus, features, 0)
    assert mixed.about["mixed_precision"] == "bfloat16"
    difference = mixed.measures["raw"].mean() - exact.measures["raw"].mean()
    assert 0 < np.abs(difference).max() < 0.05
    np.testing.assert_array_equal(mixed.measures["raw"].count, exact.measures["raw"].count)


def test_a_model_that_masks_with_what_the_format_lacks_is_refused(language_model, corpus, features):
    model = language_model("deberta")
    with pytest.raises(ModelError, match="numbers that the format"):
        summarise_attention({"mixed_precision": "float16"}, model, corpus, features, 0)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"workers": 0}, "attention.workers=0"),
        ({"shard_documents": 0}, "above 0"),
        ({"mixed_precision": "bfloat16", "measures": ["gradient"]}, "mixed precision"),
        ({"engine": "dask"}, "attention.engine"),
        ({"shard_documents": 4, "memory_gb": 9e-6}, "2 times over"),
    ],
)
def test_settings_that_make_no_sense(settings, sentence, language_model, corpus, features):
    with pytest.raises(ConfigError, match=sentence):
        summarise_attention(settings, language_model("bert"), corpus, features, 0)


def test_a_device_that_is_not_there(language_model, corpus, features):
    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    with pytest.raises(ConfigError, match=r"attention\.device=auto"):
        summarise_attention({"device": "cuda"}, language_model("bert"), corpus, features, 0)


def test_a_gpu_gives_the_sums_of_the_processor(language_model, corpus, features):
    if not torch.cuda.is_available():
        pytest.skip("torch sees no GPU here")
    model = language_model("bert")
    there = summarise_attention({}, model, corpus, features, 0)
    assert there.about["device"] == "cuda"
    assert model.device.type == "cpu"  # as it was
    assert_close(there, summarise_attention({"device": "cpu"}, model, corpus, features, 0))
