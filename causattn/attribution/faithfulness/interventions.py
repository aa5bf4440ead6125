"""Agreement with interventions: what really happens to the output where a token is another one.

The effect of a token is the output on the document less the mean output with the token replaced by
one that stands in the place of a token drawn from other documents: a mean over the tokens of the
texts as they come, where occlusion puts in a token that no text has. Scores are then compared with
effects document by document.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from causattn.attribution.faithfulness.removal import Erasable
from causattn.attribution.targets import Target
from causattn.attribution.tokens import TokenAttribution
from causattn.base import ConfigError, DataError, generator
from causattn.models import LanguageModel, encode_texts


@dataclass(frozen=True)
class InterventionAgreement:
    """How scores agree with effects, for n documents.

    Parameters
    ----------
    rank_correlation
        float64 [n], Spearman's, of the sizes of scores and effects; NaN where all are equal.
    sign_agreement
        float64 [n], the share of the effects' total size on which the score has the same sign; NaN
        where nothing has an effect, and for scores without a negative one in any document (they say
        how much a token matters, not which way).
    error
        float64 [n], half the summed difference of the sizes of scores and effects, each divided by
        its sum: 0 where they agree up to a factor, 1 where they have no token in common. NaN where
        nothing has an effect; 1 where all scores are 0.
    """

    rank_correlation: np.ndarray
    sign_agreement: np.ndarray
    error: np.ndarray


def replacement_effects(
    model: LanguageModel,
    texts: Sequence[str],
    *,
    target: Target | None = None,
    pool: Sequence[str] | None = None,
    draws: int = 16,
    seed: int = 0,
) -> list[TokenAttribution]:
    """Return what replacing each token does to the output, as an attribution of method replacement.

    Parameters
    ----------
    model, texts, target
        As for `causattn.attribution.explain`.
    pool
        Texts whose tokens are put in, as often as they stand there; `texts` where None.
    draws
        Replacements of each token. One that is the token itself changes nothing and counts.
    seed
        The run's seed.

    Raises
    ------
    ConfigError
        For less than two draws, which have no standard error.
    """
    if draws < 2:
        raise ConfigError(f"draws={draws} must be at least 2, so that they have a standard error.")
    erasable = Erasable(model, texts, target)
    encoding = erasable.cases.encoding
    source = encode_texts(model, texts if pool is None else pool)
    tokens = source.ids[~source.special]
    own = [erasable.explained(case) for case in range(len(erasable))]
    case = np.repeat(np.arange(len(own)), [len(places) * draws for places in own])
    position = np.concatenate([np.repeat(places, draws) for places in own])
    ids = np.concatenate(
        [
            generator(seed, "attribution", "replacement", number).choice(
                tokens, len(places) * draws
            )
            for number, places in enumerate(own)
        ]
    )
    every = np.arange(len(own))
    whole = erasable.outputs(every, erasable.removals(len(own)))
    all_gone = erasable.removals(len(own))
    for number, places in enumerate(own):
        all_gone[number, places] = True
    bare = erasable.outputs(every, all_gone)
    change = whole[case] - erasable.replaced(case, position, ids)
    names = model.tokenizer.convert_ids_to_tokens(encoding.ids.tolist())
    found, done = [], 0
    for number, places in enumerate(own):
        low, high = encoding.bounds[number], encoding.bounds[number + 1]
        drawn = change[done : done + len(places) * draws].reshape(len(places), draws)
        done += drawn.size
        score, error = np.zeros(high - low), np.zeros(high - low)
        score[places] = drawn.mean(1)
        error[places] = drawn.std(1, ddof=1) / np.sqrt(draws)
        spans = np.stack([encoding.start[low:high], encoding.end[low:high]], axis=1)
        found.append(
            TokenAttribution(
                document=number,
                tokens=tuple(
                    texts[number][start:end] if start < end else str(name)
                    for name, (start, end) in zip(names[low:high], spans, strict=True)
                ),
                offsets=spans.astype(np.int64),
                score=score,
                target=erasable.cases.readout.words[number],
                output=float(whole[number]),
                baseline=float(bare[number]),
                method="replacement",
                error=error,
            )
        )
    return found


def agreement(scores: Sequence[np.ndarray], effects: Sequence[np.ndarray]) -> InterventionAgreement:
    """Return how scores agree with effects.

    Parameters
    ----------
    scores, effects
        For each document float64 [e], parallel: of tokens, words or any other units.

    Raises
    ------
    DataError
        Where scores and effects are not parallel.
    """
    if [len(each) for each in scores] != [len(each) for each in effects]:
        raise DataError("Scores and effects are of different units; give one of each a unit.")
    signed = any((each < 0).any() for each in scores)
    rows = [_agreement(*pair, signed) for pair in zip(scores, effects, strict=True)]
    columns = np.array(rows, dtype=float).reshape(len(rows), 3)
    return InterventionAgreement(columns[:, 0], columns[:, 1], columns[:, 2])


def _agreement(score: np.ndarray, effect: np.ndarray, signed: bool) -> tuple[float, float, float]:
    """Return the three figures of one document."""
    size, real = np.abs(score), np.abs(effect)
    total = real.sum()
    if not total:
        return np.nan, np.nan, np.nan
    correlation = np.nan
    if np.ptp(size) and np.ptp(real):
        correlation = float(np.corrcoef(rankdata(size), rankdata(real))[0, 1])
    same = float(real[np.sign(score) == np.sign(effect)].sum() / total) if signed else np.nan
    error = 0.5 * np.abs(size / size.sum() - real / total).sum() if size.sum() else 1.0
    return correlation, same, float(error)
