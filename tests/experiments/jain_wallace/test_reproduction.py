"""All parts on a generated corpus, and what the settings refuse."""

import pytest

from causattn.base import ConfigError, settings_from
from causattn.reproduction import Context, Protocol
from experiments.jain_wallace.measure import reproduce_on
from experiments.jain_wallace.settings import Settings

TINY = {
    "vectors": ["random"],
    "trainings": 2,
    "hidden": 8,
    "embedding": 8,
    "epochs": 3,
    "batch": 8,
    "learning_rate": 0.02,
    "permutations": 20,
    "adversaries": 2,
    "steps": 100,
    "words": 14,
    "label_pairs": 10,
    "word_pairs": 20,
    "bootstrap": 50,
}


def test_all_parts_on_a_generated_corpus(splits, tmp_path):
    settings = settings_from(Settings, TINY, "")
    context = Context(tmp_path, tmp_path, tmp_path / "cache", Protocol())
    found = reproduce_on(splits, "planted", settings, context, full=False)
    names = [figure.name for figure in found.figures]
    assert len(set(names)) == len(names)
    assert {figure.outcome for figure in found.figures} == {"shown"}
    assert len(found.tables["The networks"]) == 6
    assert found.tables["The networks"]["test AUC"].min() > 0.8
    spread = found.tables["Agreement of attention, mean over sentences, by training"]
    assert len(spread) == 6
    assert {"training 0", "training 1"} <= set(spread.columns)
    for path in found.pictures.values():
        assert path.stat().st_size > 10_000
    again = reproduce_on(splits, "planted", settings, context, full=False)
    assert [figure.ours for figure in again.figures] == [figure.ours for figure in found.figures]


def test_tolerances_hold_for_the_full_protocol(splits, tmp_path):
    settings = settings_from(Settings, {**TINY, "trainings": 1}, "")
    context = Context(tmp_path, tmp_path, tmp_path / "cache", Protocol())
    found = reproduce_on(splits, "planted", settings, context, full=True)
    agreed = [figure for figure in found.figures if figure.accept is not None]
    # Planted sentences are not SST: something must be outside.
    assert "gap" in {figure.outcome for figure in agreed}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"encoders": []}, "encoders=\\[\\] must name at least one"),
        ({"vectors": ["random", "random"]}, "each once"),
        ({"vectors": ["fasttext"]}, "vectors"),
        ({"sentences": 3}, "sentences=3"),
        ({"trainings": 0}, "trainings=0"),
        ({"aim": 0.1}, "epsilon=0.05"),
        ({"heads": 3}, "heads"),
    ],
)
def test_a_wrong_setting_is_one_sentence(wrong, said):
    with pytest.raises(ConfigError, match=said) as caught:
        settings_from(Settings, wrong, "")
    assert "\n" not in str(caught.value)
