"""Tokenizers made from a corpus: what long words cost."""

import signal

import numpy as np
import pytest

from causattn.corpora import Corpus
from causattn.models import tiny_tokenizer

MEGABYTE = "".join(np.random.default_rng(0).choice(list("abcdefghijklmnop"), 1_000_000))


def test_a_signal_is_heard_while_a_word_of_a_megabyte_is_learned_from(monkeypatch):
    done = []
    ours = tiny_tokenizer.interruptible
    monkeypatch.setattr(
        tiny_tokenizer, "interruptible", lambda work: ours(lambda: done.append(work()))
    )

    def end(*about):
        raise TimeoutError("heard")

    before = signal.signal(signal.SIGALRM, end)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(TimeoutError, match="heard"):
            tiny_tokenizer.piece_tokenizer(Corpus("long", [MEGABYTE * 4, "b"]), 20_000, 512)
        assert not done
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_long_words_are_learned_from_in_pieces(monkeypatch):
    seen, ours = [], tiny_tokenizer._in_pieces
    monkeypatch.setattr(
        tiny_tokenizer, "_in_pieces", lambda text: seen.append(ours(text)) or seen[-1]
    )
    corpus = Corpus("long", [f"some words {'ab' * 5_000} end", "more words"])
    tokenizer = tiny_tokenizer.piece_tokenizer(corpus, 400, 512)
    assert max(len(word) for text in seen for word in text.split()) <= 1000
    assert "".join(seen[0].split()) == "".join(corpus.texts[0].split())
    assert tokenizer("more words").input_ids[1:-1]
