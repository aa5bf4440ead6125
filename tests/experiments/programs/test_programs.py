"""The programs' experiment, in small: every screen is ranked against the circuit."""

import numpy as np
import pytest

from causattn.base import forget_plugins
from causattn.circuits import PATH_SCREENS
from experiments.programs.measure import area


@pytest.fixture(scope="module")
def small(in_small):
    return in_small("programs")


def test_programs_are_right_and_their_circuits_exact(small):
    rows, page = small
    programs = [row for row in rows if row["what"] == "program"]
    assert {row["program"] for row in programs} == {"reverse", "count"}
    assert {row["control"] for row in rows} == {"none", "untrained", "permuted"}
    for row in programs:
        if row["control"] != "none":
            continue
        assert (row["wrong"], row["others_moving"]) == (0, 0)
        assert row["edges_moving"] == row["edges"] > 0
    assert "| reverse | 3 | 2 | 96 | 7 |" in page


def test_every_screen_has_its_line_and_interventions_lead(small):
    rows, page = small
    screens = [row for row in rows if row["what"] == "screen" and row["control"] == "none"]
    assert len({row["screen"] for row in screens}) >= 15
    for row in screens:
        assert 0 <= row["auroc"] <= 1
        if row["screen"] in ("ACDC", "path patching"):
            assert row["auroc"] == row["average_precision"] == 1
    lines = page.split("## Leaderboard, sharpness 256")[1].split("## ")[0].splitlines()
    names = [line.split(" | ")[0].strip("| ") for line in lines if line.startswith("| ")][1:]
    assert set(names[:2]) == {"ACDC", "path patching"}
    assert {row["screen"] for row in screens} == set(names)


def test_controls_lose_what_the_weights_and_the_answers_gave(small):
    rows, page = small
    of = {
        (row["program"], row["control"], row["screen"]): row["auroc"]
        for row in rows
        if row["what"] == "screen"
    }
    assert of["reverse", "untrained", "ACDC"] < of["reverse", "none", "ACDC"]
    assert of["reverse", "untrained", "composition of weights"] < 0.8
    # What reads weights alone is none the worse for other documents.
    composed = [of["reverse", each, "composition of weights"] for each in ("permuted", "none")]
    assert composed[0] == composed[1] > 0.8
    assert " | untrained | permuted | " in page


def test_every_screen_of_the_protocol_is_known(small):
    rows, _ = small
    for each in rows[0]["screens"].values():
        assert each["candidates"] in PATH_SCREENS


SCREEN = """
from causattn.circuits.contract import PathScreen


class Alike(PathScreen):
    \"\"\"All paths are alike.\"\"\"

    name = "alike"

    def scores(self, task):
        return task.cases[0].paths.possible.float()[None]


PATH_SCREEN = Alike()
"""


def test_a_screen_of_ones_own_joins_by_a_setting(in_small, tmp_path):
    file = tmp_path / "alike_screen.py"
    file.write_text(SCREEN)
    given = ["programs=[count]", "controls={}", "screens={random: {candidates: random}}"]
    try:
        rows, page = in_small(
            "programs", *given, "screens.alike={candidates: alike}", f"--plugins={file}"
        )
    finally:
        forget_plugins()
    (own,) = (row for row in rows if row.get("screen") == "alike")
    assert own["auroc"] == 0.5
    assert "| alike | " in page


def test_ties_share_their_ranks():
    assert area(np.array([True, False]), np.zeros(2)) == 0.5
    assert np.isnan(area(np.array([True, True]), np.arange(2)))
