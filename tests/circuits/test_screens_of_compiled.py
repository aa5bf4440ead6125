"""Screens of paths on a compiled program, against the circuit and against the same by hand."""

import pytest
import torch

from causattn.attention import (
    HeadPaths,
    PathCase,
    attention_weights,
    carried_norms,
    editable_attention,
    path_effects,
)
from causattn.circuits import PATH_SCREENS, CircuitTask, HeadsSettings
from causattn.corpora import PROGRAMS, load_corpus
from causattn.models import ProgramCircuit, encode_texts, load_model

DOCUMENTS = 8


@pytest.fixture(scope="module")
def task():
    """Sorting: what other documents write in other places stands in the place of a path."""
    corpus = load_corpus({"kind": "program", "program": "sort", "documents": 2 * DOCUMENTS}, 0)
    model = load_model({"kind": "compiled", "decoys": 1}, corpus, 0)
    ids = torch.from_numpy(encode_texts(model, corpus.texts).ids).view(2 * DOCUMENTS, -1)
    mine, others = ids.chunk(2)
    body = model.network.model
    order = torch.tensor([0, 3, 1, 8, 2, 4, 7, 5, 6])
    with torch.no_grad():
        start = body.embed_tokens(others) + body.embed_positions(order[None])
    other = HeadPaths(model.network, others).written(start).counterfactual()
    answers = [PROGRAMS["sort"].answer(text.split()) for text in corpus.texts[:DOCUMENTS]]
    right = torch.tensor([model.tokenizer.convert_tokens_to_ids(own) for own in answers])

    def metric(logits):
        return logits.log_softmax(-1).gather(-1, right[..., None])[..., 0].mean(1)

    at = torch.arange(1, mine.shape[1]).expand(DOCUMENTS, -1)
    case = PathCase(HeadPaths(model.network, mine, at), other, metric)
    return CircuitTask(model, (case,), HeadsSettings(), 0)


def _true(task):
    paths = task.cases[0].paths
    found = torch.zeros_like(paths.possible)
    for sender, receiver in ProgramCircuit.from_json(task.model.about["circuit"]).edges:
        found[paths.receivers.index(receiver), paths.index(sender)] = True
    return found


@pytest.mark.parametrize("name", ["acdc", "patching"])
def test_interventions_find_the_circuit_and_nothing_else(task, name) -> None:
    found = PATH_SCREENS[name].scores(task).mean(0).abs()
    assert torch.equal(found > 1e-4, _true(task))


def test_patching_is_the_exact_effect_of_each_path(task) -> None:
    (case,) = task.cases
    edges = case.paths.possible.nonzero()[::7]
    expected = path_effects(case.paths, case.other, case.metric, edges)
    found = PATH_SCREENS["patching"].scores(task)
    assert torch.equal(found[:, edges[:, 0], edges[:, 1]].T, expected)


def _weights(task):
    inputs = {"input_ids": task.cases[0].paths.input_ids}
    with editable_attention(task.model.network, inputs) as capture:
        paid = attention_weights(capture, inputs)
    found = torch.stack([paid[k] for k in sorted(paid)], 1)
    for k in range(found.shape[-1]):
        found[..., k, k] = 0
    found[..., 0] = 0
    return found


def _score(task, name, sender, receiver):
    paths = task.cases[0].paths
    scores = PATH_SCREENS[name].scores(task)
    assert not scores[:, ~paths.possible].any()
    return scores[:, paths.receivers.index(receiver), paths.index(sender)]


def test_attention_of_both_ends_at_every_place(task) -> None:
    own = _weights(task)
    paid = own.sum(-1).mean(-1)
    found = _score(task, "attention_mean", "1.0", "2.1.k")
    assert torch.allclose(found, paid[:, 1, 0] * paid[:, 2, 1])
    mean = paid.flatten(1).mean(1)
    assert torch.allclose(_score(task, "attention_mean", "1.mlp", "output"), mean * mean)


def test_attention_is_weighted_by_what_it_carries(task) -> None:
    own, network = _weights(task), task.model.network
    streams = task.cases[0].paths.streams
    norms = []
    for layer in (1, 2):
        module = network.model.layers[layer].self_attn
        values = module.v_proj(streams[layer]).unflatten(-1, (2, -1)).transpose(1, 2)
        writes = module.o_proj.weight.T.reshape(2, -1, streams[layer].shape[-1])
        norms.append(carried_norms(values.detach(), writes.detach()))
    sender = (own[:, 1, 0] * norms[0][:, 0, None]).sum(-1).mean(-1)
    receiver = (own[:, 2, 0] * norms[1][:, 0, None]).sum(-1).mean(-1)
    found = _score(task, "attention_norm", "1.0", "2.0.v")
    assert torch.allclose(found, sender * receiver, atol=1e-6)


def test_attention_is_weighted_by_the_answers_gradient(task) -> None:
    (case,) = task.cases
    inputs = {"input_ids": case.paths.input_ids}
    rows = torch.arange(DOCUMENTS)[:, None]

    def target(output):
        return case.metric(output.logits[rows, case.paths.at]).sum()

    with editable_attention(task.model.network, inputs) as capture:
        slopes = torch.stack([slope for *_, slope in capture.gradients(inputs, target)], 1)
    paid = (_weights(task) * slopes).clamp(min=0).sum(-1).mean(-1)
    assert paid[:, 2, 0].mean() > 0.01
    found = _score(task, "attention_gradient", "embedding", "2.0.v")
    assert torch.allclose(found, paid[:, 2, 0] * paid.flatten(1).mean(1))


def test_rollout_follows_places(task) -> None:
    own = _weights(task)
    along = (own[:, 2, 0] @ own[:, 1, 0]).sum(-1).mean(-1)
    assert torch.allclose(_score(task, "attention_rollout", "1.0", "2.0.v"), along)
    stays = (own[:, 2, 0].sum(-1) * own[:, 1, 0].sum(-1)).mean(-1)
    assert torch.allclose(_score(task, "attention_rollout", "1.0", "2.0.q"), stays)
    assert torch.allclose(
        _score(task, "attention_rollout", "1.0", "output"), own[:, 1, 0].sum(-1).mean(-1)
    )


def test_shares_of_what_a_receiver_reads(task) -> None:
    """ALTI by hand for one receiver, its document and place at a time."""
    paths, network = task.cases[0].paths, task.model.network
    written, scores = paths.written().senders, PATH_SCREENS["alti"].scores(task)
    cases = {
        "2.0.v": network.model.layers[2].self_attn.v_proj.weight.unflatten(0, (2, -1))[0],
        "1.mlp": network.model.layers[1].mlp.up_proj.weight,
        "output": torch.eye(written.shape[-1]),
    }
    for receiver, reads in cases.items():
        row = paths.receivers.index(receiver)
        senders = paths.possible[row].nonzero()[:, 0].tolist()
        places = range(1, 9) if receiver == "output" else range(9)
        shares = []
        for place in places:
            parts = [reads.detach() @ written[s, 3, place] for s in senders]
            whole = sum(parts)
            near = [max(0.0, float(whole.abs().sum() - (whole - f).abs().sum())) for f in parts]
            shares.append([each / max(sum(near), 1e-30) for each in near])
        expected = torch.tensor(shares).mean(0)
        assert expected.max() > 0.1
        assert torch.allclose(scores[3, row, senders], expected, atol=1e-5)
    assert not scores[:, ~paths.possible].any()
