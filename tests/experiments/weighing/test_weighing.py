"""The experiment on weighing, in small, and its figures by hand."""

import pandas as pd
import pytest

from causattn.corpora import load_corpus
from experiments.weighing.measure import (
    NO_EVIDENCE,
    PRETRAINED,
    SAME,
    contenders_alone,
    contenders_beside,
    sampled,
)
from experiments.weighing.page import gains


@pytest.fixture(scope="module")
def small(in_small):
    return in_small("weighing")


def test_every_contender_is_measured_at_every_size(small):
    rows, page = small
    measured = {(x["evidence"], x["rows"], x["seed"], x["contender"]) for x in rows}
    assert len(measured) == len(rows)
    assert (PRETRAINED, 600, 1, "PC, alpha .05, weighed") in measured
    assert (NO_EVIDENCE, 600, 1, "PC, alpha .05, plain") in measured
    for count in (300, 600):
        for contender in contenders_alone([6, 8]):
            assert (NO_EVIDENCE, count, 0, contender) in measured
        for contender in contenders_beside([6, 8]):
            assert (PRETRAINED, count, 0, contender) in measured
            assert ((SAME, count, 0, contender) in measured) == (count == 300)
        assert f"## {count} rows" in page


def test_gains_are_differences_by_seed_and_model():
    def line(evidence, contender, seed, f1, shd, model=-1):
        return {
            "evidence": evidence,
            "rows": 50,
            "seed": seed,
            "model": model,
            "contender": contender,
            "f1": f1,
            "shd": shd,
        }

    six, eight = "evidence alone, 6 strongest pairs", "evidence alone, 8 strongest pairs"
    lines = [
        line("none", "GES, BIC, plain", 0, 0.5, 20),
        line("none", "GES, BIC, plain", 1, 0.7, 10),
        line("a", six, 0, 0.6, 15),
        line("a", six, 1, 0.4, 15),
        line("a", eight, 0, 0.5, 15),
        line("a", eight, 1, 0.5, 15),
        line("a", "GES, BIC, weighed", 0, 0.8, 9),
        line("a", "GES, BIC, weighed", 1, 0.6, 12),
    ]
    for model in (0, 1):
        lines += [
            line("b", six, 0, 0.6, 15, model),
            line("b", eight, 0, 0.5, 15, model),
            line("b", "GES, BIC, weighed", 0, 0.8 - 0.2 * model, 9 + model, model),
        ]
    first, second = gains(pd.DataFrame(lines), [six, eight])
    assert first["F1 - plain"] == "0.100 [-0.100, 0.300]"
    assert first[f"F1 - {six}"] == "0.200"
    assert first[f"F1 - {eight}"] == "0.200 [0.100, 0.300]"
    assert first["SHD - plain"] == "-4.5 [-11.0, 2.0]"
    assert second["F1 - plain"] == "0.200 [0.100, 0.300]"
    assert second[f"F1 - {six}"] == "0.100 [0.000, 0.200]"
    assert second["SHD - plain"] == "-10.5 [-11.0, -10.0]"


def test_rows_are_the_documents_of_the_fair_study_and_no_documents_of_the_pretrained():
    frame, _ = sampled("asia", 300, 0)
    more, _ = sampled("asia", 600, 0)
    assert more.iloc[:300].equals(frame)
    pretrained = load_corpus({"kind": "bayesnet", "network": "asia", "documents": 300}, 0)
    assert (pretrained.values != frame.to_numpy()).any()
    fair = load_corpus({"kind": "bayesnet", "network": "asia", "documents": 300}, 100)
    assert (fair.values == frame.to_numpy()).all()
