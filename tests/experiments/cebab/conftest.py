"""A small BERT whose head is sharp enough to say something, and planted texts."""

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification

from causattn.corpora import Corpus
from causattn.models import LanguageModel, word_tokenizer


def _small_bert(words, classes):
    config = BertConfig(
        vocab_size=words,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=classes,
    )
    torch.manual_seed(0)
    network = BertForSequenceClassification(config).eval()
    with torch.no_grad():
        network.classifier.weight.mul_(20)
        network.bert.pooler.dense.weight.mul_(20)
    return network


@pytest.fixture
def small_bert():
    """Return a function from numbers of words and classes to a network, always the same."""
    return _small_bert


@pytest.fixture
def planted():
    """Return a corpus in which one word tells the outcome and another a second concept."""
    rng = np.random.default_rng(0)
    values = rng.integers(0, 2, (400, 2))
    words = (("dull", "bright"), ("loud", "quiet"))
    texts = [f"the room was {words[0][a]} and {words[1][b]}" for a, b in values]
    return Corpus(
        name="planted",
        texts=texts,
        variables=("light", "noise"),
        values=values.astype(float),
        categories=(words[0], words[1]),
        outcome=values[:, 0].astype(float),
        outcome_name="rating",
        outcome_classes=("bad", "good"),
    )


@pytest.fixture
def model(planted):
    tokenizer = word_tokenizer(planted, 64)
    return LanguageModel("tiny", _small_bert(len(tokenizer), 5), tokenizer, "classifier")
