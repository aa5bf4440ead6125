"""The studies of decoders, in small, on a tiny Llama in SmolLM2's place."""

import numpy as np
import pytest

from causattn.corpora import load_corpus
from experiments.induction.measure import screened
from tests.small_models import prompt_decoder

PROMPTS = ("indirect_object", "greater_than", "pronouns", "sentiment")


@pytest.fixture(scope="module", autouse=True)
def tiny(tmp_path_factory):
    texts: list[str] = []
    for kind in PROMPTS:
        corpus = load_corpus({"kind": kind, "documents": 600}, 1)
        texts += [*corpus.texts, *corpus.metadata["counterpart"]]
    place = tmp_path_factory.mktemp("models")
    prompt_decoder(place / "smollm2-135m-instruct", texts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAUSATTN_MODELS", str(place))
        yield


@pytest.mark.parametrize("name", PROMPTS)
def test_prompts_are_cut_patched_and_screened(name, in_small) -> None:
    rows, page = in_small(name)
    by = {what: [row for row in rows if row["what"] == what] for what in {r["what"] for r in rows}}
    assert len(by["prompt"]) == 8
    assert [row["name"] for row in by["head"]] == [f"{a}.{b}" for a in (0, 1) for b in range(4)]
    assert all(0 <= value <= 1 for row in by["tokens"] for value in row["attention"])
    assert "AUC of attention as a screen of tokens, first token taken out" in page
    whole, nothing = (np.array([row["value"] for row in by[key]]) for key in ("whole", "nothing"))
    effects = {(row["order"], row["done"]): np.array(row["effect"]) for row in by["curve"]}
    assert set(effects) == {
        (order, done)
        for order in ("attribution", "activation difference", "random")
        for done in ("cut", "kept")
    }
    assert whole.mean() != nothing.mean()
    # The strongest paths move each document more than random ones do.
    moved = {o: abs(effects[o, "cut"] - whole).mean() for o in ("attribution", "random")}
    assert moved["attribution"] > moved["random"]


def test_induction_is_cut_beside_controls(in_small) -> None:
    rows, page = in_small("induction")
    curve = [row for row in rows if row["what"] == "curve"]
    assert [row["cut"] for row in curve] == ["none", "induction", "random", "equal attention"]
    assert len({row["edges"] for row in curve[1:]}) == 1
    assert curve[3]["attention"] >= curve[2]["attention"]
    assert "heads with a score above .4" in page
    effects = [row for row in rows if row["what"] == "effect"]
    assert len(effects) == 8
    assert max(abs(row["value"]) for row in effects) > 0


def test_a_screen_that_knows_has_an_area_of_one() -> None:
    rng = np.random.default_rng(0)
    effect = np.where(np.arange(40) < 6, 1.0, 0.0) + rng.normal(0, 0.05, (12, 40))
    found = screened(effect, effect, 50, rng)
    assert found["true"][0] >= 6
    assert found["AUC"][0] > 0.99
    blind = screened(rng.random((12, 40)), effect, 50, rng)
    low, high = blind["AUC"][1:]
    assert low < 0.7
    assert high > 0.3
    both = screened(effect, -effect, 50, rng, both_sides=True)
    assert both["AUC"][0] > 0.99
    assert screened(effect, -effect, 50, rng)["true"][0] == 0
