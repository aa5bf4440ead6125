"""Attribution on a device that is not the processor; see `tests.both_devices`."""

import numpy as np
import pytest
import torch

from causattn.attribution import (
    EXPLAINERS,
    HiddenTarget,
    LabelTarget,
    NextTokenTarget,
    agreement,
    erasure,
    explain,
    infidelity,
    replacement_effects,
    sensitivity,
    summarise_attribution,
)
from causattn.corpora import Corpus, Mentions
from causattn.features import FeatureKind, FeatureTable
from causattn.models import LanguageModel, LSTMForCausalLM, LSTMLanguageModelConfig


@pytest.fixture
def float64() -> bool:
    return True  # scores are summed in float64 where the model is


CHEAP = {
    "lime": {"samples": 20},
    "kernel_shap": {"samples": 20},
    "shapley_sampling": {"samples": 3},
    "integrated_gradients": {"steps": 8},
}
KINDS = [kind for kind in EXPLAINERS if kind != "cell_contribution"]
SPANS = [(4, 8), (0, 1), (6, 10), (0, 5), (5, 12)]
WORDS = ("great", "slow", "food", "service")


def settings(kind: str) -> dict[str, object]:
    return {"kind": kind, **CHEAP.get(kind, {})}


def assert_same(there, here) -> None:
    for found, expected in zip(there, here, strict=True):
        assert found.output == pytest.approx(expected.output, abs=1e-4)
        assert found.baseline == pytest.approx(expected.baseline, abs=1e-4)
        np.testing.assert_allclose(found.score, expected.score, atol=1e-4)


TARGETS = {
    "classifier": LabelTarget(None),
    "causal_classifier": LabelTarget(1),
    "masked": HiddenTarget(SPANS),
    "causal": NextTokenTarget(None),
}
FIRST = {("masked", "occlusion"), ("causal", "integrated_gradients"), ("masked", "attention")}
CASES = [
    pytest.param(
        name,
        kind,
        marks=() if name == "classifier" or (name, kind) in FIRST else pytest.mark.slow,
    )
    for name in TARGETS
    for kind in KINDS
]


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_explanations(name, kind, both, models, texts):
    target = TARGETS[name]
    assert_same(*both(models(name), lambda m: explain(m, texts, settings(kind), target=target)))


@pytest.fixture
def lstm(models) -> LanguageModel:
    tokenizer = models("masked").tokenizer
    torch.manual_seed(0)
    config = LSTMLanguageModelConfig(
        vocab_size=len(tokenizer), hidden_size=8, initializer_range=0.7, attention="additive"
    )
    return LanguageModel("lstm", LSTMForCausalLM(config).eval(), tokenizer, "causal")


@pytest.mark.parametrize(
    "settings",
    [
        {"kind": "embedding_ablation", "erased": "mean"},
        {"kind": "cell_contribution"},
        {"kind": "gradient_input"},
    ],
)
def test_explanations_of_a_recurrent_model(settings, both, lstm, texts):
    target = NextTokenTarget("great", scale="logit")
    assert_same(*both(lstm, lambda m: explain(m, texts, settings, target=target)))


def table_over(texts: list[str]) -> FeatureTable:
    """Features that are the first occurrences of words."""
    rows = [
        (document, feature, text.find(word), text.find(word) + len(word))
        for document, text in enumerate(texts)
        for feature, word in enumerate(WORDS)
        if word in text
    ]
    values = np.random.default_rng(0).normal(size=(len(texts), len(WORDS)))
    kinds, mentions = (FeatureKind.PRESENCE,) * len(WORDS), Mentions(*np.array(rows).T)
    nothing = (None,) * len(WORDS)
    return FeatureTable(WORDS, kinds, values, nothing, mentions, np.arange(len(texts)))


@pytest.mark.parametrize(
    ("name", "measure"), [("masked", "rollout"), ("masked", "gradient"), ("causal", "raw")]
)
def test_sums_of_attention(name, measure, both, models, texts):
    explainer = {"kind": "attention", "measure": measure}
    there, here = both(
        models(name),
        lambda m: summarise_attribution(explainer, m, Corpus("c", texts), table_over(texts), 0),
    )
    np.testing.assert_allclose(there.moments.sum, here.moments.sum, atol=1e-4)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("masked", "occlusion"),
        ("causal", "integrated_gradients"),
        pytest.param("masked", "lime", marks=pytest.mark.slow),
    ],
)
def test_sums(name, kind, both, models, texts):
    there, here = both(
        models(name),
        lambda m: summarise_attribution(
            settings(kind), m, Corpus("c", texts), table_over(texts), 0
        ),
    )
    np.testing.assert_array_equal(there.moments.count, here.moments.count)
    np.testing.assert_allclose(there.moments.sum, here.moments.sum, atol=1e-4)
    np.testing.assert_allclose(there.signed, here.signed, atol=1e-4)


def test_faithfulness(both, models, texts):
    target = LabelTarget(0)

    def judged(model: LanguageModel) -> list[object]:
        found = explain(model, texts, {"kind": "saliency"}, target=target)
        effects = replacement_effects(model, texts, target=target, draws=3)
        return [
            erasure(model, texts, found, target=target),
            infidelity(model, texts, found, target=target, draws=10),
            sensitivity(model, texts, {"kind": "saliency"}, found, target=target, draws=2),
            agreement([each.score for each in found], [each.score for each in effects]),
        ]

    for there, here in zip(*both(models("classifier"), judged), strict=True):
        parts = [(there, here)] if isinstance(here, np.ndarray) else fields_of(there, here)
        assert parts
        for found, expected in parts:
            np.testing.assert_allclose(found, expected, atol=1e-4, rtol=1e-3)


def fields_of(there: object, here: object) -> list[tuple[np.ndarray, np.ndarray]]:
    """The arrays of two results of one kind, side by side."""
    return [
        (getattr(there, n), value) for n, value in vars(here).items() if hasattr(value, "dtype")
    ]
