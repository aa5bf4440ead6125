"""A small decoder trained on Chinese prompts: it learns, and is the same each time."""

import pytest
import torch

from causattn.base import ConfigError
from causattn.corpora import load_corpus
from causattn.models import load_model, single_tokens

SMALL = {"kind": "tiny_lm", "epochs": 3, "layers": 2, "width": 32, "batch": 16}


@pytest.fixture(scope="module")
def corpus():
    return load_corpus({"kind": "indirect_object", "language": "zh", "documents": 300}, 1)


@pytest.fixture(scope="module")
def model(corpus):
    return load_model(SMALL, corpus, 2)


def test_it_learns_to_predict_the_next_token(model) -> None:
    assert model.task == "causal"
    assert model.about["perplexity_held_out"] < model.about["perplexity_unigram"] / 2
    assert model.about["epochs_run"] == 3


def test_it_is_the_same_each_time(model, corpus) -> None:
    again = load_model(SMALL, corpus, 2)
    for name, weight in model.network.state_dict().items():
        assert torch.equal(weight, again.network.state_dict()[name])


def test_names_of_one_character_are_tokens(model, corpus) -> None:
    names = corpus.categories[corpus.variables.index("answer")]
    assert len(names) == 42
    assert len(set(single_tokens(model, list(names)).tolist())) == 42


def test_a_width_that_heads_cannot_share_is_refused(corpus) -> None:
    with pytest.raises(ConfigError, match=r"model\.heads=5"):
        load_model({"kind": "tiny_lm", "heads": 5}, corpus, 0)
