"""One token swapped, in small: what the page shows of it."""

import numpy as np
import pytest

from experiments.counterfactual_attention.reviews import SECOND, chinese_reviews


def test_both_texts_and_what_moved_are_shown(in_small):
    _, page = in_small("counterfactual_attention")
    assert "- after: 这部电影很精彩，但演员表现好" in page
    assert "差→好" in page
    assert "| layer | head 0 |" in page
    assert "(attention.png)" in page


@pytest.mark.slow
def test_swapping_bad_for_good_turns_the_review(in_small):
    _, page = in_small("counterfactual_attention", "documents=3000", "steps=200", "epochs=4")
    (line,) = (line for line in page.splitlines() if line.startswith("| 好评 |"))
    assert float(line.split("|")[4]) > 0.5


def test_the_reviews_are_what_they_say():
    corpus = chinese_reviews(200, np.random.default_rng(0))
    again = chinese_reviews(200, np.random.default_rng(0))
    assert corpus.texts == again.texts
    for text, label in zip(corpus.texts, corpus.outcome, strict=True):
        # The sentiment is that of the end.
        assert text.endswith(SECOND[int(label)])
        assert ("但" in text) != ("，也" in text)
