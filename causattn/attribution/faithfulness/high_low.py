"""High against low attention: do the words that a model attends to most move its output most?

Every word of a text is replaced (`replacement_effects`), and the size of what that does to the
output is set beside the attention that the place which is read pays to the word. Two figures of
each text:

    tau = mean effect of the most attended words - mean effect of the least attended ones

over a share of the text's words on each side, in the output's unit; and Kendall's tau-b between
attention and effect over all words, as in Jain and Wallace (2019), "Attention is not explanation",
NAACL, section 4.1. Effects are taken by size, since attention has no sign.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import kendalltau
from scipy.stats import t as student

from causattn.attribution.explain import explain
from causattn.attribution.faithfulness.interventions import replacement_effects
from causattn.attribution.faithfulness.removal import Erasable
from causattn.attribution.targets import Target
from causattn.attribution.tokens import TokenAttribution
from causattn.base import ConfigError, DataError, Shown
from causattn.models import LanguageModel

HIGH, LOW, BETWEEN = "high", "low", ""


@dataclass(frozen=True)
class TextTau:
    """High against low attention in one text.

    Parameters
    ----------
    text, target
        The text, and the output in words.
    output
        The output on the whole text.
    words, offsets
        The w words that can be replaced, and int64 [w, 2], the characters of each.
    attention
        float64 [w], paid to each word from where the output is read.
    effect, error
        float64 [w], the output less its mean with the word replaced, and its standard error.
    side
        ``"high"`` for the most attended words, ``"low"`` for the least attended, else empty.
    """

    text: str
    target: str
    output: float
    words: tuple[str, ...]
    offsets: np.ndarray
    attention: np.ndarray
    effect: np.ndarray
    error: np.ndarray
    side: tuple[str, ...]

    @property
    def tau(self) -> float:
        """Mean size of the effects of the most attended words less that of the least attended."""
        return self.mean(HIGH) - self.mean(LOW)

    @property
    def kendall(self) -> float:
        """Kendall's tau-b of attention and sizes of effects; NaN where all of one are equal."""
        return float(kendalltau(self.attention, np.abs(self.effect)).statistic)

    def mean(self, side: str) -> float:
        """Return the mean size of the effects of a side's words."""
        return float(np.abs(self.effect)[np.array(self.side) == side].mean())


@dataclass(frozen=True, repr=False)
class AttentionTau(Shown):
    """High against low attention, over n texts.

    Parameters
    ----------
    texts
        What was found in each.
    share
        Of a text's words that are high, and that are low.
    """

    texts: tuple[TextTau, ...]
    share: float

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def tau(self) -> tuple[float, float, float]:
        """The mean of the texts' tau, and the ends of its 95% interval (NaN for one text)."""
        return _mean([each.tau for each in self.texts])

    @property
    def kendall(self) -> tuple[float, float, float]:
        """The mean of the texts' Kendall tau, and the ends of its 95% interval."""
        return _mean([each.kendall for each in self.texts])

    @property
    def explained(self) -> str:
        """The output in words."""
        found = {each.target for each in self.texts}
        return found.pop() if len(found) == 1 else "output on each text's own prediction"

    def sentence(self) -> str:
        """Say both figures."""
        high, low = (np.mean([each.mean(side) for each in self.texts]) for side in (HIGH, LOW))
        return (
            f"Replacing one of the most attended words changes the {self.explained} by {high:.3g} "
            f"on average, one of the least attended by {low:.3g}: tau {_interval(self.tau)}. "
            f"Kendall's tau of attention and effect {_interval(self.kendall)}."
        )

    def summary(self) -> dict[str, Any]:
        """Return both figures with their intervals, and of how many texts they are."""
        return {
            "texts": len(self),
            "explained": self.explained,
            "high and low": f"{self.share:.0%} of the words each",
            "tau": _interval(self.tau),
            "Kendall's tau": _interval(self.kendall),
        }

    def to_frame(self) -> pd.DataFrame:
        """Return one row a word: text (its number), word, attention, effect, error, side."""
        return pd.DataFrame(
            [
                (number, word, *values, side)
                for number, each in enumerate(self.texts)
                for word, *values, side in zip(
                    each.words, each.attention, each.effect, each.error, each.side, strict=True
                )
            ],
            columns=["text", "word", "attention", "effect", "error", "side"],
        )

    def _repr_html_(self) -> str:
        """Show the sentence above the table."""
        return f"<p>{html.escape(self.sentence())}</p>{super()._repr_html_()}"


