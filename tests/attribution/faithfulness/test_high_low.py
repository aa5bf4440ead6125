"""High against low attention, against figures worked out by hand."""

import numpy as np
import pytest
from scipy.stats import kendalltau

from causattn.attribution import attention_tau
from causattn.attribution.faithfulness.high_low import AttentionTau, TextTau
from causattn.base import ConfigError, DataError
from causattn.models import wrap_model
from tests.small_models import small_bert, word_pieces

TEXTS = ["the food was very good", "the slow service was bad"]


@pytest.fixture(scope="module")
def model():
    import torch
    from transformers import BertForSequenceClassification

    torch.manual_seed(0)
    tokenizer = word_pieces(TEXTS, 120)
    return wrap_model(BertForSequenceClassification(small_bert(tokenizer)), tokenizer)


def made(attention: list[float], effect: list[float], side: list[str]) -> TextTau:
    size = len(attention)
    return TextTau(
        "a b c d", "logit", 1.0, tuple("abcd")[:size], np.zeros((size, 2), dtype=int),
        np.array(attention), np.array(effect), np.zeros(size), tuple(side),
    )  # fmt: skip


def test_tau_is_the_mean_effect_of_high_less_that_of_low():
    text = made([0.5, 0.3, 0.1, 0.1], [-4.0, 2.0, 1.0, 0.0], ["high", "high", "low", "low"])
    assert text.tau == pytest.approx(3.0 - 0.5)
    assert text.kendall == pytest.approx(kendalltau([4, 3, 1, 1], [4, 2, 1, 0]).statistic)
    other = made([0.2, 0.8], [1.0, 0.0], ["low", "high"])
    assert (other.tau, other.kendall) == (-1.0, pytest.approx(-1.0))
    both = AttentionTau((text, other), 0.5)
    mean, low, high = both.tau
    assert mean == pytest.approx(0.75)
    # Student's t with one degree of freedom.
    assert high - mean == pytest.approx(mean - low) == pytest.approx(12.7062 * 1.75, rel=1e-4)
    assert np.isnan(AttentionTau((text,), 0.5).tau[1])


def test_the_most_attended_words_are_high(model):
    found = attention_tau(model, TEXTS, draws=4)
    assert len(found) == 2
    for each in found.texts:
        assert each.words == tuple(each.text.split())
        (top,) = (k for k, side in enumerate(each.side) if side == "high")
        (bottom,) = (k for k, side in enumerate(each.side) if side == "low")
        assert (top, bottom) == (each.attention.argmax(), each.attention.argmin())
        assert each.tau == pytest.approx(abs(each.effect[top]) - abs(each.effect[bottom]))
    frame = found.to_frame()
    assert list(frame["word"]) == " ".join(TEXTS).split()
    assert set(frame["side"]) == {"high", "low", ""}
    shown = found._repr_html_()
    assert "Kendall" in shown
    assert "tau" in found.sentence()


def test_what_makes_no_sense(model):
    with pytest.raises(ConfigError, match=r"share=0\.6"):
        attention_tau(model, TEXTS, share=0.6)
    with pytest.raises(DataError, match="no text"):
        attention_tau(model, [])
    with pytest.raises(DataError, match="fewer than two words"):
        attention_tau(model, "food", draws=2)
