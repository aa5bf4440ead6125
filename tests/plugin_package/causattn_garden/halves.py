"""A random half of the rows is left out: does the effect keep its sign?"""

import numpy as np

from causattn.effects import Change, Refutation, Refuter


class Halves(Refuter):
    """A random half of the rows is left out: does the effect keep its sign?"""

    name = "halves"
    paper = "Quenouille (1949), Approximate tests of correlation in time series"
    measure = "spread"
    measure_means = "standard deviation over halves, in standard errors"
    p_means = "share of halves that keep the estimate's sign"
    shared = True

    def draw(self, effect, settings, rng):
        """Leave a half out."""
        times = np.zeros(effect.rows, dtype=np.int64)
        times[rng.permutation(effect.rows)[: effect.rows // 2]] = 1
        return Change(times=times)

    def judge(self, effect, draws, settings, alpha):
        """Pass what keeps its sign in nearly all halves."""
        kept = float(np.mean(np.sign(draws.estimates) == np.sign(effect.estimate)))
        spread = float(np.std(draws.estimates) / effect.standard_error)
        return Refutation(kept, spread, "passed" if kept >= 1 - alpha else "failed")


REFUTER = Halves()
