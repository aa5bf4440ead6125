"""Compiled programs: every path of the circuit moves an output, no other ever does."""

import numpy as np
import pytest
import torch

from causattn.attention import HeadPaths, attention_weights, editable_attention
from causattn.corpora import PROGRAMS, load_corpus
from causattn.models import ProgramCircuit, encode_texts, load_model, program_attention

DOCUMENTS = 16


def _corpus(name, length, seed):
    settings = {"kind": "program", "program": name, "length": length, "documents": DOCUMENTS}
    return load_corpus(settings, seed)


def _ids(model, corpus):
    return torch.from_numpy(encode_texts(model, corpus.texts).ids).view(DOCUMENTS, -1)


@pytest.fixture(params=PROGRAMS)
def compiled(request):
    """A program with a decoy in every layer, its documents, and what stands in a path's place.

    That is what is written in documents one token longer whose places are shuffled.
    """
    name = request.param
    length = PROGRAMS[name].length
    longer = _corpus(name, length, 1)
    model = load_model({"kind": "compiled", "decoys": 1}, longer, 0)
    others = _ids(model, longer)
    order = np.random.default_rng(0).permuted(
        np.tile(np.arange(1, length + 1), (DOCUMENTS, 1)), axis=1
    )
    places = torch.from_numpy(np.pad(order, ((0, 0), (1, 0))))
    body = model.network.model
    with torch.no_grad():
        start = body.embed_tokens(others) + body.embed_positions(places)
    written = HeadPaths(model.network, others).written(start)
    other = type(written)("counterfactual", written.senders[:, :, :length].contiguous())
    at = torch.arange(1, length).expand(DOCUMENTS, -1)
    paths = HeadPaths(model.network, _ids(model, _corpus(name, length - 1, 2)), at)
    circuit = ProgramCircuit.from_json(model.about["circuit"])
    return paths, other, circuit


def _matrix(paths, names):
    found = torch.zeros_like(paths.possible)
    for sender, receiver in names:
        found[paths.receivers.index(receiver), paths.index(sender)] = True
    return found


def test_every_path_of_the_circuit_moves_an_output_and_all_others_together_none(compiled) -> None:
    paths, other, circuit = compiled
    before = paths.run().logits
    true = _matrix(paths, circuit.edges)
    assert not (true & ~paths.possible).any()
    for receiver, sender in true.nonzero().tolist():
        one = torch.zeros_like(true)
        one[receiver, sender] = True
        change = (paths.run(one, other).logits - before).abs().max()
        assert change > 1e-3, (paths.senders[sender], paths.receivers[receiver])
    rest = paths.possible & ~true & ~_matrix(paths, circuit.constant)
    chance = torch.rand(rest.shape, generator=torch.Generator().manual_seed(0)) < 0.5
    for some in (rest, rest & chance, rest & ~chance):
        for stand_in in (other, paths.written().zero()):
            assert torch.allclose(paths.run(some, stand_in).logits, before, atol=1e-6)


def test_paths_that_always_say_the_same_break_the_program_only_where_cut() -> None:
    corpus = load_corpus({"kind": "program", "program": "count", "documents": DOCUMENTS}, 0)
    model = load_model({"kind": "compiled"}, corpus, 0)
    ids = _ids(model, corpus)
    paths = HeadPaths(model.network, ids, torch.arange(1, ids.shape[1]).expand(DOCUMENTS, -1))
    constant = _matrix(paths, ProgramCircuit.from_json(model.about["circuit"]).constant)
    before = paths.run().logits
    swapped = paths.written().resample(torch.arange(DOCUMENTS).roll(1))
    assert torch.equal(paths.run(constant, swapped).logits, before)
    assert not torch.allclose(paths.run(constant, paths.written().zero()).logits, before)


@pytest.mark.parametrize("name", PROGRAMS)
def test_captured_attention_is_what_the_program_says(name) -> None:
    corpus = load_corpus({"kind": "program", "program": name, "documents": 12, "shortest": 1}, 5)
    model = load_model({"kind": "compiled", "decoys": 1}, corpus, 0)
    for text in corpus.texts:
        inputs = {"input_ids": torch.tensor([model.tokenizer(text)["input_ids"]])}
        with editable_attention(model.network, inputs) as capture:
            paid = attention_weights(capture, inputs)
        for head, expected in program_attention(name, text.split(), decoys=1).items():
            layer, number = map(int, head.split("."))
            own = paid[layer][0, number].double().numpy()
            assert np.allclose(own, expected, atol=1e-3), (text, head)
