"""Searches by score on random graphs, in small."""

import pytest


@pytest.mark.parametrize("name", ["flop", "xges"])
def test_every_contestant_has_a_row_a_graph(in_small, name):
    rows, page = in_small(name, "nodes=12", "rows=300", "graphs=2", *DENSITY[name])
    assert len(rows) % 2 == 0
    by = {row["algorithm"]: row for row in rows}
    assert len(by) == len(rows) // 2
    assert {"GES", "BOSS, 1 start", "ILS, no restart", "ILS, 20 restarts"} <= set(by)
    assert all(0 <= row["SHD"] <= 66 for row in rows)
    assert all((row["SHD"] == 0) == row["exact"] for row in rows)
    assert "ILS, 20 restarts" in page


DENSITY = {"flop": ["degree=4"], "xges": []}
