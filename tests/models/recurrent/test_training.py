"""Training: what is measured, when it stops, and that it goes on bit for bit when stopped."""

import json
import math
import shutil

import numpy as np
import pytest
import torch

from causattn.base import ArtefactError, DataError, ModelError, exclusive
from causattn.corpora import Corpus
from causattn.models import encode_texts, load_model, predict_tokens
from causattn.models.recurrent import training as training_module

KINDS = ["lstm_lm", "lstm_seq2seq"]
QUICK = {"width": 12, "epochs": 4, "batch": 8, "tokenizer": "words", "dropout": 0.3}


def sentences(count: int = 60, seed: int = 0) -> Corpus:
    rng = np.random.default_rng(seed)
    nouns, verbs = ["key", "keys"], ["is", "are"]
    texts = []
    for number in rng.integers(0, 2, count):
        between = " ".join(rng.choice(["near", "the", "old"], rng.integers(0, 3)))
        texts.append(f"the {nouns[number]} {between} {verbs[number]} lost".replace("  ", " "))
    return Corpus("sentences", texts)


def settings(kind: str, **changes: object) -> dict[str, object]:
    return {"kind": kind, **QUICK, **changes}


def weights(model) -> torch.Tensor:
    return torch.cat([weight.detach().flatten() for weight in model.network.parameters()])


def killed_after(batches: int, monkeypatch) -> None:
    """Let the training be killed when it draws its next batch."""
    drawn = training_module.shuffled_batches
    left = [batches]

    def killing(*arguments):
        for batch in drawn(*arguments):
            if left[0] == 0:
                raise KeyboardInterrupt
            left[0] -= 1
            yield batch

    monkeypatch.setattr(training_module, "shuffled_batches", killing)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("batches", [3, 10, 21])
def test_what_was_killed_goes_on_bit_for_bit(kind, batches, tmp_path, monkeypatch) -> None:
    corpus = sentences()
    whole = load_model(settings(kind), corpus, 3)
    stoppable = settings(kind, checkpoints=str(tmp_path))
    with monkeypatch.context() as patch:
        killed_after(batches, patch)
        with pytest.raises(KeyboardInterrupt):
            load_model(stoppable, corpus, 3)
    torch.rand(5)
    kept = len(list(tmp_path.rglob("history.json")))
    assert kept == (batches >= 7)
    resumed = load_model(stoppable, corpus, 3)
    assert torch.equal(weights(whole), weights(resumed))
    assert whole.about == resumed.about


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_over_is_not_trained_again(kind, tmp_path, monkeypatch) -> None:
    corpus = sentences()
    stoppable = settings(kind, checkpoints=str(tmp_path))
    first = load_model(stoppable, corpus, 3)
    monkeypatch.setattr(training_module, "shuffled_batches", None)
    again = load_model(stoppable, corpus, 3)
    assert torch.equal(weights(first), weights(again))
    monkeypatch.undo()
    longer = load_model({**stoppable, "epochs": 6}, corpus, 3)
    assert torch.equal(weights(longer), weights(load_model(settings(kind, epochs=6), corpus, 3)))
    assert longer.about["epochs_run"] == 6


@pytest.mark.parametrize("kind", KINDS)
def test_equal_seeds_give_equal_weights_and_others_do_not(kind) -> None:
    corpus = sentences()
    one, again = load_model(settings(kind), corpus, 1), load_model(settings(kind), corpus, 1)
    other = load_model(settings(kind), corpus, 2)
    assert torch.equal(weights(one), weights(again))
    assert one.about == again.about
    assert not torch.equal(weights(one), weights(other))


def test_another_trainings_checkpoint_is_refused(tmp_path) -> None:
    corpus = sentences()
    load_model(settings("lstm_lm", checkpoints=str(tmp_path / "one")), corpus, 0)
    load_model(settings("lstm_lm", checkpoints=str(tmp_path / "two"), width=8), corpus, 0)
    (one,) = (tmp_path / "one" / "lstm_lm").iterdir()
    (two,) = (tmp_path / "two" / "lstm_lm").iterdir()
    (epoch,) = two.glob("epoch-*")
    epoch.rename(one / "epoch-00009")
    with pytest.raises(ArtefactError, match="other settings, corpus or seed; delete it"):
        load_model(settings("lstm_lm", checkpoints=str(tmp_path / "one")), corpus, 0)


def test_a_training_is_held_while_it_goes_on(tmp_path, monkeypatch) -> None:
    drawn, refused = training_module.shuffled_batches, []

    def tried(*arguments):
        (place,) = (tmp_path / "lstm_lm").iterdir()
        lock = tmp_path / ".locks" / f"lstm_lm-{place.name}.lock"
        try:
            with exclusive(lock, "pruning", wait=False):
                refused.append(False)
        except ArtefactError:
            refused.append(True)
        yield from drawn(*arguments)

    monkeypatch.setattr(training_module, "shuffled_batches", tried)
    load_model(settings("lstm_lm", checkpoints=str(tmp_path)), sentences(), 0)
    assert refused
    assert all(refused)


def test_what_was_pruned_meanwhile_is_trained_again(tmp_path, monkeypatch) -> None:
    stoppable = settings("lstm_lm", checkpoints=str(tmp_path))
    first = load_model(stoppable, sentences(), 0)
    (place,) = (tmp_path / "lstm_lm").iterdir()
    shutil.rmtree(place)
    again = load_model(stoppable, sentences(), 0)
    assert torch.equal(weights(first), weights(again))
    assert list(place.glob("epoch-*"))


