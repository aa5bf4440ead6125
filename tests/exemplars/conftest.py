"""Tiny models over words, and a corpus whose documents tell variables."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification, GPT2Config, GPT2LMHeadModel

from causattn.corpora import Corpus, load_corpus
from causattn.features import FeatureTable, build_features
from causattn.models import LanguageModel, load_model


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    return load_corpus({"kind": "bayesnet", "network": "asia", "documents": 400}, 0)


@pytest.fixture(scope="session")
def masked(corpus: Corpus) -> LanguageModel:
    settings = {"kind": "tiny_mlm", "steps": 400, "width": 32, "heads": 2, "layers": 2}
    return load_model(settings, corpus, 0)


@pytest.fixture(scope="session")
def table(corpus: Corpus, masked: LanguageModel) -> FeatureTable:
    return build_features({"kind": "slots"}, corpus, masked, 0)


@pytest.fixture(scope="session")
def classifier(masked: LanguageModel) -> Callable[..., LanguageModel]:
    """An untrained classifier of two classes or more; one class is a regression."""

    def make(classes: int = 3) -> LanguageModel:
        torch.manual_seed(1)
        config = BertConfig.from_dict(masked.network.config.to_dict() | {"num_labels": classes})
        network = BertForSequenceClassification(config).eval()
        with torch.no_grad():
            for parameter in network.parameters():
                if parameter.dim() == 2:
                    parameter.normal_(0, 0.3)
        return replace(masked, network=network, task="classifier")

    return make


@pytest.fixture(scope="session")
def causal(masked: LanguageModel) -> LanguageModel:
    torch.manual_seed(2)
    size = len(masked.tokenizer)
    ends = {"bos_token_id": 0, "eos_token_id": size - 1}
    config = GPT2Config(vocab_size=size, n_embd=16, n_layer=1, n_head=2, n_positions=64, **ends)
    return replace(masked, network=GPT2LMHeadModel(config).eval(), task="causal")


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)
