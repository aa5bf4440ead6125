"""A random decoder that knows the words of prompts, and the prompts."""

import pytest

from causattn.corpora import load_corpus
from causattn.models import load_model
from tests.small_models import prompt_decoder


@pytest.fixture(scope="package")
def folder(tmp_path_factory):
    corpus = load_corpus({"kind": "indirect_object", "documents": 600}, 1)
    texts = [*corpus.texts, *corpus.metadata["counterpart"]]
    return prompt_decoder(tmp_path_factory.mktemp("models"), texts)


@pytest.fixture(scope="package")
def model(folder):
    return load_model({"kind": "hf", "path": str(folder)}, None, 0)


@pytest.fixture(scope="package")
def corpus():
    return load_corpus({"kind": "indirect_object", "documents": 16}, 3)
