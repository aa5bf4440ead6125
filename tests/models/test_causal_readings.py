"""CausalReadings: only what should change changes, with the frequencies of the corpus."""

from dataclasses import replace

import numpy as np
import pytest

from causattn.base import CapabilityError, ConfigError
from causattn.corpora import load_corpus
from causattn.models.causal_readings import CausalReadings


@pytest.fixture(scope="module")
def corpus():
    return load_corpus({"kind": "shortcut", "documents": 600, "strength": 0.7}, 0)


def test_named_slots_are_drawn_and_the_rest_stays(corpus):
    readings = CausalReadings(corpus, ("shortcut", "shirt"), np.random.default_rng(0))
    documents = np.arange(len(corpus))[::-1].copy()
    read = readings.draw(documents, 2)
    assert len(read) == 3 * len(corpus)
    own = [corpus.texts[k] for k in documents]
    assert list(read.texts[: len(corpus)]) == own
    drawn = {"shortcut", "shirt"}
    for column, name in enumerate(corpus.variables):
        expected = np.tile(corpus.values[documents, column], 3)
        assert (read.values[:, column] == expected).all() == (name not in drawn)
    # What is drawn has the corpus's frequencies and no longer agrees with the label.
    later = read.values[len(corpus) :, corpus.variables.index("shortcut")]
    share = corpus.values[:, corpus.variables.index("shortcut")].mean()
    assert later.mean() == pytest.approx(share, abs=0.05)
    agreement = later == np.tile(corpus.outcome[documents], 2)
    assert agreement.mean() == pytest.approx(0.5, abs=0.05)


def test_mentions_are_the_values_that_are_told(corpus):
    readings = CausalReadings(corpus, ("shortcut", "day"), np.random.default_rng(1))
    read = readings.draw(np.array([5, 5, 17]), 2)
    mentions = read.mentions
    assert len(mentions) == 9 * len(corpus.variables)
    for document, variable, start, end in zip(
        mentions.document, mentions.variable, mentions.start, mentions.end, strict=True
    ):
        told = corpus.value_texts[variable][int(read.values[document, variable])]
        assert read.texts[document][start:end] == told


def test_what_cannot_be_drawn_is_said(corpus):
    rng = np.random.default_rng(0)
    with pytest.raises(ConfigError, match=r"model.causal_resample=seat is not known"):
        CausalReadings(corpus, ("seat",), rng)
    with pytest.raises(ConfigError, match=r"0 of the 5 variables .* some must be and some must"):
        CausalReadings(corpus, (), rng)
    with pytest.raises(ConfigError, match="5 of the 5 variables"):
        CausalReadings(corpus, corpus.variables, rng)
    with pytest.raises(CapabilityError, match="no slots whose words could be drawn"):
        CausalReadings(replace(corpus, value_texts=None), ("day",), rng)
