"""The map in small, and that its worlds are what they are called."""

import numpy as np
import pandas as pd
import pytest

from causattn.corpora import load_corpus
from experiments.where_attention_wins.page import verdict
from experiments.where_attention_wins.worlds import COPIED, NOISE, VALUES, many_values, parity


@pytest.fixture
def drawn(tmp_path):
    def draw(text):
        path = tmp_path / "made.bif"
        path.write_text(text, encoding="utf-8")
        return load_corpus({"kind": "bayesnet", "network": str(path), "documents": 4000}, 0)

    return draw


def test_gates_have_no_main_effect(drawn):
    corpus = drawn(parity())
    value = dict(zip(corpus.variables, corpus.values.T, strict=True))
    wrong = (value["p"] != (value["pa"] + value["pb"]) % 2).mean()
    assert wrong == pytest.approx(NOISE, abs=0.02)
    assert abs(np.corrcoef(value["p"], value["pa"])[0, 1]) < 0.05


def test_a_child_repeats_its_parent(drawn):
    corpus = drawn(many_values())
    value = dict(zip(corpus.variables, corpus.values.T, strict=True))
    expected = COPIED + (1 - COPIED) / VALUES
    assert (value["a"] == value["b"]).mean() == pytest.approx(expected, abs=0.03)
    assert (value["c"] == value["d"]).mean() == pytest.approx(1 / VALUES, abs=0.03)


@pytest.mark.parametrize(
    ("attention", "said"), [((0.9, 0.92), "wins"), ((0.5, 0.52), "loses"), ((0.5, 0.9), "level")]
)
def test_a_win_leaves_nothing_out(attention, said):
    rows = [
        {"seed": seed, "screen": screen, "auc": auc}
        for seed in (0, 1)
        for screen, auc in (("attention", attention[seed]), ("cmi", 0.7), ("lasso", 0.6))
    ]
    found = verdict(pd.DataFrame(rows), "made", 100)
    assert found["attention"] == said
    assert found["against"] == "CMI given one"
