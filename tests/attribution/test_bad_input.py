"""What a user can get wrong: one sentence that says what, where and how to mend it."""

import builtins
from dataclasses import replace

import pytest

from causattn.attribution import (
    EXPLAINERS,
    HiddenTarget,
    LabelTarget,
    NextTokenTarget,
    attribution_settings,
    explain,
)
from causattn.base import CapabilityError, CausattnError, ConfigError, DataError, ModelError

RANDOM = {"kind": "random"}
CASES = {
    "no such class": ("classifier", ["good"], LabelTarget(7), ModelError, "no class 7"),
    "no such label": ("classifier", ["good"], LabelTarget("spam"), ModelError, "LABEL_0, LABEL_1"),
    "no classes": ("masked", ["good"], LabelTarget(0), ModelError, "predicts no classes"),
    "no hidden words": ("causal", ["good"], HiddenTarget([(0, 4)]), ModelError, "hidden words"),
    "no next token": ("masked", ["good"], NextTokenTarget(), ModelError, "no next token"),
    "no such token": ("causal", ["good"], NextTokenTarget(10**6), ModelError, "no single token"),
    "not one token": ("causal", ["a"], NextTokenTarget("xyzzy plugh"), ModelError, "single token"),
    "nothing chosen to hide": ("masked", ["good"], None, CapabilityError, "HiddenTarget"),
    "too few spans": ("masked", ["a", "b"], HiddenTarget([(0, 1)]), DataError, "give one a text"),
    "a span without token": ("masked", ["good  day"], HiddenTarget([(4, 6)]), DataError, "4 to 6"),
    "an empty text": ("classifier", ["good", ""], None, DataError, "Text 1 is empty"),
    "white space": ("causal", ["good", " \n"], None, DataError, "Text 1 is empty"),
    "special tokens only": ("classifier", ["[SEP] [CLS]"], None, DataError, "special tokens only"),
    "end marks only": ("causal", ["<|endoftext|>"], None, DataError, "special tokens only"),
    "too long": ("classifier", ["good " * 100], None, DataError, "longer than the 64 tokens"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_sentence(models, name):
    model, texts, target, kind, words = CASES[name]
    with pytest.raises(kind, match=words) as raised:
        explain(models(model), texts, RANDOM, target=target)
    assert str(raised.value).count(". ") == 0
    assert str(raised.value).endswith(".")


def test_a_model_that_predicts_nothing(models):
    with pytest.raises(CapabilityError, match="predicts nothing"):
        explain(replace(models("classifier"), task="seq2seq"), ["good"], RANDOM)


class SlowTokenizer:
    """What every tokenizer has, without the Rust core that knows offsets."""

    is_fast = False

    def __init__(self, inner):
        self._inner = inner

    def __getattr__(self, name):
        if name == "backend_tokenizer":
            raise AttributeError(name)
        return getattr(self._inner, name)


def test_a_tokenizer_without_offsets(models):
    model = models("classifier")
    slow = replace(model, tokenizer=SlowTokenizer(model.tokenizer))
    with pytest.raises(ModelError, match="load its fast version"):
        explain(slow, ["good"], RANDOM)


def test_a_tokenizer_without_any_token_to_stand_in(models):
    model = models("classifier")
    bare = SlowTokenizer(model.tokenizer)
    bare.is_fast = True
    for name in ("mask", "pad", "unk", "eos"):
        setattr(bare, f"{name}_token_id", None)
    from causattn.attribution.cases import baseline_token

    with pytest.raises(ModelError, match="no mask, padding or unknown token"):
        baseline_token(replace(model, tokenizer=bare))


WITHOUT_CAPTUM = ("attention", "random", "deletion", "model_cmi")


@pytest.mark.parametrize(
    "kind",
    [
        "occlusion",
        "saliency",
        "gradient_input",
        "integrated_gradients",
        "lime",
        "kernel_shap",
        "shapley_sampling",
    ],
)
def test_captum_missing(models, monkeypatch, kind):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name.partition(".")[0] == "captum":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(CapabilityError, match=r"pip install 'causattn\[attribution\]'"):
        explain(models("classifier"), ["good food"], {"kind": kind})


@pytest.mark.parametrize("kind", WITHOUT_CAPTUM)
def test_what_needs_no_captum_runs_without(models, monkeypatch, kind):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name.partition(".")[0] == "captum":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    assert explain(models("classifier"), ["good food"], {"kind": kind})


SETTINGS = {
    "unknown kind": ({"kind": "oclusion"}, "did you mean occlusion"),
    "unknown key": ({"kind": "lime", "sample": 3}, "did you mean samples"),
    "another kind's key": ({"kind": "occlusion", "samples": 3}, "not a setting"),
    "no samples": ({"kind": "lime", "samples": 0}, "attribution.samples=0"),
    "no documents": ({"kind": "random", "documents": 0}, "attribution.documents=0"),
    "no steps": ({"kind": "integrated_gradients", "steps": -1}, "attribution.steps=-1"),
    "negative penalty": ({"kind": "lime", "ridge": -1.0}, "attribution.ridge"),
    "no width": ({"kind": "lime", "kernel_width": 0.0}, "attribution.kernel_width"),
    "a choice that is not there": ({"kind": "random", "scale": "odds"}, "attribution.scale"),
    "a measure of attention": ({"kind": "attention", "measure": "flow"}, "group attention"),
    "no documents of attention": ({"kind": "attention", "documents": 0}, "attribution.documents=0"),
    "half a document": ({"kind": "attention", "documents": 2.5}, "attribution.documents=2.5"),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_that_make_no_sense(name):
    settings, words = SETTINGS[name]
    with pytest.raises(ConfigError, match=words):
        attribution_settings(settings)


def test_attention_is_no_other_explainer():
    assert attribution_settings({"kind": "attention"}) is None
    assert attribution_settings({"kind": "attention", "documents": 20}) is None


def test_every_explainer_has_settings_of_its_own_name():
    for kind in EXPLAINERS:
        if kind != "attention":
            chosen = attribution_settings({"kind": kind})
            assert chosen is not None
            assert isinstance(chosen, EXPLAINERS[kind].settings)


def test_all_errors_are_the_projects():
    assert all(issubclass(case[3], CausattnError) for case in CASES.values())
