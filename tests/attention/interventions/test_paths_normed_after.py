"""Paths in models that norm their stream after each addition, against BERT written out by hand."""

import pytest
import torch
from torch.nn.functional import gelu, layer_norm
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertForSequenceClassification,
    ElectraConfig,
    ElectraForMaskedLM,
    RobertaConfig,
    RobertaForMaskedLM,
)

from causattn.attention import (
    HeadPaths,
    part_effects,
    path_attribution,
    path_effects,
    path_positions,
    paths_from,
)
from causattn.base import ModelError

IDS = torch.tensor([[3, 4, 5, 6, 7, 8], [9, 10, 11, 5, 4, 3]])
OTHERS = torch.tensor([[3, 9, 5, 12, 7, 8], [9, 13, 11, 14, 4, 3]])
AT = torch.tensor([[2], [4]])
LAYERS, HEADS, WIDTH = 3, 4, 24
SHAPE = {
    "vocab_size": 16,
    "hidden_size": WIDTH,
    "intermediate_size": 20,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": HEADS,
    "max_position_embeddings": 20,
}
KINDS = {
    "bert": lambda: BertForMaskedLM(BertConfig(**SHAPE)),
    "roberta": lambda: RobertaForMaskedLM(RobertaConfig(**SHAPE)),
    "electra": lambda: ElectraForMaskedLM(ElectraConfig(**SHAPE, embedding_size=12)),
}


def made(kind: str):
    torch.manual_seed(3)
    network = KINDS[kind]().eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter += 0.3 * torch.randn_like(parameter)
    return network


@pytest.fixture(scope="module", params=KINDS)
def network(request: pytest.FixtureRequest):
    return made(request.param)


@pytest.fixture(scope="module")
def bert():
    return made("bert")


class Written:
    """BERT's stream, part by part, in plain matrix products."""

    def __init__(self, network, ids: torch.Tensor) -> None:
        self.network = network
        self.layers = network.base_model.encoder.layer
        with torch.no_grad():
            body = network.base_model
            self.start = body.embeddings(input_ids=ids)
            if hasattr(body, "embeddings_project"):
                self.start = body.embeddings_project(self.start)
        self.forward()

    def linear(self, module, x: torch.Tensor) -> torch.Tensor:
        return x @ module.weight.T + module.bias

    def norm(self, module, x: torch.Tensor) -> torch.Tensor:
        return layer_norm(x, (WIDTH,), module.weight, module.bias, module.eps)

    def read(self, place: int, instead: dict[str, torch.Tensor]) -> torch.Tensor:
        """The stream after `place` additions, some parts replaced, all others as they were sent."""
        stream = instead.get("embedding", self.start)
        for k in range(place):
            number, network = divmod(k, 2)
            layer = self.layers[number]
            if network:
                total = instead.get(f"{number}.mlp", self.parts[f"{number}.mlp"])
                stream = self.norm(layer.output.LayerNorm, stream + total)
                continue
            total = layer.attention.output.dense.bias
            for head in range(HEADS):
                total = total + instead.get(f"{number}.{head}", self.parts[f"{number}.{head}"])
            stream = self.norm(layer.attention.output.LayerNorm, stream + total)
        return stream

    @torch.no_grad()
    def forward(self, receiver: str = "", instead: dict[str, torch.Tensor] | None = None):
        """Logits, one receiver reading some parts replaced."""
        self.parts: dict[str, torch.Tensor] = {}
        size = WIDTH // HEADS
        for number, layer in enumerate(self.layers):
            own = layer.attention.self
            for head in range(HEADS):
                some = slice(head * size, (head + 1) * size)
                q, k, v = (
                    self.linear(
                        module,
                        self.read(
                            2 * number, instead if receiver == f"{number}.{head}.{name}" else {}
                        ),
                    )[..., some]
                    for name, module in zip("qkv", (own.query, own.key, own.value), strict=True)
                )
                weights = (q @ k.transpose(1, 2) / size**0.5).softmax(-1)
                writes = layer.attention.output.dense.weight[:, some]
                self.parts[f"{number}.{head}"] = weights @ v @ writes.T
            here = instead if receiver == f"{number}.mlp" else {}
            hidden = gelu(self.linear(layer.intermediate.dense, self.read(2 * number + 1, here)))
            self.parts[f"{number}.mlp"] = self.linear(layer.output.dense, hidden)
        last = self.read(2 * LAYERS, instead if receiver == "output" else {})
        rows = torch.arange(len(last))[:, None]
        return self.logits(last)[rows, AT]

    def logits(self, last: torch.Tensor) -> torch.Tensor:
        if hasattr(self.network, "cls"):
            return self.network.cls(last)
        if hasattr(self.network, "lm_head"):
            return self.network.lm_head(last)
        return self.network.generator_lm_head(self.network.generator_predictions(last))


