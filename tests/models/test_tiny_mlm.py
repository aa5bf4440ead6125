import dataclasses

import numpy as np
import pytest
import torch

from causattn.base import ConfigError, DataError, settings_from
from causattn.corpora import Corpus, Mentions, load_corpus
from causattn.models import encode_texts, hiding_tokens, load_model, predict_tokens, single_tokens
from causattn.models.tiny_mlm import MODEL, TinyMLMSettings

QUICK = {"kind": "tiny_mlm", "width": 16, "feed_forward": 32, "steps": 12, "batch": 16}


@pytest.fixture(scope="module")
def asia() -> Corpus:
    return load_corpus({"kind": "bayesnet", "network": "asia", "documents": 300}, 0)


def weights(model) -> torch.Tensor:
    return torch.cat([weight.detach().flatten() for weight in model.network.parameters()])


def test_equal_seeds_give_equal_weights_and_others_do_not(asia: Corpus) -> None:
    settings = {**QUICK, "dropout": 0.1}
    first = load_model(settings, asia, 7)
    torch.rand(5)  # what else draws from torch's global generator changes nothing
    torch.set_num_threads(2)
    again = load_model(settings, asia, 7)
    other = load_model(settings, asia, 8)
    assert torch.equal(weights(first), weights(again))
    assert torch.get_num_threads() == 2
    assert not torch.equal(weights(first), weights(other))
    assert first.about == again.about


def test_torchs_own_generator_is_left_as_it_was(asia: Corpus) -> None:
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    load_model(QUICK, asia, 0)
    assert torch.equal(torch.rand(3), expected)


def test_it_learns_what_hides_behind_a_mask() -> None:
    # b copies a, c is a coin: the loss of b can fall to zero, c's cannot.
    rng = np.random.default_rng(0)
    a, c = rng.integers(0, 2, 600), rng.integers(0, 2, 600)
    values = np.stack([a, a, c], axis=1)
    texts = [f"a={x} b={y} c={z}" for x, y, z in values]
    corpus = Corpus(
        "copies",
        texts,
        ("a", "b", "c"),
        values.astype(float),
        (("0", "1"),) * 3,
        Mentions(
            np.repeat(np.arange(600), 3),
            np.tile([0, 1, 2], 600),
            np.tile([0, 4, 8], 600),
            np.tile([3, 7, 11], 600),
        ),
        value_texts=tuple((f"{name}=0", f"{name}=1") for name in "abc"),
        mask_texts=("a=?", "b=?", "c=?"),
    )
    model = load_model({**QUICK, "steps": 150, "batch": 64}, corpus, 0)
    assert model.about["loss_marginal"] == pytest.approx(np.log(2), abs=0.05)
    assert model.about["loss_held_out"] < 0.6
    # A regression learns two of three variables whole; so few steps reach a part of it.
    assert model.about["mention_loss_frequencies"] == pytest.approx(np.log(2), abs=0.05)
    assert model.about["mention_loss_regression"] < 0.4
    assert 0.5 < model.about["reached"] < 0.9
    encoding = encode_texts(model, texts)
    hidden = encoding.replaced(np.arange(600), np.ones(600, int), hiding_tokens(model, ["b=?"])[0])
    values_of_b = single_tokens(model, ["b=0", "b=1"])
    told = predict_tokens(model, hidden, np.ones(600, int), values_of_b)
    assert (told.argmax(1) == a).mean() > 0.99


def test_words_are_whole_tokens_and_nothing_is_added(asia: Corpus) -> None:
    model = load_model({**QUICK, "steps": 1}, asia, 0)
    encoding = encode_texts(model, asia.texts)
    assert (encoding.lengths == 8).all()
    assert not encoding.special.any()
    assert asia.value_texts is not None
    assert asia.mask_texts is not None
    known = single_tokens(model, [*(t for ts in asia.value_texts for t in ts), *asia.mask_texts])
    assert (known >= 0).all()
    assert len(set(known.tolist())) == len(known)


