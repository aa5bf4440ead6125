"""What a run keeps of its model Surrogate tree, and how the page tells it."""

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from causattn.attribution import fit_surrogate
from causattn.base import ArtefactError, ConfigError
from causattn.models import encode_texts, predict_labels
from causattn.report import ShownRun, draw_figures, page_settings, write_report
from causattn.report.record.surrogate import FILE, read_surrogate, surrogate_line

Make = Callable[..., ShownRun]
SMALL = {"documents": 0, "examples": 0}


def test_the_tree_is_that_of_the_models_own_log_odds(classifier_run: Make) -> None:
    run = classifier_run(surrogate=40, **SMALL)
    found = read_surrogate(run)
    assert found is not None
    material = run.material  # type: ignore[attr-defined]
    corpus, table, model = material.corpus, material.table, material.model
    likely = predict_labels(model, encode_texts(model, list(corpus.texts)))
    rarer = int(likely.mean(0).argmin())
    odds = np.log(likely[:, rarer]) - np.log(likely[:, 1 - rarer])
    expected = fit_surrogate("tree", table, odds, output=found.tree.output, leaves=5, seed=0)
    assert found.tree.names == expected.names
    np.testing.assert_array_equal(found.tree.column, expected.column)
    np.testing.assert_array_equal(found.tree.threshold, expected.threshold)
    np.testing.assert_allclose(found.tree.value, expected.value, rtol=1e-6)
    assert found.tree.fidelity.r2 == pytest.approx(expected.fidelity.r2)
    linear = fit_surrogate("linear", table, odds, seed=0)
    assert found.linear is not None
    assert found.linear.r2 == pytest.approx(linear.fidelity.r2)


def test_a_hidden_slot_is_described_by_the_others(recorded_run: Make) -> None:
    run = recorded_run(surrogate=40, **SMALL)
    found = read_surrogate(run)
    assert found is not None
    name = found.asked.removesuffix(", its place hidden")
    assert name in run.graph.names
    assert found.tree.output.startswith("log-odds of ")
    assert not [column for column in found.tree.names if column.startswith(f"{name} =")]
    assert len(found.tree.names) == run.graph.size - 1
    assert found.tree.fidelity.documents + found.tree.fidelity.held_out == 40


def test_the_page_shows_it_with_what_it_is_worth(recorded_run: Make) -> None:
    run = recorded_run(surrogate=40, **SMALL)
    assert "surrogate" in draw_figures(run)
    page = write_report(run).read_text(encoding="utf-8")
    found = read_surrogate(run)
    assert found is not None
    assert "<h2>Surrogate tree" in page
    assert f"{found.tree.fidelity.held_out} documents held out" in surrogate_line(found)
    assert "a sum of the features has R²" in surrogate_line(found)
    assert "a sum" not in surrogate_line(replace(found, linear=None))


@pytest.mark.parametrize("documents", [0, 5])
def test_without_documents_there_is_none(recorded_run: Make, documents: int) -> None:
    run = recorded_run(surrogate=documents, **SMALL)
    assert read_surrogate(run) is None
    assert "surrogate" not in draw_figures(run)
    assert "<h2>Surrogate tree" not in write_report(run).read_text(encoding="utf-8")


def test_a_model_that_answers_nothing_has_none(causal_run: Make) -> None:
    assert read_surrogate(causal_run(surrogate=40, **SMALL)) is None


def test_mistakes_are_sentences(recorded_run: Make) -> None:
    with pytest.raises(ConfigError, match=r"page\.surrogate=-1 should be at least 0"):
        page_settings({"surrogate": -1})
    run = recorded_run(surrogate=40, **SMALL)
    path = run.folder / FILE
    path.write_text(json.dumps({**json.loads(path.read_text()), "schema": 9}))
    with pytest.raises(ArtefactError, match="schema 9"):
        read_surrogate(run)
