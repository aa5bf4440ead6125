import json
from dataclasses import dataclass

import pandas as pd
import pytest

from causattn.base import ConfigError, DataError
from causattn.papers import (
    DataFile,
    Figure,
    Findings,
    Paper,
    Work,
    exactly,
    read_outcome,
    reproduce,
    within,
    write_outcome,
)


@dataclass(frozen=True)
class Settings:
    steps: int = 3


def a_paper(data=()):
    def do(settings, work):
        picture = work.folder / "curve.png"
        picture.write_bytes(b"png")
        return Findings(
            figures=[
                within("near", 1.0, 1.0 + settings.steps / 100, 0.03),
                exactly("order", "a b", "b a"),
                Figure("seen", None, 2.5),
            ],
            tables={"Rows": pd.DataFrame({"name": ["a|b"], "value": [float("nan")]})},
            pictures={"A curve": picture},
            remarks=["One thing."],
        )

    return Paper("toy", "Somebody 2020", "A claim.", ("recompute",), Settings, do, data)


@pytest.fixture
def work(tmp_path):
    folder = tmp_path / "scratch"
    folder.mkdir()
    return Work(folder=folder, data=tmp_path / "data", cache=tmp_path / "cache", seed=4)


@pytest.mark.parametrize(
    ("ours", "outcome"), [(1.0, "pass"), (1.03, "pass"), (0.97, "pass"), (1.031, "gap")]
)
def test_figure_passes_within_its_tolerance_edges_included(ours, outcome):
    assert within("x", 1.0, ours, 0.03).outcome == outcome


@pytest.mark.parametrize(
    ("accept", "ours", "outcome", "tolerance"),
    [
        (None, 5.0, "shown", ""),
        ((180.0, None), 179, "gap", "≥ 180"),
        ((180.0, None), 180, "pass", "≥ 180"),
        ((None, 0.0), 0.1, "gap", "≤ 0"),
        ((1.0, 2.0), 1.5, "pass", "1 to 2"),
    ],
)
def test_open_ends_and_figures_only_shown(accept, ours, outcome, tolerance):
    figure = Figure("x", None, ours, accept)
    assert (figure.outcome, figure.tolerance) == (outcome, tolerance)


def test_text_passes_where_it_is_the_same():
    assert exactly("x", "5-8 5-10", "5-8 5-10").outcome == "pass"
    assert exactly("x", "5-8 5-10", "5-10 5-8").outcome == "gap"


def test_zero_tolerance_is_said_to_be_exact():
    assert within("x", 12, 12, 0).tolerance == "exact"
    assert within("x", 0.5, 0.5, 0.01).tolerance == "± 0.01"


def test_outcome_is_written_and_read_back(work, tmp_path):
    outcome, findings = reproduce(a_paper(), {"steps": 2}, work, command="causattn reproduce toy")
    page = write_outcome(outcome, findings, tmp_path / "out")
    text = page.read_text()
    assert "| near | 1 | 1.02 | ± 0.03 | pass | recompute |  |" in text
    assert "a\\|b" in text
    assert "![A curve](toy_curve.png)" in text
    assert "- One thing." in text
    assert (tmp_path / "out" / "toy_curve.png").read_bytes() == b"png"
    back = read_outcome(tmp_path / "out" / "toy.json")
    assert back.figures == outcome.figures
    assert back.tables == {"Rows": [{"name": "a|b", "value": None}]}
    assert (back.seed, back.settings) == (4, {"steps": 2})


def test_short_outcome_never_overwrites_the_full_one(work, tmp_path):
    for short in (False, True):
        outcome, findings = reproduce(a_paper(), {}, work, command="c", short=short)
        write_outcome(outcome, findings, tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"toy.json", "toy_short.json"} <= names
    assert json.loads((tmp_path / "out" / "toy_short.json").read_text())["short"] is True


def test_wrong_setting_is_named(work):
    with pytest.raises(ConfigError, match=r"paper\.stepz is not a setting"):
        reproduce(a_paper(), {"stepz": 2}, work, command="c")


def test_absent_data_is_named_with_its_source_before_anything_is_computed(work):
    wanted = DataFile("toy/rows.csv", "0" * 64, "somebody/toy")
    with pytest.raises(DataError, match=r"no toy/rows\.csv below paths\.data.*somebody/toy"):
        reproduce(a_paper([wanted]), {}, work, command="c")
    path = work.data / "toy" / "rows.csv"
    path.parent.mkdir(parents=True)
    path.write_text("another file")
    with pytest.raises(DataError, match="is not the published file"):
        reproduce(a_paper([wanted]), {}, work, command="c")
