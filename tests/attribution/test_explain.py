"""What is explained: targets, baselines and numbers against the model's own output."""

import numpy as np
import pytest
import torch

from causattn.attribution import (
    EXPLAINERS,
    HiddenTarget,
    LabelTarget,
    NextTokenTarget,
    explain,
)

CHEAP = {
    "lime": {"samples": 20},
    "kernel_shap": {"samples": 20},
    "shapley_sampling": {"samples": 3},
}
SPANS = [(4, 8), (0, 1), (6, 10), (0, 5), (5, 12)]


KINDS = [kind for kind in EXPLAINERS if kind != "cell_contribution"]  # for one kind of model


def settings(kind: str) -> dict[str, object]:
    return {"kind": kind, **CHEAP.get(kind, {})}


def logits_of(model, ids):
    with torch.no_grad():
        return (
            model.network(input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, len(ids)))
            .logits[0]
            .double()
        )


def test_the_output_of_a_class_is_its_logit(models, texts):
    model = models("classifier")
    for label in (None, 1, "LABEL_2"):
        for found, text in zip(
            explain(model, texts, {"kind": "random"}, target=LabelTarget(label)), texts, strict=True
        ):
            logits = logits_of(model, model.tokenizer(text)["input_ids"])
            number = {None: int(logits.argmax()), 1: 1, "LABEL_2": 2}[label]
            assert found.target == f"logit of class LABEL_{number}"
            assert np.isclose(found.output, logits[number].item(), atol=1e-5)


def test_the_baseline_hides_every_word_and_leaves_special_tokens(models, texts):
    model = models("classifier")
    (found,) = explain(model, texts[:1], {"kind": "random"}, target=LabelTarget(0))
    ids = model.tokenizer(texts[0])["input_ids"]
    bare = [ids[0], *[model.tokenizer.mask_token_id] * (len(ids) - 2), ids[-1]]
    assert np.isclose(found.baseline, logits_of(model, bare)[0].item(), atol=1e-5)


def test_a_hidden_word_is_asked_for_by_its_log_probability(models, texts):
    model = models("masked")
    target = HiddenTarget(SPANS)
    for found, text, (low, high) in zip(
        explain(model, texts, {"kind": "random"}, target=target), texts, SPANS, strict=True
    ):
        encoded = model.tokenizer(text, return_offsets_mapping=True)
        ids = list(encoded["input_ids"])
        places = [
            place
            for place, (start, end) in enumerate(encoded["offset_mapping"])
            if start < end and start < high and end > low
        ]
        true = [ids[place] for place in places]
        for place in places:
            ids[place] = model.tokenizer.mask_token_id
        logits = logits_of(model, ids).log_softmax(-1)
        expected = sum(
            logits[place, token].item() for place, token in zip(places, true, strict=True)
        )
        assert np.isclose(found.output, expected, atol=1e-4)
        assert found.score[places].tolist() == [0.0] * len(places)
        assert found.target.startswith("log-probability of the hidden ")


def test_the_next_token_is_read_off_the_last_one(models, texts):
    model = models("causal")
    likeliest = explain(model, texts, {"kind": "random"})
    given = explain(model, texts, {"kind": "random"}, target=NextTokenTarget(7, scale="logit"))
    for found, fixed, text in zip(likeliest, given, texts, strict=True):
        logits = logits_of(model, model.tokenizer(text)["input_ids"])[-1]
        assert np.isclose(found.output, logits.log_softmax(-1).max().item(), atol=1e-4)
        assert np.isclose(fixed.output, logits[7].item(), atol=1e-4)


def test_the_scale_of_the_settings_wins(models, texts):
    model = models("classifier")
    (found,) = explain(model, texts[:1], {"kind": "random", "scale": "log_probability"})
    logits = logits_of(model, model.tokenizer(texts[0])["input_ids"])
    assert np.isclose(found.output, logits.log_softmax(-1).max().item(), atol=1e-5)
    assert found.target.startswith("log-probability of class")


@pytest.mark.parametrize("kind", KINDS)
def test_every_explainer_explains_every_kind_of_model(models, texts, kind):
    for name in ("classifier", "masked", "causal", "causal_classifier"):
        model = models(name)
        target = HiddenTarget(SPANS) if name == "masked" else None
        for found, text in zip(
            explain(model, texts, settings(kind), target=target), texts, strict=True
        ):
            assert found.score.shape == (len(found.tokens),)
            assert np.isfinite(found.score).all()
            assert found.score.any()
            special = (found.offsets == 0).all(1)
            assert not found.score[special].any()
            assert found.method == kind
            for token, (low, high) in zip(found.tokens, found.offsets, strict=True):
                assert low == high or token == text[low:high]


@pytest.mark.parametrize("kind", KINDS)
def test_the_batch_changes_nothing_but_rounding(models, texts, kind):
    model = models("classifier")
    together = explain(model, texts, settings(kind), seed=3)
    fewer = texts[: len(texts) // 2]
    small = explain(model, fewer, {**settings(kind), "batch_tokens": 16}, seed=3)
    for one, other in zip(small, together, strict=False):
        assert np.allclose(one.score, other.score, atol=2e-4)
        if one.error is not None:
            assert np.allclose(one.error, other.error, atol=2e-4)


@pytest.mark.parametrize("kind", [k for k, explainer in EXPLAINERS.items() if explainer.draws])
def test_draws_follow_the_seed(models, texts, kind):
    one, same, other = (
        explain(models("classifier"), texts[:2], settings(kind), seed=seed)[1].score
        for seed in (0, 0, 1)
    )
    assert (one == same).all()
    assert (one != other).any()
