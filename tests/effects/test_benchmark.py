"""The bound on a hidden cause that is as strong as a measured covariate."""

import numpy as np
import pytest
import statsmodels.api as sm

from causattn.effects import Design
from causattn.effects.benchmark import benchmarked
from causattn.effects.contract import Meaning

NUMBER = Meaning("", "+1", "y", None, 1.0, 1)


def world(rng: np.random.Generator, rows: int, effect: float) -> dict[str, np.ndarray]:
    """A hidden cause that does exactly what x does, which has a weaker companion z."""
    x, z, u = rng.normal(size=(3, rows))
    d = 0.6 * x + 0.2 * z + 0.6 * u + rng.normal(size=rows)
    y = effect * d + 0.7 * x + 0.1 * z + 0.7 * u + rng.normal(size=rows)
    return {"d": d, "y": y, "x": x, "z": z}


@pytest.mark.parametrize("effect", [0.0, 0.5, 0.8])
def test_a_hidden_cause_as_strong_as_the_covariate_is_allowed_for(make_table, effect) -> None:
    """The end of the interval at which the bias is taken off lies at the true effect."""
    design = Design(make_table(**world(np.random.default_rng(0), 100_000, effect)))
    found = benchmarked(design, 0, 1, NUMBER, (2, 3), 0.95)
    assert found is not None
    assert found.covariate == "x"
    assert found.low == pytest.approx(effect, abs=0.02)
    alone = benchmarked(design, 0, 1, NUMBER, (3,), 0.95)
    assert alone is not None
    assert alone.low > found.low  # the weaker covariate hides less


def test_it_is_the_published_bound(make_table) -> None:
    """Cinelli and Hazlett's equations, with partial R2 from statsmodels' t statistics."""
    columns = world(np.random.default_rng(1), 400, 0.3)
    found = benchmarked(Design(make_table(**columns)), 0, 1, NUMBER, (2,), 0.95)
    d, y, x = columns["d"], columns["y"], columns["x"]
    of_d = sm.OLS(d, sm.add_constant(x)).fit()
    of_y = sm.OLS(y, sm.add_constant(np.column_stack([d, x]))).fit()

    def share(fit, k):
        return fit.tvalues[k] ** 2 / (fit.tvalues[k] ** 2 + fit.df_resid)

    treated, outcome = share(of_d, 1), share(of_y, 2)
    r2d = treated / (1 - treated)
    through = treated**2 / (1 - treated) ** 2
    r2y = ((1 + through**0.5) / (1 - through) ** 0.5) ** 2 * outcome / (1 - outcome)
    freedom, error = of_y.df_resid, of_y.bse[1]
    bias = (r2y * r2d / (1 - r2d)) ** 0.5 * error * freedom**0.5
    spread = error * ((1 - r2y) / (1 - r2d) * freedom / (freedom - 1)) ** 0.5
    half = 1.9659 * spread + bias
    assert found is not None
    assert found.low == pytest.approx(of_y.params[1] - half, rel=1e-3)
    assert found.high == pytest.approx(of_y.params[1] + half, rel=1e-3)


def test_without_a_covariate_nothing_is_said(make_table) -> None:
    design = Design(make_table(**world(np.random.default_rng(2), 100, 0.3)))
    assert benchmarked(design, 0, 1, NUMBER, (), 0.95) is None
