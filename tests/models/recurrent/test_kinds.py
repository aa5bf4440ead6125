"""The kinds of model that a configuration can ask for, from a file to a folder and back."""

import numpy as np
import pytest
import torch
import yaml

from causattn.base import ConfigError, DataError
from causattn.corpora import Corpus, load_corpus
from causattn.exemplars import ContinuationSettings, continuations
from causattn.models import (
    encode_texts,
    load_model,
    model_result_settings,
    model_settings,
    predict_tokens,
    read_model,
    untrained_copy,
    write_model,
)

KINDS = ["lstm_lm", "lstm_seq2seq"]
QUICK = {"width": 8, "epochs": 1, "batch": 4}
TEXTS = ["菜很好吃，但是服务很慢。", "crème brûlée 🎉", "नमस्ते दुनिया", "plain words", "x"] * 3


@pytest.mark.parametrize("kind", KINDS)
def test_a_text_file_of_any_script_gives_a_model(kind, tmp_path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text("text\n" + "\n".join(f'"{text}"' for text in TEXTS), encoding="utf-8")
    corpus = load_corpus({"kind": "file", "path": str(path)}, 0)
    model = load_model({"kind": kind, **QUICK}, corpus, 0)
    assert model.tokenizer.unk_token_id not in encode_texts(model, TEXTS).ids
    assert np.isfinite(model.about["perplexity_held_out"])
    assert model.task == {"lstm_lm": "causal", "lstm_seq2seq": "seq2seq"}[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_a_stored_model_is_read_back_equal(kind, tmp_path) -> None:
    model = load_model({"kind": kind, **QUICK}, Corpus("texts", TEXTS), 0)
    write_model(model, tmp_path / "model")
    again = read_model(tmp_path / "model")
    assert (again.name, again.task, again.about) == (model.name, model.task, model.about)
    for name, weight in model.network.state_dict().items():
        assert torch.equal(weight, again.network.state_dict()[name])
    # What save_pretrained wrote can be read as any other folder.
    by_folder = load_model(
        {"kind": "hf", "path": str(tmp_path / "model")}, Corpus("texts", TEXTS), 0
    )
    assert by_folder.task == {"lstm_lm": "causal", "lstm_seq2seq": "encoder"}[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_an_untrained_copy_has_other_weights_of_the_same_shapes(kind) -> None:
    model = load_model({"kind": kind, **QUICK}, Corpus("texts", TEXTS), 0)
    copies = [untrained_copy(model, seed).network.state_dict() for seed in (0, 0, 1)]
    for name, weight in model.network.state_dict().items():
        assert copies[0][name].shape == weight.shape
        assert torch.equal(copies[0][name], copies[1][name])
    head = "head.weight"
    assert not torch.equal(copies[0][head], copies[2][head])
    assert not torch.equal(copies[0][head], model.network.state_dict()[head])


def test_the_next_word_is_predicted_from_those_before_it() -> None:
    model = load_model({"kind": "lstm_lm", **QUICK}, Corpus("texts", TEXTS), 0)
    encoding = encode_texts(model, TEXTS[:4])
    place = np.array([2, 1, 3, 2])
    tokens = np.arange(len(model.tokenizer))
    found = predict_tokens(model, encoding, place, tokens, batch_size=2)
    for document in range(4):
        ids = encoding.ids[encoding.bounds[document] :][: place[document]]
        logits = model.network(torch.from_numpy(ids)[None]).logits[0, -1].detach()
        np.testing.assert_allclose(found[document], logits.double().log_softmax(-1), atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_of_a_kind_names_every_setting_at_its_default(kind) -> None:
    from pathlib import Path

    file = Path(__file__).parents[3] / "conf" / "model" / f"{kind}.yaml"
    named = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert named.pop("checkpoints") == "${paths.cache}/checkpoints"
    own = {key: value for key, value in named.items() if key != "kind"}
    default = model_settings({"kind": kind})
    assert own == {key: getattr(default, key) for key in own}
    assert set(own) == set(vars(default)) - {"checkpoints"}


def test_where_checkpoints_lie_is_no_part_of_a_models_key() -> None:
    assert model_result_settings({"kind": "lstm_lm", "checkpoints": "here", "width": 3}) == {
        "kind": "lstm_lm",
        "width": 3,
    }


@pytest.mark.parametrize(
    ("kind", "wrong", "said"),
    [
        ("lstm_lm", {"attention": "cosine"}, "choose one of additive, dot, scaled_dot, general"),
        ("lstm_seq2seq", {"attention": "none"}, "choose one of additive, dot"),
        ("lstm_seq2seq", {"query": "next"}, "choose one of previous, current"),
        ("lstm_seq2seq", {"width": 7}, "make it even"),
        ("lstm_seq2seq", {"noise": 1.0}, "model.noise=1.0"),
        ("lstm_lm", {"width": 0}, "model.width=0"),
        ("lstm_lm", {"patience": 0}, "model.patience=0"),
        ("lstm_lm", {"held_out": 1.0}, "model.held_out=1.0"),
        ("lstm_lm", {"dropout": 1.0}, "model.dropout=1.0"),
        ("lstm_lm", {"clip": 0.0}, "model.clip=0.0"),
        ("lstm_lm", {"decay": 0.0}, "model.decay=0.0"),
        ("lstm_lm", {"weight_decay": -1.0}, "model.weight_decay"),
        ("lstm_lm", {"threads": 0}, "model.threads=0"),
        ("lstm_lm", {"epoch": 3}, "did you mean epochs"),
    ],
)
def test_settings_that_cannot_be_are_named(kind, wrong, said) -> None:
    with pytest.raises(ConfigError, match=said):
        model_settings({"kind": kind, **wrong})


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(ConfigError, match="did you mean lstm_lm"):
        load_model({"kind": "lstm_ml"}, Corpus("texts", TEXTS), 0)


@pytest.mark.parametrize(("lines", "said"), [(0, "is empty"), (1, "has 1 document")])
def test_a_file_that_holds_too_little_is_said(lines, said, tmp_path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text("".join(["text\n", "the key is lost\n"][: 2 * lines]))
    with pytest.raises(DataError, match=said):
        load_corpus({"kind": "file", "path": str(path)}, 0)


def test_a_document_that_is_too_long_is_refused_or_cut() -> None:
    corpus = Corpus("long", ["a b c d e f g h", "a b"])
    settings = {"kind": "lstm_lm", **QUICK, "tokenizer": "words", "longest": 4}
    with pytest.raises(DataError, match="long_text=truncate"):
        load_model(settings, corpus, 0)
    assert (
        load_model({**settings, "long_text": "truncate"}, corpus, 0).about["documents_truncated"]
        == 1
    )


def test_a_folder_that_cannot_be_written_is_named(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"model\.checkpoints=.* cannot be written"):
        load_model(
            {"kind": "lstm_lm", **QUICK, "checkpoints": str(tmp_path / "file")},
            Corpus("texts", TEXTS),
            0,
        )


def test_a_language_model_of_pieces_knows_its_end_and_can_go_on() -> None:
    texts = ["the key is lost", "the keys are lost"] * 20
    settings = {"kind": "lstm_lm", "tokenizer": "pieces", "width": 24, "epochs": 30}
    model = load_model({**settings, "learning_rate": 0.01, "dropout": 0.0}, Corpus("k", texts), 0)
    assert model.network.config.eos_token_id == model.tokenizer.sep_token_id
    begun = torch.tensor([model.tokenizer("the keys")["input_ids"][:-1]])
    written = model.network.generate(begun, max_new_tokens=9, do_sample=False)[0]
    assert model.tokenizer.decode(written, skip_special_tokens=True).strip() == "the keys are lost"
    assert written[-1] == model.tokenizer.sep_token_id
    (gone_on,) = continuations(model, ["the keys"], ContinuationSettings(tokens=9, top=1))
    assert (gone_on.text, gone_on.ended) == ("the keys are lost", True)


@pytest.mark.parametrize("kind", KINDS)
def test_words_of_variables_are_whole_tokens(kind) -> None:
    corpus = load_corpus({"kind": "bayesnet", "network": "asia", "documents": 40}, 0)
    model = load_model({"kind": kind, **QUICK}, corpus, 0)
    assert (encode_texts(model, corpus.texts).lengths == 8).all()
