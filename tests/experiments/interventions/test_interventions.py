"""The page of experiments/interventions, from rows by hand."""

import pandas as pd
import pytest

from experiments.interventions.measure import SEEN, _by_network, _turned


def rows() -> pd.DataFrame:
    pairs = {("a", "b"): (0.5, 0.4), ("b", "a"): (0.0, 0.2), ("b", "c"): (-0.3, -0.2)}
    return pd.DataFrame(
        [
            {
                "network": "tiny",
                "model": "left to right, causes first",
                "seed": 0,
                "source": source,
                "target": target,
                "edge": (source, target) != ("b", "a"),
                "true": true,
                "estimate": estimate,
                "seen": true,
            }
            for (source, target), (true, estimate) in pairs.items()
        ]
    )


def test_an_arrow_turned_round_is_found() -> None:
    assert _turned(rows()).tolist() == [False, True, False]


def test_correlation_and_error_by_hand() -> None:
    model, seen = _by_network(rows())
    assert (model["network"], model["pairs"]) == ("tiny", 3)
    assert float(model["root mean square error"]) == pytest.approx((0.06 / 3) ** 0.5, abs=1e-3)
    assert (seen["who is asked"], seen["r"]) == (SEEN, "1.000")
