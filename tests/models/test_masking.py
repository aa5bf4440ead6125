import numpy as np
import pytest

from causattn.corpora import Corpus, Mentions, load_corpus
from causattn.models import encode_texts, hiding_tokens
from causattn.models.masked_training import _surprise
from causattn.models.masking import masking
from causattn.models.shuffling import shuffled_batches, split_documents
from tests.models.conftest import TEXTS, bert


def test_all_pieces_of_a_mention_are_hidden_together_and_nothing_else_is() -> None:
    model = bert()
    text = "The food was great, the service unbelievably slow."
    start = text.index("unbelievably")
    corpus = Corpus(
        "one",
        [text] * 50,
        ("pace",),
        np.zeros((50, 1)),
        (("slow",),),
        Mentions(np.arange(50), np.zeros(50), np.full(50, start), np.full(50, start + 12)),
        value_texts=(("unbelievably",),),
    )
    encoding = encode_texts(model, corpus.texts)
    found = masking(model, corpus, encoding)
    hidden, hiding = found.draw(encoding, np.arange(50), 0.5, np.random.default_rng(0))
    pieces = (encoding.start >= start) & (encoding.end <= start + 12) & ~encoding.special
    pieces = pieces.reshape(50, -1)
    assert pieces[0].sum() > 1
    assert (hidden == (hidden.any(axis=1)[:, None] & pieces)).all()
    assert 10 < hidden.any(axis=1).sum() < 40
    assert set(hiding[hidden]) == {model.tokenizer.mask_token_id}


def test_without_slots_every_content_token_may_be_hidden_at_the_rate_asked_for() -> None:
    model = bert()
    corpus = Corpus("plain", TEXTS * 100)
    encoding = encode_texts(model, corpus.texts)
    found = masking(model, corpus, encoding)
    documents = np.random.default_rng(1).permutation(600)
    hidden, hiding = found.draw(encoding, documents, 0.2, np.random.default_rng(0))
    content = hiding >= 0
    assert content.sum() == (~encoding.special).sum()
    assert not hidden[~content].any()
    assert hidden.sum() / content.sum() == pytest.approx(0.2, abs=0.01)


def test_at_least_one_token_is_hidden_in_a_batch() -> None:
    model = bert()
    encoding = encode_texts(model, TEXTS)
    found = masking(model, Corpus("plain", TEXTS), encoding)
    hidden, _ = found.draw(encoding, np.array([4]), 1e-9, np.random.default_rng(0))
    assert hidden.sum() == 1


def test_each_variable_has_its_own_hiding_token() -> None:
    corpus = load_corpus({"kind": "bayesnet", "network": "asia", "documents": 40}, 0)
    from causattn.models import load_model

    model = load_model({"kind": "tiny_mlm", "width": 16, "steps": 1}, corpus, 0)
    encoding = encode_texts(model, corpus.texts)
    found = masking(model, corpus, encoding)
    own = hiding_tokens(model, corpus.mask_texts)
    assert (found.hiding == own[corpus.mentions.variable]).all()
    assert len(set(own.tolist())) == 8
    # By hand: the share of one value among the training documents, one added to each count.
    training = np.arange(30)
    value = corpus.values[:, 2].astype(int)
    count = np.bincount(value[:30], minlength=2) + (np.bincount(value, minlength=2) > 0)
    expected = -np.log(count / count.sum())
    rows = np.flatnonzero(corpus.mentions.variable == 2)
    np.testing.assert_allclose(_surprise(encoding, found, training)[rows], expected[value])


def test_shuffled_batches_give_each_document_once_a_round() -> None:
    lengths = np.random.default_rng(0).integers(1, 40, 500)
    documents = np.arange(0, 500, 2)
    drawn = shuffled_batches(documents, lengths, 8, np.random.default_rng(1))
    for _ in range(2):
        rounds = [next(drawn) for _ in range(32)]
        assert sorted(np.concatenate(rounds)) == documents.tolist()
        padded = sum(len(batch) * lengths[batch].max() for batch in rounds)
        assert padded < 1.1 * lengths[documents].sum()


def test_split_keeps_at_least_one_on_each_side() -> None:
    for count, share in [(2, 0.001), (2, 0.999), (100, 0.1)]:
        training, held_out = split_documents(count, share, np.random.default_rng(0))
        assert len(training) >= 1
        assert len(held_out) >= 1
        assert sorted([*training, *held_out]) == list(range(count))
