"""Small networks with random weights, and documents of different lengths."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import torch

from causattn.models.recurrent import (
    LSTMForCausalLM,
    LSTMForConditionalGeneration,
    LSTMLanguageModelConfig,
    LSTMSeq2SeqConfig,
)

VOCABULARY = 19
LENGTHS = (7, 4, 1, 6)


def language_model(**settings: object) -> LSTMForCausalLM:
    torch.manual_seed(0)
    config = LSTMLanguageModelConfig(
        vocab_size=VOCABULARY, hidden_size=6, initializer_range=0.6, **settings
    )
    return LSTMForCausalLM(config).eval()


def seq2seq(**settings: object) -> LSTMForConditionalGeneration:
    torch.manual_seed(0)
    config = LSTMSeq2SeqConfig(
        vocab_size=VOCABULARY, hidden_size=6, initializer_range=0.6, **settings
    )
    return LSTMForConditionalGeneration(config).eval()


@pytest.fixture
def make_language_model():
    return language_model


@pytest.fixture
def make_seq2seq():
    return seq2seq


@pytest.fixture(scope="session")
def reference():
    place = Path(__file__).with_name("reference.py")
    spec = importlib.util.spec_from_file_location("recurrent_reference", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def documents() -> list[list[int]]:
    rng = np.random.default_rng(0)
    return [rng.integers(1, VOCABULARY, length).tolist() for length in LENGTHS]


@pytest.fixture
def padded(documents) -> tuple[torch.Tensor, torch.Tensor]:
    ids = torch.zeros((len(documents), max(LENGTHS)), dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, document in enumerate(documents):
        ids[row, : len(document)] = torch.tensor(document)
        mask[row, : len(document)] = 1
    return ids, mask
