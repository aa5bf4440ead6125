"""The twins' experiment, in small: an imposed circuit is there, and a free twin's is its own."""

import numpy as np
import pytest
import torch

from causattn.corpora import load_corpus
from causattn.models import ProgramCircuit, load_model
from experiments.twins.measure import idle_heads
from experiments.twins.training import TwinSettings, trained_twin


@pytest.fixture(scope="module")
def small(in_small):
    return in_small("twins")


def test_every_model_and_screen_has_its_line(small):
    rows, page = small
    models = {row["kind"]: row for row in rows if row["what"] == "model"}
    assert set(models) == {"compiled", "imposed", "free"}
    whole = models["compiled"]
    # A compiled program is its circuit.
    assert whole["right"] == 1
    assert (whole["used_others"], whole["others_moving"]) == (0, 0)
    assert whole["edges_moving"] == whole["edges"] == whole["used_edges"]
    for row in models.values():
        counts = [row[f"{word}_{part}"] for word in ("used", "unused", "open") for part in PARTS]
        assert sum(counts) == row["paths"]
    kinds = {(row["kind"], row["truth"]) for row in rows if row["what"] == "screen"}
    assert kinds == {(k, t) for k in models for t in ("circuit", "patched")} - {("free", "circuit")}
    for title in ("AUROC of screens", "Verdicts on edges", "What fools screens"):
        assert f"## {title}" in page


PARTS = ("edges", "others")


def test_training_imposes_the_circuit(small):
    rows, _ = small
    models = {row["kind"]: row for row in rows if row["what"] == "model"}
    imposed, free = models["imposed"], models["free"]
    assert min(imposed["right"], free["right"]) > 0.95
    assert imposed["others_moving"] < free["others_moving"]
    assert imposed["edges_moving"] == imposed["edges"]


def test_a_twin_is_drawn_by_its_seed_and_the_program_stays():
    corpus = load_corpus({"kind": "program", "program": "repeats_previous", "documents": 2}, 0)
    model = load_model({"kind": "compiled"}, corpus, 0)
    before = {name: value.clone() for name, value in model.network.state_dict().items()}
    settings = TwinSettings(steps=3, pool=16, batch=4)
    one, same, other = (trained_twin(model, True, settings, seed).network for seed in (0, 0, 1))
    for name, value in one.state_dict().items():
        assert torch.equal(value, same.state_dict()[name])
    weight = "lm_head.weight"
    assert not torch.equal(one.state_dict()[weight], other.state_dict()[weight])
    assert all(
        torch.equal(before[name], value) for name, value in model.network.state_dict().items()
    )


def test_idle_heads_by_hand():
    circuit = ProgramCircuit((("embedding", "0.0.q"), ("0.0", "output")), (), ("0.1",))
    names = [
        ("embedding", "0.0.q"),
        ("embedding", "0.1.v"),
        ("0.1", "output"),
        ("0.2", "0.mlp"),
        ("0.mlp", "output"),
    ]
    found = idle_heads(names, circuit)
    assert found["decoys"].tolist() == [False, True, True, False, False]
    np.testing.assert_array_equal(found["silent"], [False, False, False, True, False])