def test_sentences_get_word_pieces_and_a_mask_token() -> None:
    corpus = load_corpus(
        {"kind": "bayesnet", "network": "asia", "documents": 60, "style": "sentences"}, 0
    )
    model = load_model({**QUICK, "steps": 2}, corpus, 0)
    assert (
        model.tokenizer.convert_ids_to_tokens(encode_texts(model, corpus.texts).ids[:2].tolist())[0]
        == "[CLS]"
    )
    assert set(hiding_tokens(model, [None, None])) == {model.tokenizer.mask_token_id}


def test_text_in_any_script_without_variables() -> None:
    texts = ["菜很好吃，但是服务很慢。", "crème brûlée 🎉", "नमस्ते दुनिया", "plain words", "x"] * 6
    model = load_model({**QUICK, "steps": 3, "batch": 4}, Corpus("plain", texts), 0)
    ids = encode_texts(model, texts).ids
    assert model.tokenizer.unk_token_id not in ids
    assert np.isfinite(model.about["loss_held_out"])


def test_settings_that_cannot_be_are_named() -> None:
    for wrong, named in [
        ({"width": 10, "heads": 4}, "model.width=10"),
        ({"steps": 0}, "model.steps=0"),
        ({"mask_probability": 1.0}, "model.mask_probability"),
        ({"learning_rate": -1.0}, "model.learning_rate"),
        ({"dropout": 1.0}, "model.dropout"),
        ({"threads": 0}, "model.threads"),
        ({"stepz": 3}, "did you mean steps"),
    ]:
        with pytest.raises(ConfigError, match=named):
            settings_from(TinyMLMSettings, wrong, "model")


def test_long_documents_are_refused_or_cut(asia: Corpus) -> None:
    settings = TinyMLMSettings(width=16, steps=1, longest=5)
    with pytest.raises(DataError, match=r"300 of 300 documents are longer than the 5 tokens"):
        MODEL.load(settings, asia, 0)
    cut = MODEL.load(dataclasses.replace(settings, long_text="truncate"), asia, 0)
    assert cut.about["documents_truncated"] == 300


def test_nothing_to_hide_is_said() -> None:
    corpus = Corpus(
        "empty slots", ["a b", "c d"], ("x",), np.zeros((2, 1)), (("0",),), value_texts=(("0",),)
    )
    with pytest.raises(DataError, match="no words that could be hidden"):
        load_model(QUICK, corpus, 0)


def test_where_there_is_nothing_to_learn_no_share_is_reached() -> None:
    values = np.random.default_rng(1).integers(0, 2, size=(400, 3))
    texts = [f"a={x} b={y} c={z}" for x, y, z in values]
    corpus = Corpus(
        "coins",
        texts,
        ("a", "b", "c"),
        values.astype(float),
        (("0", "1"),) * 3,
        Mentions(
            np.repeat(np.arange(400), 3),
            np.tile([0, 1, 2], 400),
            np.tile([0, 4, 8], 400),
            np.tile([3, 7, 11], 400),
        ),
        value_texts=tuple((f"{name}=0", f"{name}=1") for name in "abc"),
        mask_texts=("a=?", "b=?", "c=?"),
    )
    assert load_model(QUICK, corpus, 0).about["reached"] is None


def test_training_ends_once_nothing_more_is_learned(asia: Corpus) -> None:
    settings = {**QUICK, "steps": 1200, "learning_rate": 0.01, "held_out": 0.3}
    stopped = load_model(settings, asia, 0).about
    assert stopped["steps_done"] < 1200
    assert stopped["loss_held_out"] < stopped["loss_marginal"]
    short = load_model({**settings, "steps": 60, "early_stopping": False}, asia, 0).about
    assert short["steps_done"] == 60


def test_wider_models_learn_at_a_lower_rate(asia: Corpus) -> None:
    rates = [
        load_model({**QUICK, "width": width, "steps": 1}, asia, 0).about["learning_rate"]
        for width in (64, 128)
    ]
    assert rates[1] == rates[0] / 2
