"""An encoder learns a corpus's words with a head that is tied to its embeddings."""

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertForMaskedLM, BertModel, GPT2Model, RobertaConfig, RobertaModel

from causattn.base import CapabilityError, ConfigError, ModelError
from causattn.corpora import Corpus, load_corpus
from causattn.models import LanguageModel, known_task, load_model, read_model, write_model
from tests.small_models import small_bert, small_gpt2, word_pieces


def _texts(count: int = 400) -> list[str]:
    """Two words that always go together, among others that do not."""
    rng = np.random.default_rng(0)
    hot = rng.random(count) < 0.5
    other = rng.random(count) < 0.5
    return [
        f"the soup was {'hot' if h else 'cold'} and the cook {'smiled' if h else 'slept'} in "
        f"{'may' if o else 'june'}"
        for h, o in zip(hot, other, strict=True)
    ]


TEXTS = _texts()
CORPUS = Corpus("soup", TEXTS)
HOW = {"train_mlm": True, "learning_rate": 3e-3, "batch": 64, "threads": 1}


@pytest.fixture(scope="module")
def encoder(tmp_path_factory) -> str:
    """A BERT without any head, as a folder."""
    place = tmp_path_factory.mktemp("models") / "encoder"
    torch.manual_seed(0)
    tokenizer = word_pieces(TEXTS)
    BertModel(small_bert(tokenizer)).save_pretrained(place)
    tokenizer.save_pretrained(place)
    return str(place)


def _load(path: str, corpus: Corpus = CORPUS, **settings: object) -> LanguageModel:
    return load_model({"kind": "hf", "path": path, **HOW, **settings}, corpus, 0)


def test_it_learns_what_goes_together(encoder: str, tmp_path: Path) -> None:
    model = _load(encoder, mlm_steps=400)
    assert model.task == "masked"
    network = model.network
    assert isinstance(network, BertForMaskedLM)
    assert network.get_output_embeddings().weight is network.get_input_embeddings().weight
    about = model.about
    # Frequencies alone lose ln 2 at three of eleven words; only the month cannot be known.
    assert about["loss_held_out"] < 0.6 * about["loss_marginal"]
    assert about["held_out"] == 40
    write_model(model, tmp_path / "net")
    again = read_model(tmp_path / "net")
    assert again.task == "masked"
    weight = again.network.get_output_embeddings().weight
    torch.testing.assert_close(weight, network.get_output_embeddings().weight)


def test_equal_seeds_give_equal_weights(encoder: str) -> None:
    one, two = (_load(encoder, mlm_steps=5) for _ in range(2))
    for a, b in zip(one.network.parameters(), two.network.parameters(), strict=True):
        assert torch.equal(a, b)


def test_mentions_are_hidden_and_held_against_a_regression(encoder: str) -> None:
    asked = {"kind": "bayesnet", "network": "asia", "documents": 300, "style": "sentences"}
    corpus = load_corpus(asked, 0)
    about = _load(encoder, corpus, mlm_steps=3).about
    assert about["mention_loss_regression"] < about["mention_loss_frequencies"]
    assert "reached" in about


def test_a_family_with_another_head_learns_too(tmp_path: Path) -> None:
    tokenizer = word_pieces(TEXTS)
    config = RobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        pad_token_id=tokenizer.pad_token_id,
        max_position_embeddings=80,
    )
    torch.manual_seed(0)
    RobertaModel(config).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    about = _load(str(tmp_path), mlm_steps=120).about
    assert about["loss_held_out"] < about["loss_marginal"]


def test_the_task_is_known_before_it_is_loaded(encoder: str) -> None:
    settings = {"kind": "hf", "path": encoder, "train_mlm": True}
    assert known_task(settings) == "masked"
    assert known_task({"kind": "minilm", "train_mlm": True}) == "masked"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"train_classifier": True}, "neither a classifier nor another model.task"),
        ({"task": "encoder"}, "neither a classifier nor another model.task"),
        ({"dtype": "float16"}, "No model is trained in float16"),
        ({"train": "head"}, "changes no attention"),
        ({"mlm_steps": 0}, "should be at least 1"),
        ({"mask_probability": 1.0}, "should be above 0 and below 1"),
    ],
)
def test_what_cannot_be_is_a_sentence(encoder: str, settings: dict, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        _load(encoder, **settings)


def test_what_is_no_whole_encoder_is_refused(encoder: str, tmp_path: Path) -> None:
    tokenizer = word_pieces(TEXTS)
    GPT2Model(small_gpt2(tokenizer)).save_pretrained(tmp_path / "decoder")
    tokenizer.save_pretrained(tmp_path / "decoder")
    with pytest.raises((CapabilityError, ModelError)):
        _load(str(tmp_path / "decoder"))
    network = BertForMaskedLM(small_bert(tokenizer, tie_word_embeddings=False))
    network.save_pretrained(tmp_path / "apart")
    tokenizer.save_pretrained(tmp_path / "apart")
    with pytest.raises(CapabilityError, match="no masked-language head that is tied"):
        _load(str(tmp_path / "apart"))
