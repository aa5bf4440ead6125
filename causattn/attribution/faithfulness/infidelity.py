"""Infidelity: do scores add up to what taking tokens away really does?

Yeh, Hsieh, Suggala, Inouye and Ravikumar (2019), "On the (in)fidelity and sensitivity of
explanations", definition 2.1:

    infidelity = mean over I of (I . score - (f(x) - f(x - I)))^2

Here the input is which tokens are there, all ones, and I is 1 on a random set of tokens that is
taken away: its size is uniform, and each set of a size is as likely. Scores of another unit than
the output's (attention, saliency) are given the factor that suits them best first, as section 4
there does; the share of the mean squared change that is then explained lies in [0, 1].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from causattn.attribution.faithfulness.removal import Erasable
from causattn.attribution.targets import Target
from causattn.attribution.tokens import TokenAttribution
from causattn.base import ConfigError, generator
from causattn.models import LanguageModel


@dataclass(frozen=True)
class Infidelity:
    """How far scores are from the changes they should add up to, for n documents.

    Parameters
    ----------
    infidelity
        float64 [n], mean squared error, in the output's unit squared.
    scaled
        float64 [n], the same after the best factor for each document.
    explained
        float64 [n], the share of the mean squared change that the scaled scores explain; NaN where
        nothing changes.
    """

    infidelity: np.ndarray
    scaled: np.ndarray
    explained: np.ndarray


def infidelity(
    model: LanguageModel,
    texts: Sequence[str],
    attributions: Sequence[TokenAttribution],
    *,
    target: Target | None = None,
    draws: int = 50,
    seed: int = 0,
) -> Infidelity:
    """Return the infidelity of attributions.

    Parameters
    ----------
    model, texts, target
        As they were explained.
    attributions
        One a text.
    draws
        Sets of tokens that are taken away, for each document.
    seed
        Of the sets, which are the same whatever attributions are judged.

    Raises
    ------
    ConfigError
        For less than one draw.
    DataError
        Where attributions and texts do not belong together.
    """
    if draws < 1:
        raise ConfigError(f"draws={draws} must be at least 1.")
    erasable = Erasable(model, texts, target)
    erasable.check(attributions)
    count = len(erasable)
    case = np.repeat(np.arange(count), draws + 1)
    removed = erasable.removals(len(case))
    predicted = np.zeros((count, draws))
    for number, each in enumerate(attributions):
        own = erasable.explained(number)
        sets = token_sets(len(own), draws, seed, number)
        first = number * (draws + 1) + 1
        removed[first : first + draws, own] = sets
        predicted[number] = sets @ each.score[own]
    found = erasable.outputs(case, removed).reshape(count, draws + 1)
    changed = found[:, :1] - found[:, 1:]
    square = (predicted**2).mean(1)
    factor = np.divide((predicted * changed).mean(1), square, out=np.zeros(count), where=square > 0)
    scaled = ((factor[:, None] * predicted - changed) ** 2).mean(1)
    whole = (changed**2).mean(1)
    return Infidelity(
        ((predicted - changed) ** 2).mean(1),
        scaled,
        1 - np.divide(scaled, whole, out=np.full(count, np.nan), where=whole > 0),
    )


def token_sets(tokens: int, draws: int, seed: int, number: int) -> np.ndarray:
    """Return random sets of a document's tokens, bool [draws, tokens], none of them empty.

    Parameters
    ----------
    tokens
        How many there are.
    draws
        How many sets.
    seed, number
        The run's seed, and the document's number.
    """
    rng = generator(seed, "attribution", "infidelity", number)
    size = rng.integers(1, tokens + 1, size=draws)
    place = rng.permuted(np.tile(np.arange(tokens), (draws, 1)), axis=1)
    chosen: np.ndarray = place < size[:, None]
    return chosen
