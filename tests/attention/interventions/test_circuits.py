"""A model wired by hand, whose attention and effects are known: is the truth found in it?

Six binary variables, one word each, in fixed order, no layer norm, one layer, three heads:

========= ====================== ============== ===================== ==============
head      from slot to slot      attention      what it does          true edge
========= ====================== ============== ===================== ==============
exact     c to a, a to c         1              writes their values   a -> c
decoy     f to d                 1              writes nothing        none
silent    e to b                 0.02           writes b's value x 50 b -> e
========= ====================== ============== ===================== ==============

All other slots attend to themselves, so that the exact head permutes the slots. The documents
follow the same two edges.
"""

import numpy as np
import pytest
import torch
import transformers as hf
from tokenizers import Tokenizer, pre_tokenizers
from tokenizers.models import WordLevel
from transformers.modeling_outputs import BaseModelOutput, MaskedLMOutput
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from causattn.attention import (
    KnockOut,
    capture_attention,
    edge_effects,
    editable_attention,
    summarise_attention,
)
from causattn.candidates import select_candidates
from causattn.corpora import Corpus, Slot, render
from causattn.effects import collect_evidence
from causattn.features import FeatureKind, FeatureTable
from causattn.graphs import CausalGraph
from causattn.models import LanguageModel

NAMES = ("a", "b", "c", "d", "e", "f")
A, B, C, D, E, F = range(6)
SILENT = 0.02
EXACT_HEAD, DECOY_HEAD, SILENT_HEAD = range(3)
STRENGTH = 1.1  # of the logit: P(value) = 0.9, as in the documents


class CircuitConfig(hf.PretrainedConfig):
    model_type = "causattn_test_circuit"
    pad_token_id: int | None = None
    vocab_size: int = 18


def eager_attention_forward(module, query, key, value, attention_mask, scaling=1.0, **rest):
    weights = (query @ key.transpose(2, 3) * scaling + attention_mask).softmax(-1)
    return (weights @ value).transpose(1, 2).contiguous(), weights


class CircuitAttention(torch.nn.Module):
    """Hidden state: which variable (6), its value as -1, 0 (hidden) or 1, and what heads write."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.is_causal = False
        scores = torch.full((3, 6, 6), -40.0)
        scores[:, range(6), range(6)] = 0.0
        for head, query, key, share in (
            (EXACT_HEAD, C, A, 1.0),
            (EXACT_HEAD, A, C, 1.0),
            (DECOY_HEAD, F, D, 1.0),
            (SILENT_HEAD, E, B, SILENT),
        ):
            scores[head, query] = -40.0
            scores[head, query, key] = np.log(share)
            if share < 1:
                scores[head, query, query] = np.log(1 - share)
        writes = torch.tensor([1.0, 0.0, 1 / SILENT])
        self.query, self.key = (torch.nn.Linear(8, 3 * 6, bias=False) for _ in range(2))
        self.value = torch.nn.Linear(8, 3 * 6, bias=False)
        self.output = torch.nn.Linear(3 * 6, 8, bias=False)
        with torch.no_grad():
            for linear in (self.query, self.key, self.value, self.output):
                linear.weight.zero_()
            for head in range(3):
                part = slice(6 * head, 6 * head + 6)
                self.query.weight[part, :6] = scores[head].T
                self.key.weight[part, :6] = torch.eye(6)
                self.value.weight[6 * head, 6] = 1.0
                self.output.weight[7, 6 * head] = writes[head]

    def forward(self, states, attention_mask=None, **rest):
        shape = (*states.shape[:2], 3, 6)
        query, key, value = (
            linear(states).view(shape).transpose(1, 2)
            for linear in (self.query, self.key, self.value)
        )
        function = ALL_ATTENTION_FUNCTIONS.get_interface(
            self.config._attn_implementation, eager_attention_forward
        )
        mixed, weights = function(self, query, key, value, attention_mask, scaling=1.0, **rest)
        return self.output(mixed.reshape(*states.shape[:2], -1)), weights


class CircuitModel(hf.PreTrainedModel):
    config_class = CircuitConfig
    _supports_sdpa = True
    _supports_attention_backend = True
    base_model_prefix = "circuit"

    def __init__(self, config):
        super().__init__(config)
        # Words: two values and a hiding word for each variable.
        table = torch.zeros(18, 8)
        for variable in range(6):
            for value in range(3):
                table[3 * variable + value, variable] = 1
                table[3 * variable + value, 6] = (-1.0, 1.0, 0.0)[value]
        self.words = torch.nn.Embedding.from_pretrained(table)
        self.attention = CircuitAttention(config)
        self.post_init()

    def forward(self, input_ids=None, attention_mask=None, **rest):
        states = self.words(input_ids)
        mask = torch.zeros(len(input_ids), 1, 1, input_ids.shape[1])
        if attention_mask is not None:
            mask = mask.masked_fill(attention_mask[:, None, None] == 0, torch.finfo().min)
        mask = mask.expand(-1, -1, input_ids.shape[1], -1)
        added, _ = self.attention(states, attention_mask=mask)
        return BaseModelOutput(last_hidden_state=states + added)

    def _init_weights(self, module):
        """Nothing is drawn: the weights are wired."""


class CircuitForMaskedLM(CircuitModel):
    """The body, and a head that reads each slot's own variable off its state."""

    def __init__(self, config):
        hf.PreTrainedModel.__init__(self, config)
        self.circuit = CircuitModel(config)
        self.post_init()

    def forward(self, **inputs):
        states = self.circuit(**inputs).last_hidden_state
        logits = torch.full((*states.shape[:2], 18), -30.0)
        for variable in range(6):
            here = states[..., variable] > 0.5
            for value, sign in ((0, -1.0), (1, 1.0)):
                logits[..., 3 * variable + value] = torch.where(
                    here, sign * STRENGTH * states[..., 7], -30.0
                )
        return MaskedLMOutput(logits=logits)


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    words = {
        f"{name}={value}": 3 * k + v
        for k, name in enumerate(NAMES)
        for v, value in enumerate("01?")
    }
    inner = Tokenizer(WordLevel(words, unk_token="a=?"))
    inner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = hf.PreTrainedTokenizerFast(tokenizer_object=inner, model_max_length=64)
    network = CircuitForMaskedLM(CircuitConfig()).eval()
    return LanguageModel("circuit", network, tokenizer, "masked")


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return documents((A, C), (B, E))


