"""The graph of a tiny model, against the same by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from causattn.attention import HeadPaths, path_attribution
from causattn.base import CapabilityError, ConfigError, DataError
from causattn.circuits import (
    PATH_RULES,
    PATH_SCREENS,
    CircuitTask,
    HeadsSettings,
    circuit_candidates,
    circuit_evidence,
    find_circuit,
    prompt_cases,
    read_circuit,
    write_circuit,
)
from causattn.circuits.examples import circuit_examples
from causattn.corpora import load_corpus
from causattn.models import load_model

SMALL = {
    "kind": "heads",
    "finding": 8,
    "trying": 8,
    "paths": 25,
    "threshold": 0.05,
    "counts": [1, 10, 1000],
    "bootstrap": 10,
}


@pytest.fixture(scope="module")
def circuit(model, corpus):
    return find_circuit(SMALL, model, corpus, 0)


@pytest.fixture(scope="module")
def task(model, corpus):
    settings = HeadsSettings(finding=8, trying=8, paths=25)
    cases, _ = prompt_cases(model, corpus, settings)
    return CircuitTask(model, cases, settings, 0)


def test_prompts_end_before_their_answers_and_none_is_in_both(model, corpus) -> None:
    cases, others = prompt_cases(model, corpus, HeadsSettings(finding=6, trying=10))
    found = sorted(int(d) for case in cases for d in case.documents)
    tried = sorted(int(d) for case in others for d in case.documents)
    assert (found, tried) == (list(range(6)), list(range(6, 16)))
    for case in (*cases, *others):
        for document, ids in zip(case.documents, case.ids, strict=True):
            text = corpus.texts[document].rsplit(" ", 1)[0]
            assert model.tokenizer.decode(ids).replace(" ,", ",") == text.replace(" ,", ",")
            assert str(corpus.metadata["template"][document]) in case.phrasings


def test_what_is_read_is_the_logit_of_right_less_wrong(model, corpus) -> None:
    (case, *_), _ = prompt_cases(model, corpus, HeadsSettings(finding=4, trying=4))
    read = case.metric(case.paths.run().logits)
    with torch.no_grad():
        logits = model.network(input_ids=case.ids).logits[:, -1]
    for k, document in enumerate(case.documents):
        right, wrong = (
            model.tokenizer.convert_tokens_to_ids(corpus.metadata[side][document])
            for side in ("right", "wrong")
        )
        assert float(read[k]) == pytest.approx(float(logits[k, right] - logits[k, wrong]), abs=1e-4)


def test_a_pair_has_the_effect_of_all_its_paths_patched_on_other_prompts(
    circuit, model, corpus
) -> None:
    _, others = prompt_cases(model, corpus, HeadsSettings(finding=8, trying=8))
    pair = circuit.pairs.sort_values("through", key=lambda t: t.str.len()).iloc[-1]
    through = pair["through"].split(", ")
    change, phrasings = [], []
    for case in others:
        paths: HeadPaths = case.paths
        one = torch.zeros_like(paths.possible)
        for row, receiver in enumerate(paths.receivers):
            part, _, channel = receiver.rpartition(".")
            words = {"q": "query", "k": "key", "v": "value"}
            name, what = (part, words[channel]) if channel in words else (receiver, "all")
            if name == pair["target"] and what in through:
                one[row, paths.index(pair["source"])] = True
        assert one.sum() == len(through)
        before = case.metric(paths.run().logits)
        change += (case.metric(paths.run(one, case.other).logits) - before).tolist()
        phrasings += case.phrasings
    assert pair["n"] == 8
    assert pair["estimate"] == pytest.approx(np.mean(change), abs=1e-5)
    assert pair["low"] < pair["estimate"] < pair["high"]
    means = pd.Series(change).groupby(phrasings).mean()
    assert (pair["phrased_low"] + pair["phrased_high"]) / 2 == pytest.approx(means.mean(), abs=1e-5)


def test_all_paths_keep_all_and_the_graph_is_a_dag_of_what_was_tried(circuit) -> None:
    curves = circuit.curves.set_index(["screen", "paths"])
    whole = curves.xs("attribution").iloc[-1]
    assert whole["faithfulness"] == pytest.approx(1, abs=1e-3)
    assert whole["completeness"] == pytest.approx(1, abs=1e-3)
    assert set(circuit.curves["screen"]) == {
        "attribution",
        "attention",
        "activation_difference",
        "random",
        "graph",
    }
    assert circuit.graph.kind == "dag"
    edges = {(edge.source, edge.target) for edge in circuit.graph.edges()}
    kept = circuit.pairs[circuit.pairs["kept"]]
    assert edges == set(zip(kept["source"], kept["target"], strict=True))
    assert circuit.about["paths"]["kept"] == circuit.paths["kept"].sum() > 0
    assert circuit.paths["kept"].equals(circuit.paths["lost"].notna())
    assert circuit.pairs["frequency"].between(0, 1).all()
    assert 0 < circuit.about["overlap"]["mean"] <= 1


def test_a_circuit_is_read_as_it_was_written(circuit, tmp_path) -> None:
    write_circuit(circuit, tmp_path / "content")
    again = read_circuit(tmp_path / "content")
    assert again.about == circuit.about
    assert again.graph.names == circuit.graph.names
    assert np.array_equal(again.graph.marks, circuit.graph.marks)
    for table in ("pairs", "paths", "curves"):
        pd.testing.assert_frame_equal(getattr(again, table), getattr(circuit, table))


def test_the_evidence_is_of_the_model_alone(circuit) -> None:
    frame = circuit_evidence(circuit, 0.01, 0).frame
    assert len(frame) == len(circuit.pairs)
    assert frame["verdict"].isna().all()
    assert frame["data_estimate"].isna().all()
    margin = 0.01 * abs(circuit.about["read"] - circuit.about["read_in_place"])
    outside = (frame["model_low"] > margin) | (frame["model_high"] < -margin)
    assert (frame["model_verdict"] == "used").equals(outside)
    assert outside.any()
    edges = circuit_candidates(circuit)
    assert edges.pair_count == len(circuit.pairs)
    first = circuit.pairs.iloc[0]
    row, column = (edges.names.index(first[key]) for key in ("source", "target"))
    assert edges.score[row, column] == pytest.approx(first["score"])
    assert edges.score[column, row] == 0


@pytest.mark.parametrize("name", list(PATH_SCREENS))
def test_screens_score_possible_paths_only(name, task) -> None:
    possible = task.cases[0].paths.possible
    scores = PATH_SCREENS[name].scores(task)
    assert scores.shape[1:] == possible.shape
    assert scores.shape[0] in (1, 8)
    assert not scores[:, ~possible].any()
    assert scores[:, possible].abs().sum() > 0


def test_attribution_scores_are_those_of_each_document(task) -> None:
    (first, *_) = task.cases
    own = path_attribution(first.paths, first.other, first.metric)
    assert torch.allclose(PATH_SCREENS["attribution"].scores(task)[: len(own)], own)


def test_composition_is_the_norm_of_the_product_of_both_maps(task) -> None:
    scores = PATH_SCREENS["composition"].scores(task)[0]
    paths, network = task.cases[0].paths, task.model.network
    below, above = network.model.layers
    size = network.config.head_dim
    write = below.self_attn.o_proj.weight[:, size : 2 * size]  # head 1, [width, d]
    heads, groups = network.config.num_attention_heads, network.config.num_key_value_heads
    own = 3 * groups // heads
    read = above.self_attn.k_proj.weight[own * size : (own + 1) * size]
    read = read * above.input_layernorm.weight
    expected = (read @ write).norm() / (read.norm() * write.norm())
    row, column = paths.receivers.index("1.3.k"), paths.index("0.1")
    assert float(scores[row, column]) == pytest.approx(float(expected), rel=1e-4)
    down = below.mlp.down_proj.weight
    out = network.lm_head.weight * network.model.norm.weight
    expected = (out @ down).norm() / (out.norm() * down.norm())
    row, column = paths.receivers.index("output"), paths.index("0.mlp")
    assert float(scores[row, column]) == pytest.approx(float(expected), rel=1e-4)


def test_attention_alone_is_what_both_ends_pay(task) -> None:
    scores = PATH_SCREENS["attention"].scores(task)
    case, network = task.cases[0], task.model.network
    network.set_attn_implementation("eager")
    try:
        with torch.no_grad():
            maps = network(input_ids=case.ids, output_attentions=True).attentions
    finally:
        network.set_attn_implementation("sdpa")
    paid = [layer[:, :, -1, 1:-1].sum(-1) for layer in maps]
    row, column = case.paths.receivers.index("1.2.q"), case.paths.index("0.3")
    expected = paid[1][:, 2] * paid[0][:, 3]
    assert torch.allclose(scores[: len(expected), row, column], expected, atol=1e-5)


@pytest.mark.parametrize("name", list(PATH_RULES))
def test_rules_keep_candidates_only(name, model) -> None:
    corpus = load_corpus({"kind": "indirect_object", "documents": 44}, 3)
    settings = HeadsSettings(finding=40, trying=2, paths=25, alpha=0.05)
    cases, _ = prompt_cases(model, corpus, settings)
    task = CircuitTask(model, cases, settings, 0)
    scores = PATH_SCREENS["attribution"].scores(task).mean(0)
    flat = scores.abs().flatten().argsort(descending=True)[:25]
    tried = torch.zeros(scores.numel(), dtype=torch.bool)
    tried[flat] = True
    tried = tried.view_as(scores)
    kept = PATH_RULES[name].keep(task, tried)
    assert not (kept & ~tried).any()
    assert 0 < int(kept.sum()) <= 25
    if name == "pc":
        # What is read depends on what writes it last; not everything depends on everything.
        assert int(kept.sum()) < 25


@pytest.mark.parametrize("patch", ["zero", "mean", "resample"])
def test_other_things_stand_in_a_parts_place(patch, model, corpus) -> None:
    found = find_circuit({**SMALL, "patch": patch, "rule": "all"}, model, corpus, 0)
    assert found.about["patch"] == patch
    assert len(found.pairs) > 0


def test_what_cannot_be_is_said_in_a_sentence(model, corpus) -> None:
    with pytest.raises(DataError, match="has 16 documents where the graph needs 32"):
        find_circuit({"kind": "heads"}, model, corpus, 0)
    plain = replace(corpus, metadata=None)
    with pytest.raises(CapabilityError, match="no column right and wrong and counterpart"):
        find_circuit(SMALL, model, plain, 0)
    longer = corpus.metadata.assign(counterpart="When Mary and John and Tom went to the store")
    with pytest.raises(DataError, match=r"prompt 0 with .* its counterpart with"):
        find_circuit(SMALL, model, replace(corpus, metadata=longer), 0)
    several = corpus.metadata.assign(right="Mary John|Tom")
    with pytest.raises(DataError, match="'Mary John' of document 0 is not one token"):
        find_circuit(SMALL, model, replace(corpus, metadata=several), 0)
    empty = corpus.metadata.assign(right=None)
    with pytest.raises(DataError, match=r"Document 0 has no right answer; fill its column `right`"):
        find_circuit(SMALL, model, replace(corpus, metadata=empty), 0)
    both = corpus.metadata.assign(right=corpus.metadata["wrong"])
    with pytest.raises(DataError, match="an answer that is right and wrong"):
        find_circuit(SMALL, model, replace(corpus, metadata=both), 0)
    with pytest.raises(ConfigError, match=r"graph\.counts"):
        find_circuit({**SMALL, "counts": [5, 1]}, model, corpus, 0)
    with pytest.raises(ConfigError, match="attribution"):
        find_circuit({**SMALL, "candidates": "atribution"}, model, corpus, 0)
    with pytest.raises(ConfigError, match=r"graph\.baselines"):
        find_circuit({**SMALL, "baselines": ["atribution"]}, model, corpus, 0)
    with pytest.raises(DataError, match="leaves none of 25 paths"):
        find_circuit({**SMALL, "threshold": 0.99}, model, corpus, 0)
    alone = {**SMALL, "patch": "resample", "batch_size": 1}
    with pytest.raises(DataError, match=r"raise graph\.batch_size"):
        find_circuit(alone, model, corpus, 0)


def test_examples_say_where_an_edge_carries_and_what_its_patch_does(circuit, model, corpus) -> None:
    _, others = prompt_cases(model, corpus, HeadsSettings(finding=8, trying=8))
    case, examples = others[0], circuit.examples
    assert [one["number"] for one in examples["documents"]] == case.documents[:2].tolist()
    kept = circuit.pairs[circuit.pairs["kept"]]
    assert len(examples["edges"]) == len(kept)
    assert examples["left_out"] == 0
    edge = next(one for one in examples["edges"] if one["target"] == "output")
    one = torch.zeros_like(case.paths.possible)
    one[-1, case.paths.index(edge["source"])] = True
    attributed = path_attribution(case.paths, case.other, case.metric)
    for k, own in enumerate(edge["documents"]):
        assert len(own["at"]) == case.ids.shape[1]
        total = float(attributed[k, -1, case.paths.index(edge["source"])])
        assert sum(own["at"]) == pytest.approx(total, abs=1e-3)
        after = case.metric(case.paths.run(one, case.other).logits)[k]
        assert own["read"][1] == pytest.approx(float(after), abs=1e-3)
        assert all(0 < before < 1 for _, before, _ in own["next"])
    assert set(examples["heads"]) == {
        name for name in kept["target"] if name not in ("output",) and "mlp" not in name
    }
    for maps in examples["heads"].values():
        assert [len(row) for row in maps[0]["weights"]] == list(range(1, case.ids.shape[1] + 1))
        assert all(sum(row) == pytest.approx(1, abs=1e-2) for row in maps[0]["weights"])
        # Products of query and key give the weights back: no mask and no position is added to them.
        last = torch.tensor(maps[0]["products"][-1]).softmax(-1)
        assert torch.allclose(last, torch.tensor(maps[0]["weights"][-1]), atol=1e-2)


def test_examples_are_of_the_edges_of_the_largest_effect(
    circuit, model, corpus, monkeypatch
) -> None:
    _, others = prompt_cases(model, corpus, HeadsSettings(finding=8, trying=8))
    monkeypatch.setattr("causattn.circuits.examples.MOST_EDGES", 2)
    found = circuit_examples(model, others[0], circuit.pairs, 1)
    kept = circuit.pairs[circuit.pairs["kept"]]
    first = kept.loc[kept["estimate"].abs().nlargest(2).index]
    assert [edge["source"] for edge in found["edges"]] == first["source"].tolist()
    assert found["left_out"] == len(kept) - 2 > 0


def test_a_decoder_trained_on_chinese_has_its_graph(tmp_path) -> None:
    own = {"kind": "indirect_object", "language": "zh", "documents": 300}
    corpus = load_corpus(own, 1)
    trained = load_model({"kind": "tiny_lm", "epochs": 2, "layers": 2, "width": 32}, corpus, 0)
    found = find_circuit(SMALL, trained, corpus, 0)
    assert found.about["paths"]["kept"] > 0
    # The prompt ends before the answer, and what its tokenizer begins texts with stays.
    tokens = found.examples["documents"][0]["tokens"]
    assert tokens[0] == "[CLS]"
    assert tokens[-1].strip() in ("给", "了")
