from collections.abc import Callable

import numpy as np
import pytest

from causattn.report.words.truth import chosen_pairs, prevalence, screen_qualities
from causattn.results import Run


def test_quality_is_that_of_the_definition(made_run: Callable[..., Run]) -> None:
    run = made_run()
    assert run.truth is not None
    upper = np.triu_indices(run.truth.size, 1)
    true = run.truth.skeleton()[upper]
    attention, *others = screen_qualities(run)
    assert attention.name == "attention"
    assert [quality.name for quality in others] == ["mutual information", "untrained model"]
    for quality in others:
        strength = run.screens[quality.name.replace(" ", "_")][upper]
        wins = [
            (strength[i] > strength[j]) + 0.5 * (strength[i] == strength[j])
            for i in np.flatnonzero(true)
            for j in np.flatnonzero(~true)
        ]
        assert quality.auc == pytest.approx(np.mean(wins))
        order = np.argsort(-strength)
        hits = np.cumsum(true[order])
        precision = hits / np.arange(1, len(order) + 1)
        assert quality.average_precision == pytest.approx(precision[true[order]].mean())


def test_the_curves_steps_have_the_average_precision_as_area(made_run: Callable[..., Run]) -> None:
    for quality in screen_qualities(made_run()):
        area = float(np.sum(np.diff(quality.recall) * quality.precision[1:]))
        assert area == pytest.approx(quality.average_precision)


def test_the_chosen_pairs(made_run: Callable[..., Run]) -> None:
    run = made_run()
    chosen = chosen_pairs(run)
    assert chosen is not None
    assert chosen.pairs == run.candidates["allowed"].sum() // 2
    assert 0 < chosen.recall <= 1
    assert prevalence(run) == pytest.approx(8 / 28)


def test_without_a_truth_there_is_no_quality(made_run: Callable[..., Run]) -> None:
    run = made_run(with_truth=False)
    assert screen_qualities(run) == []
    assert chosen_pairs(run) is None