def attention_tau(
    model: LanguageModel,
    texts: str | Sequence[str],
    *,
    target: Target | None = None,
    measure: str = "raw",
    share: float = 1 / 3,
    pool: Sequence[str] | None = None,
    draws: int = 16,
    seed: int = 0,
) -> AttentionTau:
    """Return what replacing the most and the least attended words does to an output.

    Parameters
    ----------
    model, texts, target
        As for `causattn.attribution.explain`.
    measure
        Of attention (`causattn.attention.MEASURES`).
    share
        Of a text's words that count as high, and as low; at least one word each.
    pool, draws, seed
        As for `replacement_effects`: what is put in, how often, and the run's seed.

    Raises
    ------
    ConfigError
        For a share that leaves no room for both sides.
    DataError
        For no text, or one with less than two words that can be replaced.
    """
    if not 0 < share <= 0.5:
        raise ConfigError(f"share={share} must be above 0 and at most .5, so that both sides fit.")
    texts = [texts] if isinstance(texts, str) else list(texts)
    if not texts:
        raise DataError("There is no text to replace words in; give one.")
    paid = explain(model, texts, {"kind": "attention", "measure": measure}, target=target)
    moved = replacement_effects(model, texts, target=target, pool=pool, draws=draws, seed=seed)
    erasable = Erasable(model, texts, target)
    rows = [
        _of_text(text, before, after, erasable.explained(k), share)
        for k, (text, before, after) in enumerate(zip(texts, paid, moved, strict=True))
    ]
    return AttentionTau(tuple(rows), share)


def _of_text(
    text: str,
    paid: TokenAttribution,
    moved: TokenAttribution,
    places: np.ndarray,
    share: float,
) -> TextTau:
    attention, effect = paid.words(text), moved.words(text)
    # A word counts where one of its tokens could be replaced, which a hidden one could not.
    starts = moved.offsets[places, 0]
    row = np.searchsorted(effect.offsets[:, 0], starts, side="right") - 1
    kept = np.unique(row.clip(min=0))
    if len(kept) < 2:
        raise DataError(f"{text!r} has fewer than two words that can be replaced; leave it out.")
    assert effect.error is not None
    count = max(1, int(share * len(kept)))
    order = np.argsort(attention.score[kept], kind="stable")
    side = np.full(len(kept), BETWEEN, dtype=object)
    side[order[:count]], side[order[-count:]] = LOW, HIGH
    return TextTau(
        text,
        moved.target,
        moved.output,
        tuple(effect.words[k] for k in kept),
        effect.offsets[kept],
        attention.score[kept],
        effect.score[kept],
        effect.error[kept],
        tuple(side),
    )


def _mean(values: Sequence[float]) -> tuple[float, float, float]:
    """Return a mean over texts and the ends of its 95% interval, by Student's t."""
    known = np.array([value for value in values if not np.isnan(value)])
    if len(known) < 2:
        return (float(known[0]) if len(known) else np.nan), np.nan, np.nan
    half = student.ppf(0.975, len(known) - 1) * known.std(ddof=1) / np.sqrt(len(known))
    return float(known.mean()), float(known.mean() - half), float(known.mean() + half)


def _interval(found: tuple[float, float, float]) -> str:
    value, low, high = found
    if np.isnan(value):
        return "not defined"
    return f"{value:.3g}" if np.isnan(low) else f"{value:.3g} [{low:.3g}, {high:.3g}]"
