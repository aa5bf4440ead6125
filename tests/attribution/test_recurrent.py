"""Explainers of recurrent models, against gates and erasures written out in loops."""

import numpy as np
import pytest
import torch

from causattn.attribution import NextTokenTarget, explain
from causattn.attribution.explainers.shared.recurrent_cells import contributions, top_cells
from causattn.base import CapabilityError, ConfigError
from causattn.corpora import Corpus
from causattn.models import LanguageModel, LSTMForCausalLM, LSTMLanguageModelConfig, load_model

KINDS = ["cell_difference", "additive_cell"]
LENGTHS = (6, 3, 1)


def network(**settings: object) -> LSTMForCausalLM:
    torch.manual_seed(0)
    config = LSTMLanguageModelConfig(
        vocab_size=11, hidden_size=5, initializer_range=0.7, **settings
    )
    return LSTMForCausalLM(config).double().eval()


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def by_hand(model: LSTMForCausalLM, ids: list[int], token: int, kind: str) -> np.ndarray:
    """Contributions to the logit at the last position, from the definitions (one layer)."""
    w = {name: value.detach().numpy() for name, value in model.state_dict().items()}
    h = c = np.zeros(5)
    gates = []
    for number in ids:
        x = w["model.embedding.weight"][number]
        z = (
            w["model.lstm.weight_ih_l0"] @ x
            + w["model.lstm.bias_ih_l0"]
            + w["model.lstm.weight_hh_l0"] @ h
            + w["model.lstm.bias_hh_l0"]
        )
        i, f, g, o = np.split(z, 4)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        c = f * c + i * g
        h = o * np.tanh(c)
        gates.append((i, f, g, o, c))

    def of_state(end: int) -> list[np.ndarray]:
        parts, before = [], np.zeros(5)
        for k in range(end + 1):
            if kind == "cell_difference":
                reached = gates[k][4]
            else:
                written = gates[k][0] * gates[k][2]
                for later in range(k + 1, end + 1):
                    written = written * gates[later][1]
                reached = before + written
            parts.append(gates[end][3] * (np.tanh(reached) - np.tanh(before)))
            before = reached
        return parts

    direction = w["head.weight"][token]
    last = len(ids) - 1
    total = np.zeros(len(ids))
    for k, part in enumerate(of_state(last)):
        total[k] += direction @ part
    if model.config.attention is not None:
        paid = model(torch.tensor([ids]), output_attentions=True).attentions[0][0, 0, last]
        for j, weight in enumerate(paid.detach().numpy()):
            for k, part in enumerate(of_state(j)):
                total[k] += weight * (direction @ w["model.context_projection.weight"] @ part)
    return total


def padded() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(1)
    ids, mask = torch.zeros((3, 6), dtype=torch.long), torch.zeros((3, 6), dtype=torch.long)
    for row, length in enumerate(LENGTHS):
        ids[row, :length] = torch.randint(1, 11, (length,))
        mask[row, :length] = 1
    return ids, mask


@pytest.mark.parametrize("attention", ["additive", "dot", None])
@pytest.mark.parametrize("kind", KINDS)
def test_contributions_are_those_of_the_definitions(attention, kind) -> None:
    model = network(attention=attention)
    ids, mask = padded()
    last, token = torch.tensor(LENGTHS) - 1, torch.tensor([3, 7, 2])
    found = contributions(model, ids, mask, last, token, kind).numpy()
    for row, length in enumerate(LENGTHS):
        expected = by_hand(model, ids[row, :length].tolist(), int(token[row]), kind)
        np.testing.assert_allclose(found[row, :length], expected, atol=1e-12)
        assert (found[row, length:] == 0).all()


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("attention", ["general", None])
@pytest.mark.parametrize("kind", KINDS)
def test_contributions_add_up_to_the_logit_without_its_bias(layers, attention, kind) -> None:
    model = network(attention=attention, num_hidden_layers=layers)
    ids, mask = padded()
    last, token = torch.tensor(LENGTHS) - 1, torch.tensor([3, 7, 2])
    found = contributions(model, ids, mask, last, token, kind)
    logits = model(ids, mask).logits[torch.arange(3), last, token]
    torch.testing.assert_close(found.sum(1), (logits - model.head.bias[token]).detach())


@pytest.mark.parametrize("layers", [1, 2])
def test_cells_are_those_of_the_network(layers) -> None:
    model = network(num_hidden_layers=layers).model
    embedded = torch.randn(2, 4, 5, dtype=torch.double)
    cells = top_cells(model.lstm, embedded)
    states, (_, memory) = model.lstm(embedded)
    torch.testing.assert_close(cells.states, states)
    torch.testing.assert_close(cells.cell[:, -1], memory[-1])


