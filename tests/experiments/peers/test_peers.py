"""Contestants of several packages, in small: ours, whoever is installed, and one of a file."""

MINE = """
import numpy as np


def empty(values):
    return np.zeros((values.shape[1],) * 2)


def wrong(values):
    raise ValueError("nothing to see")


CONTESTANTS = {
    "mine": ("numpy", "exact", empty),
    "mine, wrong": ("numpy", "exact", wrong),
    "nobody's": ("no_such_package_here", "exact", empty),
}
"""


def test_each_contestant_has_a_row(in_small, tmp_path):
    (tmp_path / "mine.py").write_text(MINE)
    sizes = "sizes={exact: [[5, 6]], lingam: [[4, 4]]}"
    rows, page = in_small("peers", sizes, f"contestants={tmp_path / 'mine.py'}")
    by = {row["contestant"]: row for row in rows}
    assert {"causattn exact", "causal-learn exact", "causattn direct lingam", "mine"} <= set(by)
    assert "nobody's" not in by
    assert by["causattn exact"]["SHD"] == by["causal-learn exact"]["SHD"]
    assert by["causattn direct lingam"]["SHD"] == by["causal-learn direct lingam"]["SHD"]
    assert by["mine"]["SHD"] == 6
    assert by["mine, wrong"]["ended"] == "failed: ValueError: nothing to see"
    assert by["causattn exact"]["cold seconds"] > 0
    assert "cold, seconds" in page