def documents(*edges: tuple[int, int]) -> Corpus:
    """Return documents in which nine of ten effects have their cause's value."""
    rng = np.random.default_rng(0)
    values = rng.integers(0, 2, size=(1000, 6))
    for source, target in edges:
        values[:, target] = np.where(
            rng.random(1000) < 0.9, values[:, source], 1 - values[:, source]
        )
    slots = [Slot("", (f"{name}=0", f"{name}=1"), "") for name in NAMES]
    texts, mentions = render(values, np.arange(6)[None], slots)
    truth = np.zeros((6, 6))
    truth[tuple(zip(*edges, strict=True))] = 1
    return Corpus(
        "circuit",
        texts,
        variables=NAMES,
        values=values.astype(float),
        categories=(("0", "1"),) * 6,
        mentions=mentions,
        value_texts=tuple(slot.values for slot in slots),
        mask_texts=tuple(f"{name}=?" for name in NAMES),
        truth=CausalGraph.from_adjacency(truth, NAMES, direction="from row to column"),
    )


@pytest.fixture(scope="module")
def features(corpus) -> FeatureTable:
    return table_of(corpus)


def table_of(corpus: Corpus) -> FeatureTable:
    return FeatureTable(
        names=NAMES,
        kinds=(FeatureKind.SLOT,) * 6,
        values=corpus.values,
        categories=corpus.categories,
        carriers=corpus.mentions,
        documents=np.arange(len(corpus)),
    )


@pytest.fixture(scope="module")
def summary(model, corpus, features):
    settings = {"query": "masked", "measures": ["raw", "mean", "rollout", "norm"]}
    return summarise_attention(settings, model, corpus, features, 0)


def test_the_wiring_is_what_is_captured(summary):
    paid = summary.measures["raw"].mean()[0]
    permutation = np.eye(6)[[C, B, A, D, E, F]]
    np.testing.assert_allclose(paid[EXACT_HEAD], permutation, atol=1e-6)
    assert paid[DECOY_HEAD, F, D] == pytest.approx(1)
    assert paid[SILENT_HEAD, E, B] == pytest.approx(SILENT)
    assert summary.about["capture"] == "registered attention function"


def test_raw_attention_is_fooled(summary, features):
    for aggregate in ("mean", "max", "rollout"):
        edges = select_candidates({"pairs": 2, "aggregate": aggregate}, summary, features)
        assert edges.allowed[A, C]
        assert edges.allowed[D, F]  # the decoy
        assert not edges.allowed[B, E]  # the silent one