def test_other_settings_corpora_and_seeds_have_other_checkpoints(tmp_path) -> None:
    corpus, place = sentences(), {"checkpoints": str(tmp_path), "epochs": 1}
    load_model(settings("lstm_lm", **place), corpus, 0)
    load_model(settings("lstm_lm", **place), corpus, 1)
    load_model(settings("lstm_lm", **place), sentences(seed=1), 0)
    load_model(settings("lstm_lm", **place, attention="dot"), corpus, 0)
    assert len(list((tmp_path / "lstm_lm").iterdir())) == 4


def test_a_damaged_checkpoint_is_named(tmp_path) -> None:
    stoppable = settings("lstm_lm", checkpoints=str(tmp_path))
    load_model(stoppable, sentences(), 0)
    (file,) = tmp_path.rglob("optimiser.safetensors")
    file.write_bytes(file.read_bytes()[:-3])
    with pytest.raises(ArtefactError, match="damaged"):
        load_model(stoppable, sentences(), 0)


def test_checkpoints_are_plain_and_the_last_alone_is_kept(tmp_path) -> None:
    model = load_model(settings("lstm_lm", checkpoints=str(tmp_path)), sentences(), 0)
    (folder,) = tmp_path.rglob("epoch-*")
    assert folder.name == "epoch-00004"
    names = {path.name for path in folder.iterdir()}
    assert {path.rpartition(".")[2] for path in names} == {"json", "safetensors"}
    assert json.loads((folder / "history.json").read_text()) == model.about["history"]
    assert str(tmp_path) not in json.dumps(model.about)


def test_training_stops_when_it_gets_no_better_and_keeps_the_best() -> None:
    corpus = sentences(12)
    how = settings("lstm_lm", epochs=60, patience=2, learning_rate=0.1, dropout=0.0)
    model = load_model(how, corpus, 0)
    about = model.about
    found = [epoch["perplexity_held_out"] for epoch in about["history"]]
    assert about["stopped_early"]
    assert about["epochs_run"] == len(found) == about["best_epoch"] + 2 < 60
    assert about["perplexity_held_out"] == min(found) == found[about["best_epoch"] - 1]
    # These are the weights of the best epoch, not of the last.
    shorter = load_model({**how, "epochs": about["best_epoch"]}, corpus, 0)
    assert torch.equal(weights(model), weights(shorter))
    rates = [epoch["learning_rate"] for epoch in about["history"]]
    assert rates[0] == 0.1
    assert rates[-1] < 0.1


def test_perplexity_is_that_of_the_words_held_out() -> None:
    corpus = sentences()
    model = load_model(settings("lstm_lm"), corpus, 5)
    encoding = encode_texts(model, corpus.texts)
    from causattn.base import generator
    from causattn.models import split_documents

    _, held_out = split_documents(len(corpus), 0.1, generator(5, "models", "lstm_lm", "held out"))
    nats, told = [], []
    for document in held_out:
        one = encode_texts(model, [corpus.texts[document]])
        for place in range(1, len(one.ids)):
            token = one.ids[place]
            nats.append(-predict_tokens(model, one, np.array([place]), np.array([token]))[0, 0])
            told.append(token)
    assert model.about["tokens_held_out"] == len(nats) > 10
    assert model.about["perplexity_held_out"] == pytest.approx(np.exp(np.mean(nats)), rel=1e-5)
    _, counts = np.unique(told, return_counts=True)
    shares = counts / counts.sum()
    assert model.about["perplexity_unigram"] == pytest.approx(np.exp(-(shares @ np.log(shares))))
    assert len(encoding) == len(corpus)


def test_it_learns_which_verb_follows() -> None:
    model = load_model(
        settings("lstm_lm", width=24, epochs=30, learning_rate=0.01, dropout=0.0),
        sentences(200),
        0,
    )
    ids = model.tokenizer.convert_tokens_to_ids(["is", "are"])
    asked = encode_texts(model, ["the key is", "the keys is", "the key near is", "the keys old is"])
    told = predict_tokens(model, asked, asked.lengths - 1, np.array(ids))
    assert told.argmax(1).tolist() == [0, 1, 0, 1]
    assert model.about["perplexity_held_out"] < model.about["perplexity_unigram"] / 2


@pytest.mark.parametrize("query", ["current", "previous"])
def test_it_learns_to_write_what_it_reads(query) -> None:
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(list("abcdef"), rng.integers(2, 4))) for _ in range(200)]
    how = settings("lstm_seq2seq", width=32, epochs=12, noise=0.0, learning_rate=0.02, query=query)
    model = load_model({**how, "dropout": 0.0, "attention": "general"}, Corpus("abc", texts), 0)
    # Six letters drawn by a fair die: nobody who has not read them is better than six.
    assert model.about["perplexity_unigram"] > 5.5
    assert model.about["perplexity_held_out"] < 2


def test_gradients_are_clipped_and_counted() -> None:
    tight = load_model(settings("lstm_lm", clip=1e-6), sentences(), 0)
    wide = load_model(settings("lstm_lm", clip=1e6), sentences(), 0)
    assert {epoch["clipped"] for epoch in tight.about["history"]} == {1.0}
    assert {epoch["clipped"] for epoch in wide.about["history"]} == {0.0}


def test_a_loss_that_is_no_number_is_said() -> None:
    with pytest.raises(ModelError, match=r"lower model.learning_rate"):
        load_model(
            settings("lstm_lm", learning_rate=1e30, clip=1e30, weight_decay=0.0), sentences(), 0
        )


def test_documents_of_one_token_leave_nothing_to_predict() -> None:
    with pytest.raises(DataError, match="no token that could be predicted"):
        load_model(settings("lstm_lm"), Corpus("words", ["a", "b", "c"]), 0)


def test_what_overflows_is_as_bad_as_can_be() -> None:
    assert math.isfinite(training_module._perplexity(1e9))
