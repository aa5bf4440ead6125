"""Comprehensiveness and sufficiency: what the tokens of highest score are worth to the model.

With p(x) the probability of the explained output on the whole document, p(x without r) the same
with the top tokens r taken away, and p(r) with only these left:

comprehensiveness
    ``p(x) - p(x without r)``, high where the top tokens were needed: DeYoung, Jain, Rajani,
    Lehman, Xiong, Socher and Wallace (2020), "ERASER", section 4, equation 1.
sufficiency
    ``p(x) - p(r)``, **low** where the top tokens are enough: equation 2 there.
normalised
    Carton, Rathore and Tan (2020), "Evaluating and characterizing human rationales", section 4:
    with ``d = p(x) - p(nothing)``, the share of d that taking the top tokens away loses
    (comprehensiveness), and that they keep by themselves (sufficiency, here **high** is good), both
    cut to [0, 1]. Where the model says the same of an empty text, d is 0 and there is nothing to
    share out.

Shares of the tokens are averaged over (ERASER's "area over the perturbation curve").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from causattn.attribution.faithfulness.removal import Erasable
from causattn.attribution.targets import Target, default_target
from causattn.attribution.tokens import TokenAttribution
from causattn.base import ConfigError, generator
from causattn.models import LanguageModel

SHARES = (0.01, 0.05, 0.1, 0.2, 0.5)
"""ERASER's shares of a document's tokens."""


@dataclass(frozen=True)
class Erasure:
    """What taking away and keeping the top tokens does, for n documents and s shares.

    Parameters
    ----------
    shares
        float64 [s].
    whole, nothing
        float64 [n], the probability on the whole document, and with every token taken away.
    without, alone
        float64 [n, s], the probability without the top tokens, and with them alone.
    least_difference
        Documents with ``whole - nothing`` below this have no normalised measures.
    """

    shares: np.ndarray
    whole: np.ndarray
    nothing: np.ndarray
    without: np.ndarray
    alone: np.ndarray
    least_difference: float

    @property
    def comprehensiveness(self) -> np.ndarray:
        """``p(x) - p(x without r)``, mean over the shares, float64 [n]; high is faithful."""
        lost: np.ndarray = (self.whole[:, None] - self.without).mean(1)
        return lost

    @property
    def sufficiency(self) -> np.ndarray:
        """``p(x) - p(r)``, mean over the shares, float64 [n]; low is faithful."""
        lost: np.ndarray = (self.whole[:, None] - self.alone).mean(1)
        return lost

    @property
    def is_normalised(self) -> np.ndarray:
        """Which documents have normalised measures, bool [n]."""
        enough: np.ndarray = self.whole - self.nothing >= self.least_difference
        return enough

    @property
    def normalised_comprehensiveness(self) -> np.ndarray:
        """Share of the output that is lost, mean over the shares, float64 [n]; NaN where none."""
        return self._share(self.whole[:, None] - self.without)

    @property
    def normalised_sufficiency(self) -> np.ndarray:
        """Share of the output that is kept, mean over the shares, float64 [n]; NaN where none."""
        return 1 - self._share(self.whole[:, None] - self.alone)

    def _share(self, lost: np.ndarray) -> np.ndarray:
        difference = np.where(self.is_normalised, self.whole - self.nothing, np.nan)
        share: np.ndarray = np.clip(lost / difference[:, None], 0, 1).mean(1)
        return share


def erasure(
    model: LanguageModel,
    texts: Sequence[str],
    attributions: Sequence[TokenAttribution],
    *,
    target: Target | None = None,
    shares: Sequence[float] = SHARES,
    least_difference: float = 0.05,
    seed: int = 0,
) -> Erasure:
    """Return what the tokens of highest score are worth.

    Parameters
    ----------
    model, texts, target
        As they were explained.
    attributions
        One a text; tokens are ranked by signed score, those that support the output first.
    shares
        Shares of the tokens that get a score; rounded up to whole tokens.
    least_difference
        See `Erasure`.
    seed
        Tokens of equal score are ranked at random, as by this seed.

    Raises
    ------
    ConfigError
        For a share that is not above 0 and at most 1.
    DataError
        Where attributions and texts do not belong together.
    ModelError
        Where the output has no probability (a regression).
    """
    wanted = np.asarray(shares, dtype=float)
    if not len(wanted) or (wanted <= 0).any() or (wanted > 1).any():
        raise ConfigError(f"shares={list(shares)} must lie above 0 and be at most 1.")
    target = replace(default_target(model) if target is None else target, scale="log_probability")
    erasable = Erasable(model, texts, target)
    erasable.check(attributions)
    count, width = len(erasable), len(wanted)
    case = np.repeat(np.arange(count), 2 * width + 2)
    removed = erasable.removals(len(case))
    for number, each in enumerate(attributions):
        own = erasable.explained(number)
        ranked = own[ranking(each.score[own], seed, number)]
        first = number * (2 * width + 2)
        removed[first + 1, own] = True
        for place, share in enumerate(wanted):
            top = ranked[: int(np.ceil(share * len(own) - 1e-9))]
            removed[first + 2 + place, top] = True
            removed[first + 2 + width + place, np.setdiff1d(own, top)] = True
    found = np.exp(erasable.outputs(case, removed)).reshape(count, -1)
    return Erasure(
        wanted,
        found[:, 0],
        found[:, 1],
        found[:, 2 : 2 + width],
        found[:, 2 + width :],
        least_difference,
    )


def ranking(score: np.ndarray, seed: int, number: int) -> np.ndarray:
    """Return places from the highest score to the lowest, equal ones in random order.

    Parameters
    ----------
    score
        float64 [e].
    seed, number
        The run's seed, and the document's number.
    """
    chance = generator(seed, "attribution", "ties", number).random(len(score))
    return np.lexsort((chance, -score))