def test_norms_are_not(summary):
    carried = summary.measures["norm"].mean()[0].sum(0)
    assert carried[C, A] == pytest.approx(1, abs=1e-3)
    assert carried[A, C] == pytest.approx(1, abs=1e-3)
    assert carried[E, B] == pytest.approx(1, abs=1e-3)
    assert carried[F, D] < 1e-12


@pytest.mark.parametrize("kind", ["renormalise", "zero"])
def test_cutting_attention_is_not(kind, model, corpus, features):
    found = edge_effects(model, corpus, features, 0, kind=kind, documents=100)
    # P(value) falls from 0.9 to what it is without the source: 0.5.
    expected = np.zeros((6, 6))
    expected[[A, B, C], [C, E, A]] = 0.4
    if kind == "zero":
        np.testing.assert_allclose(found.effect, expected, atol=5e-3)
    else:
        # The exact head's rows had nothing else: what is left of them goes to the other slots.
        for pair in ((A, C), (C, A)):
            expected[pair] = found.effect[pair]
            assert found.effect[pair] > 0.3
        np.testing.assert_allclose(found.effect, expected, atol=5e-3)
    assert found.rows_kept == 0


def test_head_cuts_name_the_heads_that_matter(model, corpus):
    inputs = {"input_ids": torch.tensor([model.tokenizer(corpus.texts[0])["input_ids"]])}
    with editable_attention(model.network, inputs) as capture:
        own = capture.edited(inputs, None).logits
        moved = [
            float(
                (capture.edited(inputs, KnockOut("zero", heads={0: (head,)})).logits - own)
                .abs()
                .max()
            )
            for head in range(3)
        ]
    assert moved[DECOY_HEAD] == 0
    assert moved[EXACT_HEAD] > 1
    assert moved[SILENT_HEAD] > 1


def test_the_evidence_table_is_not_fooled(summary, model, corpus, features):
    claimed = np.zeros((6, 6))
    claimed[[A, B, D], [C, E, F]] = 1  # the decoy among them
    graph = CausalGraph.from_adjacency(claimed, NAMES, direction="from row to column")
    edges = select_candidates({"kind": "all"}, summary, features)
    settings = {"kind": "dowhy", "engine": "closed_form", "draws": 20}
    table = collect_evidence(settings, graph, features, edges, model, corpus, 0, given=True)
    rows = table.frame.set_index(["source", "target"])
    decoy, exact, silent = (rows.loc[pair] for pair in (("d", "f"), ("a", "c"), ("b", "e")))
    assert decoy["candidate_score"] > 10 * silent["candidate_score"]
    assert abs(decoy["conditional_estimate"]) < 1e-6
    assert abs(exact["conditional_estimate"]) == pytest.approx(0.8, abs=0.02)
    assert abs(silent["conditional_estimate"]) == pytest.approx(0.8, abs=0.02)
    assert decoy["verdict"] not in ("consistent", "robust")
    assert exact["verdict"] == "consistent"
    assert silent["verdict"] == "consistent"


def test_an_edge_of_the_documents_that_the_model_does_not_use_is_told_apart(model):
    """f has d's value in nine documents of ten: the data speak for it, and the model is silent."""
    corpus = documents((A, C), (B, E), (D, F))
    features = table_of(corpus)
    settings = {"query": "masked", "measures": ["mean"]}
    paid = summarise_attention(settings, model, corpus, features, 0)
    edges = select_candidates({"kind": "all"}, paid, features)
    settings = {"kind": "dowhy", "engine": "closed_form", "draws": 20}
    table = collect_evidence(settings, corpus.truth, features, edges, model, corpus, 0, given=True)
    rows = table.frame.set_index(["source", "target"])
    decoy, exact = rows.loc[("d", "f")], rows.loc[("a", "c")]
    assert decoy["candidate_score"] == pytest.approx(exact["candidate_score"], rel=0.01)
    assert decoy["data_estimate"] == pytest.approx(exact["data_estimate"], abs=0.1)
    for column in ("conditional_estimate", "knock_out_effect"):
        assert abs(decoy[column]) < 1e-6
        assert abs(exact[column]) > 0.1
    # A hidden slot is asked for a conditional, and no verdict is about that.
    assert decoy["model_verdict"] is exact["model_verdict"] is None


def test_a_wired_model_is_captured_with_padding(model):
    inputs = {
        "input_ids": torch.tensor([[2, 3, 6, 9], [2, 3, 0, 0]]),
        "attention_mask": torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0]]),
    }
    with capture_attention(model.network, inputs) as capture:
        assert capture.heads == 3
