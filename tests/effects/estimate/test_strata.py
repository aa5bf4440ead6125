"""The interval of a share: exact coverage by the binomial distribution."""

import numpy as np
import pytest
import scipy.stats

from causattn.effects.estimate.strata import score_interval


@pytest.mark.parametrize("rows", [20, 50, 500])
def test_intervals_of_shares_hold_them(rows: int) -> None:
    """The score interval alone comes down to .84 where less than one event is expected."""
    events = np.arange(rows + 1)
    tail = float(scipy.stats.norm.isf(0.025))
    low, high = score_interval(events / rows, np.full(rows + 1, float(rows)), tail)
    assert np.allclose(low, 1.0 - high[::-1])
    assert (low <= events / rows + 1e-12).all()
    for share in np.linspace(0.2 / rows, 0.5, 200):
        held = (low <= share) & (share <= high)
        assert scipy.stats.binom.pmf(events, rows, share)[held].sum() > 0.92
