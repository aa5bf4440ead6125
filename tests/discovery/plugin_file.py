"""A plugin: an algorithm, an independence test and a score, each about as short as they get."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from causattn.discovery import (
    CONTINUOUS,
    Algorithm,
    Capability,
    IndependenceTest,
    RunSettings,
    Score,
)
from causattn.graphs import CausalGraph


@dataclass(frozen=True, kw_only=True)
class StrongestSettings(RunSettings):
    """Settings of the strongest correlations.

    Parameters
    ----------
    threshold
        Smallest absolute correlation of an edge.
    """

    kind: str = "strongest"
    threshold: float = 0.5


class Strongest(Algorithm):
    """Pairs whose correlation exceeds a threshold."""

    name = "strongest"
    settings = StrongestSettings
    capability = Capability(data_kinds=CONTINUOUS)
    paper = "nobody"

    def run(self, problem, settings):
        """Return the pairs as undirected edges."""
        strong = abs(np.corrcoef(problem.data.values.T)) > settings.threshold
        np.fill_diagonal(strong, val=False)
        return CausalGraph.from_adjacency(
            strong,
            problem.data.names,
            direction="from row to column",
            kind="cpdag",
            algorithm=f"strongest (above {settings.threshold:g})",
        )


class Spearman(IndependenceTest):
    """Rank correlation, partial ones by regression of the ranks."""

    name = "spearman"
    data_kinds = CONTINUOUS

    def on(self, data):
        """Return the test of these data."""
        ranks = stats.rankdata(data.values, axis=0)
        ranks -= ranks.mean(axis=0)

        def p_value(x, y, given):
            z = ranks[:, list(given)]
            left = ranks[:, [x, y]] - z @ np.linalg.lstsq(z, ranks[:, [x, y]], rcond=None)[0]
            return stats.pearsonr(left[:, 0], left[:, 1]).pvalue

        return p_value


class Likelihood(Score):
    """Gaussian log-likelihood at a price a parent."""

    name = "likelihood"
    data_kinds = CONTINUOUS

    def on(self, data, settings):
        """Return the score of these data."""
        return Families(data.values - data.values.mean(axis=0), settings.penalty)


class Families:
    """Local scores of centred data."""

    def __init__(self, values, penalty):
        self.values, self.price = values, penalty * np.log(len(values))

    def local_score(self, node, parents):
        """Return the score of a column with its parents."""
        x, y = self.values[:, list(parents)], self.values[:, node]
        left = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
        return -len(y) / 2 * np.log(left @ left) - self.price * len(parents)


ALGORITHM = Strongest()
TEST = Spearman()
SCORE = Likelihood()
