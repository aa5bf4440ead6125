"""Compiled programs give what they are meant to, exactly, and are models like any other."""

import numpy as np
import pytest
import torch

from causattn.base import CapabilityError, ConfigError
from causattn.corpora import PROGRAMS, load_corpus
from causattn.models import (
    ProgramCircuit,
    batches,
    encode_texts,
    load_model,
    program_attention,
    read_model,
    untrained_copy,
    write_model,
)


def _corpus(name, **settings):
    return load_corpus({"kind": "program", "program": name, "shortest": 1, **settings}, 3)


def _model(corpus, **settings):
    return load_model({"kind": "compiled", **settings}, corpus, 0)


def _logits(model, texts):
    """Return the logits of each document's own places, batches padded."""
    found = {}
    for batch in batches(encode_texts(model, texts), 64):
        with torch.no_grad():
            logits = model.network(**batch.inputs).logits
        for row, document in enumerate(batch.documents):
            found[int(document)] = logits[row, 1 : 1 + len(texts[document].split())]
    return [found[k] for k in range(len(texts))]


def _answers(model, logits):
    return [model.tokenizer.convert_ids_to_tokens(own.argmax(-1).tolist()) for own in logits]


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_gives_what_it_is_meant_to_on_every_length(name) -> None:
    corpus = _corpus(name, documents=120)
    assert {len(text.split()) for text in corpus.texts} == set(range(1, PROGRAMS[name].length + 1))
    model = _model(corpus)
    logits = _logits(model, corpus.texts)
    expected = [PROGRAMS[name].answer(text.split()) for text in corpus.texts]
    assert _answers(model, logits) == expected
    for own, answer in zip(logits, expected, strict=True):
        ids = torch.tensor(model.tokenizer.convert_tokens_to_ids(answer))
        sharp = torch.zeros_like(own)
        none = model.tokenizer.convert_tokens_to_ids("[NONE]")
        sharp[:, none] = 0.5
        some = ids != none
        sharp[some, ids[some]] = 1.0
        assert torch.allclose(own, sharp, atol=1e-5)


@pytest.mark.parametrize("name", ["sort", "dyck1", "induction"])
def test_other_lengths_and_decoys_change_no_answer(name) -> None:
    corpus = _corpus(name, documents=40, length=5)
    plain, more = _model(corpus), _model(corpus, decoys=2)
    assert more.network.config.num_attention_heads == plain.network.config.num_attention_heads + 2
    expected = [PROGRAMS[name].answer(text.split()) for text in corpus.texts]
    for model in (plain, more):
        assert _answers(model, _logits(model, corpus.texts)) == expected
    first, second = (ProgramCircuit.from_json(m.about["circuit"]) for m in (plain, more))
    assert first.decoys == ()
    heads = {sender for sender, _ in second.edges} | {r[:-2] for _, r in second.edges}
    assert second.decoys
    assert not heads & set(second.decoys)
    assert len(first.edges) == len(second.edges)


def test_soft_attention_is_near_and_leaks() -> None:
    corpus = _corpus("sort", documents=40)
    model = _model(corpus, sharpness=16)
    logits = _logits(model, corpus.texts)
    assert _answers(model, logits) == [PROGRAMS["sort"].answer(t.split()) for t in corpus.texts]
    away = max(float((own.max(-1).values - 1).abs().max()) for own in logits)
    assert 1e-5 < away < 0.2


def test_the_circuit_of_sort_by_hand() -> None:
    """Layer 0 pairs token and place, 1 counts what is less, 2 takes the token of each rank."""
    circuit = ProgramCircuit.from_json(_model(_corpus("sort")).about["circuit"])
    assert set(circuit.edges) == {
        ("embedding", "0.mlp"),
        ("0.mlp", "1.0.q"),
        ("0.mlp", "1.0.k"),
        ("1.0", "1.mlp"),
        ("embedding", "2.0.q"),
        ("1.mlp", "2.0.k"),
        ("embedding", "2.0.v"),
        ("2.0", "output"),
    }
    assert set(circuit.constant) == {("embedding", "1.0.v"), ("embedding", "1.mlp")}
    assert ProgramCircuit.from_json(circuit.to_json()) == circuit


def test_the_attention_of_a_head_by_hand() -> None:
    (paid,) = program_attention("previous_token", "abc").values()
    assert paid.tolist() == [[1, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]
    counted = program_attention("histogram", "aba")["0.0"]
    assert np.allclose(counted[1], [1 / 3, 1 / 3, 0, 1 / 3])


def test_it_is_read_back_equal(tmp_path) -> None:
    corpus = _corpus("double_histogram", documents=10)
    model = _model(corpus, decoys=1)
    write_model(model, tmp_path / "model")
    again = read_model(tmp_path / "model")
    assert again.about == model.about
    hub = load_model({"kind": "hf", "path": str(tmp_path / "model"), "task": "masked"}, None, 0)
    for other in (again, hub):
        for own, read in zip(
            _logits(model, corpus.texts), _logits(other, corpus.texts), strict=True
        ):
            assert torch.equal(own, read)


def test_an_untrained_copy_is_another_network_of_its_size() -> None:
    corpus = _corpus("reverse", documents=10)
    model = _model(corpus)
    fresh = untrained_copy(model, 0)
    assert fresh.network.num_parameters() == model.network.num_parameters()
    wrong = _answers(fresh, _logits(fresh, corpus.texts))
    assert wrong != [PROGRAMS["reverse"].answer(text.split()) for text in corpus.texts]


def test_what_cannot_be_is_a_sentence() -> None:
    with pytest.raises(CapabilityError, match="corpus=program"):
        _model(load_corpus({"kind": "greater_than", "documents": 4}, 0))
    for settings in ({"sharpness": 0}, {"decoys": -1}):
        with pytest.raises(ConfigError, match=next(iter(settings))):
            _model(_corpus("reverse"), **settings)
