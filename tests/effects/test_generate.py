"""do(source) and what follows, by a model that knows the documents' distribution exactly."""

from dataclasses import dataclass
from itertools import product

import numpy as np
import pytest
import torch
from tokenizers.models import WordLevel
from transformers import PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import BaseModelOutput, CausalLMOutput

from causattn.corpora import Corpus, Mentions, Network
from causattn.effects import INTERVENTIONS, Contrast, ModelInterventions
from causattn.features import FeatureKind, FeatureTable
from causattn.models import LanguageModel
from tests.small_models import SPECIAL, whole_words

# age -> drug -> well and age -> well: who is old gets the drug more often and is well less often.
NETWORK = Network(
    "drug",
    ("age", "drug", "well"),
    (("young", "old"), ("without", "with"), ("ill", "fine")),
    ((), (0,), (0, 1)),
    (
        np.array([[0.5, 0.5]]),
        np.array([[0.9, 0.1], [0.2, 0.8]]),
        np.array([[0.3, 0.7], [0.1, 0.9], [0.8, 0.2], [0.6, 0.4]]),
    ),
)
AGE, DRUG, WELL = range(3)
WORDS = [*SPECIAL, *(state for states in NETWORK.states for state in states)]
FIRST = len(SPECIAL)


class Body(torch.nn.Module):
    """The log probability of every value of a slot that is not stated yet, given those that are."""

    def forward(self, input_ids, attention_mask=None, **kwargs):
        joint = np.empty((2, 2, 2))
        for a, d, w in product(range(2), repeat=3):
            tables = NETWORK.tables
            joint[a, d, w] = tables[0][0, a] * tables[1][a, d] * tables[2][2 * a + d, w]
        found = torch.full((*input_ids.shape, len(WORDS)), -30.0)
        for row, ids in enumerate(input_ids.tolist()):
            stated: dict[int, int] = {}
            for place, token in enumerate(ids):
                if token >= FIRST:
                    stated[(token - FIRST) // 2] = (token - FIRST) % 2
                for slot in set(range(3)) - set(stated):
                    index = tuple(stated.get(k, slice(None)) for k in range(3))
                    kept = joint[index]
                    axis = [k for k in range(3) if k not in stated].index(slot)
                    chance = np.moveaxis(kept, axis, 0).reshape(2, -1).sum(axis=1)
                    found[row, place, FIRST + 2 * slot : FIRST + 2 * slot + 2] = torch.tensor(
                        np.log(chance / chance.sum())
                    )
        return BaseModelOutput(last_hidden_state=found)


class Exact(PreTrainedModel):
    config_class = PretrainedConfig
    base_model_prefix = "body"

    def __init__(self, config):
        super().__init__(config)
        self.body = Body()
        self.scale = torch.nn.Parameter(torch.ones(1))

    def forward(self, **inputs):
        return CausalLMOutput(logits=self.body(**inputs).last_hidden_state)


@dataclass
class Documents:
    corpus: Corpus
    table: FeatureTable
    model: LanguageModel


def documents(order: tuple[int, ...], count: int = 400) -> Documents:
    """Return documents that state the variables in an order, and the exact model of them."""
    codes = NETWORK.sample(count, np.random.default_rng(0))
    texts, rows = [], []
    for document, row in enumerate(codes):
        text = ""
        for slot in order:
            word = NETWORK.states[slot][row[slot]]
            rows.append((document, slot, len(text), len(text) + len(word)))
            text += f"{word} "
        texts.append(text.strip())
    corpus = Corpus(
        name="drug",
        texts=texts,
        variables=NETWORK.variables,
        values=codes.astype(float),
        categories=NETWORK.states,
        mentions=Mentions(*np.array(rows).T),
        value_texts=NETWORK.states,
    )
    table = FeatureTable(
        NETWORK.variables,
        (FeatureKind.SLOT,) * 3,
        codes.astype(float),
        NETWORK.states,
        corpus.mentions,
        np.arange(count),
    )
    tokenizer = whole_words(WordLevel({w: k for k, w in enumerate(WORDS)}, unk_token="[UNK]"))
    network = Exact(PretrainedConfig(vocab_size=len(WORDS))).eval()
    return Documents(corpus, table, LanguageModel("exact", network, tokenizer, "causal"))


def effect(given: Documents, source: int, target: int):
    asked = ModelInterventions(given.model, given.corpus, given.table, documents=400, seed=1)
    states = NETWORK.states[source]
    return asked.effect(source, target, Contrast(*states, NETWORK.states[target][1]))


def true(source: int, target: int) -> float:
    name = NETWORK.variables[source]
    first, last = (
        NETWORK.intervened({name: state}).marginal(NETWORK.variables[target])[1]
        for state in NETWORK.states[source]
    )
    return float(last - first)


def test_causes_first_it_is_the_effect_under_intervention() -> None:
    given = documents((AGE, DRUG, WELL))
    found = effect(given, DRUG, WELL)
    assert (found.kind, found.outcome) == ("generate without to with", "P(well = fine)")
    assert true(DRUG, WELL) == pytest.approx(0.2)
    assert found.low - 1e-9 <= 0.2 <= found.high + 1e-9
    assert found.estimate == pytest.approx(0.2, abs=1e-6)
    # The total effect of age goes by way of the drug, too, and has to be drawn.
    whole = effect(given, AGE, WELL)
    assert whole.low < true(AGE, WELL) < whole.high
    assert whole.estimate == pytest.approx(true(AGE, WELL), abs=0.03)


def test_effects_first_it_is_a_conditional() -> None:
    """P(well | drug), age averaged as the drug predicts it: the drug seems to harm."""
    found = effect(documents((DRUG, WELL, AGE)), DRUG, WELL)
    rows = NETWORK.sample(200_000, np.random.default_rng(2))
    seen = [rows[rows[:, DRUG] == k, WELL].mean() for k in (0, 1)]
    assert seen[1] - seen[0] < -0.1
    assert found.estimate == pytest.approx(seen[1] - seen[0], abs=0.01)


def test_what_stands_before_cannot_be_moved() -> None:
    given = documents((AGE, DRUG, WELL), count=20)
    assert effect(given, WELL, AGE) == "age stands before well in every document."
    assert INTERVENTIONS["generate"].changes == "slots"


def test_the_same_seed_writes_the_same() -> None:
    given = documents((AGE, DRUG, WELL), count=40)
    assert effect(given, AGE, WELL) == effect(given, AGE, WELL)