@pytest.mark.parametrize(
    ("sender", "receiver"),
    [
        ("0.1", "1.2.q"),
        ("0.2", "2.3.k"),
        ("1.0", "2.1.v"),
        ("0.3", "0.mlp"),
        ("1.mlp", "2.0.v"),
        ("embedding", "1.1.k"),
        ("embedding", "0.0.q"),
        ("1.3", "output"),
        ("2.mlp", "output"),
    ],
)
def test_a_path_is_the_stream_made_again_for_one_reader(network, sender, receiver) -> None:
    paths = HeadPaths(network, IDS, AT)
    other = HeadPaths(network, OTHERS, AT).written().counterfactual()
    by_hand, there = Written(network, IDS), Written(network, OTHERS)
    theirs = {"embedding": there.start, **there.parts}[sender]
    own = {"embedding": by_hand.start, **by_hand.parts}
    k = paths.index(sender)
    if not sender.endswith("mlp"):
        torch.testing.assert_close(paths.written().senders[k], own[sender], atol=1e-5, rtol=1e-4)
    found = paths.run(paths_from(paths, [sender], [receiver]), other).logits
    expected = by_hand.forward(receiver, {sender: theirs})
    torch.testing.assert_close(found, expected, atol=5e-5, rtol=1e-3)
    assert (found - paths.run().logits).abs().max() > 1e-4


def test_several_paths_at_once(bert) -> None:
    paths = HeadPaths(bert, IDS, AT)
    other = HeadPaths(bert, OTHERS, AT).written().counterfactual()
    by_hand, there = Written(bert, IDS), Written(bert, OTHERS)
    some = ["embedding", "0.1", "0.mlp", "1.2"]
    found = paths.run(paths_from(paths, some, ["2.1.v"]), other).logits
    theirs = {"embedding": there.start, **there.parts}
    expected = by_hand.forward("2.1.v", {name: theirs[name] for name in some})
    torch.testing.assert_close(found, expected, atol=5e-5, rtol=1e-3)


def test_all_paths_patched_are_the_other_document(network) -> None:
    paths, there = HeadPaths(network, IDS, AT), HeadPaths(network, OTHERS, AT)
    found = paths.run(paths.possible, there.written().counterfactual()).logits
    torch.testing.assert_close(found, there.run().logits, atol=1e-4, rtol=1e-4)


def test_a_part_replaced_is_all_its_paths_patched(network) -> None:
    paths = HeadPaths(network, IDS, AT)
    for other in (paths.written().zero(), paths.written().mean()):
        for part in ("0.2", "1.mlp", "embedding"):
            node = torch.zeros(len(paths.senders), dtype=torch.bool)
            node[paths.index(part)] = True
            whole = paths.run(other=other, nodes=node).logits
            each = paths.run(paths_from(paths, [part]), other).logits
            torch.testing.assert_close(whole, each, atol=1e-4, rtol=1e-4)


def metric(logits: torch.Tensor) -> torch.Tensor:
    return logits[:, -1, 3] - logits[:, -1, 5]


def test_attribution_is_the_slope_of_the_exact_patch(network) -> None:
    paths = HeadPaths(network, IDS, AT)
    own, theirs = paths.written(), HeadPaths(network, OTHERS, AT).written()
    small = type(own)("counterfactual", own.senders + 1e-3 * (theirs.senders - own.senders))
    attributed = path_attribution(paths, small, metric)
    assert (attributed[:, ~paths.possible] == 0).all()
    chosen = paths_from(paths, ["embedding", "0.0", "1.3", "1.mlp"]).nonzero()
    exact = path_effects(paths, small, metric, chosen)
    first_order = attributed[:, chosen[:, 0], chosen[:, 1]].T
    assert (exact - first_order).abs().max() < 0.05 * exact.abs().max()
    at = path_positions(paths, small, metric, chosen).sum(-1)
    torch.testing.assert_close(at, first_order, atol=1e-6, rtol=1e-3)


def test_direct_and_indirect_effects_are_read(bert) -> None:
    paths = HeadPaths(bert, IDS, AT)
    other = HeadPaths(bert, OTHERS, AT).written().counterfactual()
    effects = part_effects(paths, other, metric, ["0.1", "2.3"])
    # What comes last reaches the output by itself and through the network above it.
    assert effects.indirect[1].abs().max() > 1e-5
    assert effects.direct.abs().min() > 1e-6


def test_a_classifier_is_refused_in_a_sentence() -> None:
    network = BertForSequenceClassification(BertConfig(**SHAPE)).eval()
    with pytest.raises(ModelError, match=r"map to the vocabulary were not found.*KnockOut"):
        HeadPaths(network, IDS)
