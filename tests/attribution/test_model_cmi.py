"""Information by a model's conditionals, where the model's are exact and the information is known.

The models here look their answers up in a joint distribution: then the scores, averaged over all
documents by their probability, are the information itself, counted by brute force.
"""

from itertools import product

import numpy as np
import pytest
import torch
from transformers import PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import MaskedLMOutput

from causattn.attribution import HiddenTarget, NextTokenTarget, explain, summarise_attribution
from causattn.base import ConfigError, ModelError
from causattn.corpora import Corpus, Mentions
from causattn.features import FeatureKind, FeatureTable
from causattn.models import LanguageModel
from tests.small_models import word_pieces

WORDS = ("aa", "bb", "cc")


class TableConfig(PretrainedConfig):
    model_type = "bert"


class TableNetwork(PreTrainedModel):
    """Conditionals of a joint distribution of words, a masked one's or those from left to right."""

    config_class = TableConfig

    def __init__(self, config, joint, numbers, mask, causal):
        super().__init__(config)
        self.embedding = torch.nn.Embedding(config.vocab_size, 1)
        self.joint, self.numbers, self.mask, self.causal = joint, numbers, mask, causal
        self.post_init()

    def get_input_embeddings(self):
        return self.embedding

    def forward(self, input_ids, attention_mask):
        logits = torch.full((*input_ids.shape, self.config.vocab_size), -torch.inf)
        logits[..., self.mask] = 0.0  # where there is nothing to say
        code = {number: k for k, number in enumerate(self.numbers)}
        for row, ids in enumerate(input_ids.tolist()):
            words = [code.get(each) for each in ids[1:]][: self.joint.ndim]
            for place in range(self.joint.ndim):
                seen = {
                    k: word
                    for k, word in enumerate(words)
                    if word is not None and (k < place if self.causal else k != place)
                }
                index = tuple(seen.get(k, slice(None)) for k in range(self.joint.ndim))
                rest = [k for k in range(self.joint.ndim) if k not in seen]
                table = self.joint[index]
                other = tuple(n for n, k in enumerate(rest) if k != place)
                chance = table.sum(axis=other)
                if chance.sum() == 0:
                    continue
                read = place if self.causal else place + 1
                logits[row, read] = -torch.inf
                logits[row, read, self.numbers] = torch.from_numpy(
                    np.log(chance / chance.sum())
                ).float()
        return MaskedLMOutput(logits=logits)


def model_of(joint: np.ndarray, task: str) -> LanguageModel:
    tokenizer = word_pieces([" ".join(WORDS)] * 3)
    numbers = tokenizer.convert_tokens_to_ids(list(WORDS[: joint.shape[0]]))
    assert tokenizer.unk_token_id not in numbers
    config = TableConfig(
        vocab_size=len(tokenizer), max_position_embeddings=64, pad_token_id=tokenizer.pad_token_id
    )
    network = TableNetwork(config, joint, numbers, tokenizer.mask_token_id, task == "causal").eval()
    return LanguageModel("table", network, tokenizer, task)


def information(joint: np.ndarray, x: int, y: int) -> float:
    """I(X; Y | all others), by the definition, cell by cell."""
    found = 0.0
    for cell in product(*(range(size) for size in joint.shape)):
        if joint[cell] == 0:
            continue
        sums = []
        for free in ((x, y), (y,), (x,)):
            index = tuple(slice(None) if k in free else cell[k] for k in range(joint.ndim))
            sums.append(joint[index].sum())
        z, xz, yz = sums
        found += joint[cell] * np.log(joint[cell] * z / (xz * yz))
    return found


def drawn(seed: int, size: int = 2, words: int = 3) -> np.ndarray:
    """A random chain aa -> bb -> cc ..., so that neighbours of neighbours say nothing more."""
    rng = np.random.default_rng(seed)
    joint = rng.dirichlet(np.ones(size))
    for _ in range(words - 1):
        step = rng.dirichlet(np.ones(size), size=size)
        joint = joint[..., None] * step
    return joint


def texts_of(joint: np.ndarray, kept: int) -> tuple[list[str], np.ndarray]:
    cells = [cell for cell in product(*(range(s) for s in joint.shape)) if joint[cell] > 0]
    texts = [" ".join(WORDS[k] for k in cell[:kept]) for cell in cells]
    return texts, np.array([joint[cell] for cell in cells])


@pytest.mark.parametrize("construction", ["hidden", "atomic"])
@pytest.mark.parametrize("seed", range(3))
def test_a_masked_model_with_exact_conditionals_gives_the_exact_information(seed, construction):
    size = 2 + seed % 2
    # Not a chain alone: a table without any independence, too.
    joint = drawn(seed, size)
    if seed == 2:
        joint = np.random.default_rng(7).dirichlet(np.ones(8)).reshape(2, 2, 2)
    model = model_of(joint, "masked")
    texts, chance = texts_of(joint, 3)
    for y in range(3):
        target = HiddenTarget([(3 * y, 3 * y + 2)] * len(texts))
        settings = {"kind": "model_cmi", "construction": construction}
        found = explain(model, texts, settings, target=target)
        mean = np.array([each.score for each in found]).T @ chance
        for x in range(3):
            expected = 0.0 if x == y else information(joint, x, y)
            assert mean[1 + x] == pytest.approx(expected, abs=2e-6)
    if seed < 2:
        assert information(joint, 0, 2) == pytest.approx(0, abs=1e-12)
        assert information(joint, 0, 1) > 0.01


