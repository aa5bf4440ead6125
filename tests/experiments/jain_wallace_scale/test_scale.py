"""First vectors of another scale, and the study of them in small."""

import pytest
import torch

from causattn.reproduction import ExperimentPlan, find_experiment, reproduce
from experiments.jain_wallace.sentences import Vocabulary
from experiments.jain_wallace.vectors import first_vectors


def test_scale_multiplies_random_vectors():
    words = Vocabulary(("a", "b", "c"))
    plain, small = (first_vectors(words, "random", 5, 0, scale) for scale in (1.0, 0.25))
    torch.testing.assert_close(small, plain / 4)
    assert plain.abs().sum() > 0


def test_short_version_has_a_figure_a_scale_and_measure(tmp_path, data_folder):
    if not (data_folder / "sst" / "sst_dataset.csv").is_file():
        pytest.skip("sst/sst_dataset.csv is not in the folder of data sets")
    experiment = find_experiment("jain_wallace_scale")
    settings = experiment.settings(short=True)
    plan = ExperimentPlan(experiment, settings, data_folder, tmp_path / "cache", 0, short=True)
    record, _ = reproduce(plan, tmp_path / "out")
    figures = record.findings.figures
    assert len(figures) == 2 * len(settings.scales)
    assert all(-1 <= figure.ours <= 1 for figure in figures)
    assert len({figure.ours for figure in figures}) == len(figures)
