"""Tables with planted effects, a tiny corpus with slots, and tiny models with random weights."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from tokenizers.models import WordLevel
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertForSequenceClassification,
    PreTrainedTokenizerFast,
)

from causattn.corpora import Corpus, Mentions
from causattn.features import FeatureKind, FeatureTable
from causattn.models import LanguageModel
from tests.small_models import SPECIAL, small_bert, whole_words

Maker = Callable[..., FeatureTable]


@pytest.fixture(scope="session")
def make_table() -> Maker:
    """Return a function from columns to a feature table without carriers."""

    def make(
        categories: tuple[tuple[str, ...] | None, ...] | None = None, **columns: np.ndarray
    ) -> FeatureTable:
        values = np.column_stack([np.asarray(column, dtype=float) for column in columns.values()])
        return FeatureTable(
            names=tuple(columns),
            kinds=(FeatureKind.SLOT,) * len(columns),
            values=values,
            categories=categories or (None,) * len(columns),
            carriers=Mentions.empty(),
            documents=np.arange(len(values)),
        )

    return make


COLOURS, SIZES = ("red", "green", "blue"), ("small", "big")


@pytest.fixture(scope="session")
def slot_corpus() -> Corpus:
    """Return 30 documents telling a colour, a size and a shape, in changing order."""
    rng = np.random.default_rng(5)
    value_texts = (COLOURS, SIZES, ("round", "square"))
    values = np.column_stack([rng.integers(0, len(texts), 30) for texts in value_texts])
    texts, rows = [], []
    for document, row in enumerate(values):
        text = ""
        for variable in rng.permutation(3):
            text += "it is "
            word = value_texts[variable][row[variable]]
            rows.append((document, variable, len(text), len(text) + len(word)))
            text += f"{word} . "
        texts.append(text.strip())
    document, variable, start, end = np.array(rows).T
    return Corpus(
        name="slots",
        texts=texts,
        variables=("colour", "size", "shape"),
        values=values.astype(float),
        categories=value_texts,
        mentions=Mentions(document, variable, start, end),
        value_texts=value_texts,
        outcome=(values[:, 0] == 0).astype(float),
        outcome_name="liked",
        outcome_classes=("no", "yes"),
    )


@pytest.fixture(scope="session")
def slot_table(slot_corpus: Corpus) -> FeatureTable:
    """Return the corpus's slots and its outcome as features."""
    assert slot_corpus.values is not None
    assert slot_corpus.outcome is not None
    return FeatureTable(
        names=(*slot_corpus.variables, "liked"),
        kinds=(*(FeatureKind.SLOT,) * 3, FeatureKind.OUTPUT),
        values=np.column_stack([slot_corpus.values, slot_corpus.outcome]),
        categories=(*slot_corpus.categories, ("no", "yes")),
        carriers=slot_corpus.mentions,
        documents=np.arange(len(slot_corpus)),
    )


@pytest.fixture(scope="session")
def tokenizer() -> PreTrainedTokenizerFast:
    """Return a word-level tokenizer with the usual special tokens."""
    words = [*SPECIAL, *COLOURS, *SIZES, "round", "square", "it", "is", ".", "good", "bad", "so"]
    return whole_words(WordLevel({w: k for k, w in enumerate(words)}, unk_token="[UNK]"))


def _config(tokenizer: PreTrainedTokenizerFast, **more: object) -> BertConfig:
    wide = {"max_position_embeddings": 32, "initializer_range": 0.5, "pad_token_id": 0}
    return small_bert(tokenizer, **wide, **more)


@pytest.fixture(scope="session")
def masked_model(tokenizer: PreTrainedTokenizerFast) -> LanguageModel:
    """Return a masked language model with large random weights, so that changes show."""
    torch.manual_seed(1)
    network = BertForMaskedLM(_config(tokenizer)).eval()
    return LanguageModel("tiny", network, tokenizer, "masked")


@pytest.fixture(scope="session")
def classifier(tokenizer: PreTrainedTokenizerFast) -> LanguageModel:
    """Return a two-class classifier with large random weights."""
    torch.manual_seed(2)
    network = BertForSequenceClassification(_config(tokenizer, num_labels=2)).eval()
    return LanguageModel("judge", network, tokenizer, "classifier")