@pytest.mark.parametrize("seed", range(3))
def test_a_model_from_left_to_right_needs_what_stands_between(seed):
    """Of three words the first says of the last what it says given the second."""
    joint = np.random.default_rng(seed).dirichlet(np.ones(8)).reshape(2, 2, 2)
    model = model_of(joint, "causal")
    texts, chance = texts_of(joint, 2)
    settings = {"kind": "model_cmi", "construction": "atomic"}
    found = explain(model, texts, settings, target=NextTokenTarget())
    mean = np.array([each.score[:3] for each in found]).T @ chance
    assert mean[1] == pytest.approx(information(joint, 0, 2), abs=2e-6)
    assert mean[2] == pytest.approx(information(joint, 1, 2), abs=2e-6)


def test_draws_come_near_what_every_value_gives():
    joint = np.random.default_rng(3).dirichlet(np.ones(8)).reshape(2, 2, 2)
    texts, chance = texts_of(joint, 2)
    model = model_of(joint, "causal")
    size = model.network.config.vocab_size
    assert size > 3
    every, few = (
        explain(model, texts, {"kind": "model_cmi", "construction": "atomic", "samples": samples})
        for samples in (size, size - 1)
    )
    exact, drawn = (np.array([each.score for each in found]).T @ chance for found in (every, few))
    assert np.abs(exact - drawn).max() > 1e-9
    assert np.allclose(exact, drawn, atol=0.4)
    assert (drawn >= -1e-9).all()


def test_full_replaces_what_stands_between():
    """Against every token in either place; unknown ones say nothing to the table."""
    joint = drawn(5)
    model = model_of(joint, "causal")
    numbers = model.network.numbers
    size = max(numbers) + 1
    model.network.embedding = torch.nn.Embedding(size, 1)
    code = {number: k for k, number in enumerate(numbers)}

    def after(*ids: int) -> np.ndarray:
        seen = tuple(code.get(each, slice(None)) for each in ids)
        table = joint[seen]
        chance = table.reshape(-1, 2).sum(0)
        return chance / chance.sum()

    def divergence(one: np.ndarray, other: np.ndarray) -> float:
        return float((one * np.log(one / other)).sum())

    texts, _ = texts_of(joint, 2)
    settings = {"kind": "model_cmi", "construction": "full", "samples": 1500}
    for found, text in zip(explain(model, texts[::2], settings), texts[::2], strict=True):
        x, y = (numbers[WORDS.index(word)] for word in text.split())
        every = range(size)
        first = np.mean([divergence(after(x, b), after(a, b)) for a in every for b in every])
        last = np.mean([divergence(after(x, y), after(x, b)) for b in every])
        assert found.score[1] == pytest.approx(first, rel=0.15)
        assert found.score[2] == pytest.approx(last, rel=0.1)
    known = [divergence(after(numbers[0], b), after(numbers[1], b)) for b in numbers]
    assert known == pytest.approx([0, 0], abs=1e-12)


def test_over_a_corpus_it_is_the_mean_and_its_unit_is_nats():
    joint = drawn(1)
    model = model_of(joint, "masked")
    texts, _ = texts_of(joint, 3)
    rows = [(d, k, 3 * k, 3 * k + 2) for d in range(len(texts)) for k in range(3)]
    table = FeatureTable(
        WORDS,
        (FeatureKind.SLOT,) * 3,
        np.random.default_rng(0).normal(size=(len(texts), 3)),
        (None,) * 3,
        Mentions(*np.array(rows).T),
        np.arange(len(texts)),
    )
    settings = {"kind": "model_cmi"}
    summary = summarise_attribution(settings, model, Corpus("c", texts), table, 0)
    by_hand = explain(model, texts, settings, target=HiddenTarget([(6, 8)] * len(texts)))
    assert summary.signed[2, 1] == pytest.approx(sum(each.score[2] for each in by_hand), abs=1e-5)
    assert summary.signed[2, 0] == pytest.approx(0, abs=1e-4)
    assert summary.about["unit"] == "output"


def test_bad_input(models):
    with pytest.raises(ConfigError, match="logit is no distribution"):
        explain(models("causal"), "a", {"kind": "model_cmi", "scale": "logit"})
    with pytest.raises(ConfigError, match="samples"):
        explain(models("causal"), "a", {"kind": "model_cmi", "samples": 0})
    for name, construction in (
        ("masked", "full"),
        ("classifier", "atomic"),
        ("classifier", "full"),
    ):
        settings = {"kind": "model_cmi", "construction": construction}
        with pytest.raises(ModelError, match="has not the conditionals"):
            target = HiddenTarget([(0, 1)]) if name == "masked" else None
            explain(models(name), ["good"], settings, target=target)


def test_draws_follow_the_seed_and_hiding_draws_nothing(models, texts):
    for construction, alike in (("hidden", True), ("atomic", False), ("full", False)):
        settings = {"kind": "model_cmi", "construction": construction, "samples": 3}
        one, same, other = (
            explain(models("causal"), texts[:2], settings, seed=seed)[1].score for seed in (0, 0, 1)
        )
        assert (one == same).all()
        assert (one == other).all() == alike
