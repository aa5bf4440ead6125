"""Other searches end where their bootstraps take longer than the first one made expect."""

import numpy as np
import pytest

from causattn.base import CausattnError
from causattn.discovery import discover
from causattn.effects import robust


@pytest.fixture
def table(make_table):
    rng = np.random.default_rng(0)
    a, b = (rng.integers(0, 2, 800) for _ in range(2))
    c = np.where(rng.random(800) < 0.9, a | b, 1 - (a | b))
    return make_table((("no", "yes"),) * 3, a=a, b=b, c=c)


@pytest.mark.parametrize(("expected", "within"), [(1e9, None), (0.0, 300.0)])
def test_bootstraps_have_a_limit_while_they_are_made(table, monkeypatch, expected, within):
    asked = []

    def slow(*given, within_s, **more):
        asked.append(within_s)
        raise CausattnError("1 of 7 draws were done after 300 s; ask for fewer")

    monkeypatch.setattr(robust, "edge_frequencies", slow)
    monkeypatch.setattr(robust, "_SHORT", expected)
    found = robust.OtherSearches(discover({"kind": "pc"}, table), table, 7, 30.0, 0)
    assert asked == [within]
    columns = found.columns("a", "c")
    assert columns["robust_reason"].startswith("majority rules: 1 of 7 draws were done")
    assert "discovery_frequency" not in columns
    assert columns["robust_fci"] is not None  # the other search is made all the same