@pytest.fixture(scope="module")
def agreement() -> LanguageModel:
    rng = np.random.default_rng(0)
    texts = []
    for number in rng.integers(0, 2, 200):
        between = [str(word) for word in rng.choice(["near", "the", "old"], rng.integers(0, 3))]
        texts.append(" ".join(["the", ["key", "keys"][number], *between, ["is", "are"][number]]))
    settings = {"tokenizer": "words", "width": 24, "epochs": 25, "learning_rate": 0.01}
    return load_model(
        {"kind": "lstm_lm", **settings, "dropout": 0.0}, Corpus("agreement", texts), 0
    )


@pytest.mark.parametrize("erased", ["zero", "mean"])
@pytest.mark.parametrize("scale", ["logit", "log_probability"])
def test_an_erased_embedding_is_one_put_in_by_hand(erased, scale, agreement) -> None:
    texts = ["the keys near the old", "the key"]
    settings = {"kind": "embedding_ablation", "erased": erased, "scale": scale}
    found = explain(agreement, texts, settings, target=NextTokenTarget("are"))
    table = agreement.network.get_input_embeddings().weight.detach()
    special = agreement.tokenizer.all_special_ids
    plain = [row for row in range(len(table)) if row not in special]
    stand_in = table[plain].mean(0) if erased == "mean" else torch.zeros_like(table[0])
    asked = agreement.tokenizer.convert_tokens_to_ids("are")

    def output(embedded: torch.Tensor) -> float:
        logits = agreement.network(inputs_embeds=embedded[None]).logits[0, -1].double().detach()
        return float((logits if scale == "logit" else logits.log_softmax(-1))[asked])

    for text, each in zip(texts, found, strict=True):
        words = text.split()
        embedded = table[agreement.tokenizer.convert_tokens_to_ids(words)]
        whole = output(embedded)
        for place in range(len(words)):
            changed = embedded.clone()
            changed[place] = stand_in
            assert each.score[place] == pytest.approx(whole - output(changed), abs=1e-5)
        assert each.output == pytest.approx(whole, abs=1e-5)


@pytest.mark.parametrize(
    "settings",
    [
        {"kind": "embedding_ablation"},
        {"kind": "embedding_ablation", "erased": "mean"},
        {"kind": "cell_contribution"},
        {"kind": "occlusion"},
    ],
)
def test_the_noun_decides_the_verb(settings, agreement) -> None:
    # A word's score for the verb minus its score for the other: what speaks for one alone.
    for text, verb, other in [
        ("the keys near the", "are", "is"),
        ("the key old", "is", "are"),
        ("the keys", "are", "is"),
    ]:
        one, two = (
            explain(agreement, [text], {**settings, "scale": "logit"}, target=NextTokenTarget(word))
            for word in (verb, other)
        )
        margin = one[0].score - two[0].score
        # The first word is left out: no text of the corpus begins otherwise.
        assert margin[1:].argmax() == 0
        assert margin[1] > 0.5


def test_contributions_and_bias_are_the_logit_where_nothing_is_special(agreement) -> None:
    (found,) = explain(agreement, ["the keys near"], {"kind": "cell_contribution"})
    bias = agreement.network.head.bias.detach()
    token = agreement.tokenizer.convert_tokens_to_ids(found.target.split()[2])
    assert found.target.startswith("logit of")
    assert found.score.sum() + float(bias[token]) == pytest.approx(found.output, abs=1e-4)


def test_a_closing_mark_is_not_what_is_read() -> None:
    texts = ["the key is", "the keys are"] * 10
    settings = {"kind": "lstm_lm", "tokenizer": "pieces", "width": 12, "epochs": 2}
    model = load_model(settings, Corpus("marked", texts), 0)
    (found,) = explain(model, ["the keys"], {"kind": "embedding_ablation", "scale": "logit"})
    ids = torch.tensor([model.tokenizer("the keys")["input_ids"]])
    assert ids[0, -1] == model.tokenizer.sep_token_id
    logits = model.network(ids[:, :-1]).logits[0, -1]
    assert found.output == pytest.approx(logits.max().item(), abs=1e-5)
    assert (found.score[[0, -1]] == 0).all()
    assert (found.score[1:-1] != 0).all()


def test_what_cannot_be_taken_apart_is_said(agreement) -> None:
    with pytest.raises(ConfigError, match=r"set attribution\.scale=logit"):
        explain(agreement, ["the"], {"kind": "cell_contribution", "scale": "log_probability"})
    tiny = load_model(
        {"kind": "tiny_mlm", "width": 8, "feed_forward": 8, "steps": 1}, Corpus("t", ["a b"] * 9), 0
    )
    classifier = LanguageModel("bert", tiny.network, tiny.tokenizer, "classifier")
    with pytest.raises(CapabilityError, match="which bert is not; choose another explainer"):
        from causattn.attribution.explainers.cell_contribution import (
            CellContributionExplainer,
            CellSettings,
        )
        from causattn.attribution.output import ModelOutput

        CellContributionExplainer(ModelOutput(classifier, "logit"), CellSettings(), 0)
    with pytest.raises(ConfigError, match="choose one of zero, mean"):
        explain(agreement, ["the"], {"kind": "embedding_ablation", "erased": "median"})
