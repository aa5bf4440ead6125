"""The Chinese example, small: the swap moves the output, and the page says by how much."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parents[2] / "experiments" / "counterfactual_attention"


@pytest.mark.slow
def test_swapping_bad_for_good_turns_the_review(tmp_path) -> None:
    words = ("--documents", "3000", "--steps", "200", "--epochs", "4", "--folder", tmp_path)
    subprocess.run([sys.executable, FOLDER / "run.py", *words], check=True, timeout=600)
    found = json.loads((tmp_path / "counterfactual_attention.json").read_text())
    change = np.array(found["output_after"]) - found["output_before"]
    assert change[found["labels"].index("好评")] > 0.5
    assert any("差→好" in (one["attended"], one["attending"]) for one in found["movers"])
    page = (tmp_path / "README.md").read_text()
    assert "这部电影很精彩，但演员表现差" in page
    assert (tmp_path / "attention.png").stat().st_size > 10_000


def test_the_reviews_are_what_they_say(monkeypatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    from reviews import SECOND, chinese_reviews

    corpus = chinese_reviews(200, np.random.default_rng(0))
    again = chinese_reviews(200, np.random.default_rng(0))
    assert corpus.texts == again.texts
    for text, label in zip(corpus.texts, corpus.outcome, strict=True):
        # The sentiment is that of the end.
        assert text.endswith(SECOND[int(label)])
        assert ("但" in text) != ("，也" in text)
