"""What an explainer says of one document: a score for each token, and for each word."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from causattn.base import DataError, Shown
from causattn.corpora import find_words


@dataclass(frozen=True, repr=False)
class WordAttribution(Shown):
    """Scores of a document's words.

    Parameters
    ----------
    words
        The w words as they are written, in their order.
    offsets
        int64 [w, 2], the characters that each covers, end excluded.
    score
        float64 [w], the sum of the scores of the word's tokens.
    error
        float64 [w], standard errors with those of a word's tokens taken as independent; None where
        the method draws nothing.
    """

    words: tuple[str, ...]
    offsets: np.ndarray
    score: np.ndarray
    error: np.ndarray | None = None

    def summary(self) -> dict[str, Any]:
        """Return how many words there are, and the sum of their scores."""
        return {"words": len(self.words), "sum of the scores": float(self.score.sum())}

    def to_frame(self) -> pd.DataFrame:
        """Return one row a word, see `frame`."""
        return self.frame()

    def frame(self) -> pd.DataFrame:
        """Return one row a word: word, start, end, score, error (NaN where there is none)."""
        error = np.full(len(self.words), np.nan) if self.error is None else self.error
        return pd.DataFrame(
            {
                "word": list(self.words),
                "start": self.offsets[:, 0],
                "end": self.offsets[:, 1],
                "score": self.score,
                "error": error,
            }
        )


@dataclass(frozen=True, repr=False)
class TokenAttribution(Shown):
    """One explanation: of one document, for one target.

    Parameters
    ----------
    document
        Which of the texts given.
    tokens
        The t tokens: the characters that each covers, or its name where it covers none.
    offsets
        int64 [t, 2], the characters that each covers, end excluded; (0, 0) for special tokens.
    score
        float64 [t], positive where the token raises the target's output; 0 for special tokens and
        for tokens that were hidden in order to ask for them.
    target
        The output in words, such as ``"logit of class positive"``.
    output
        The output on the whole document.
    baseline
        The output with every token that has a score replaced by the baseline's token.
    method
        The explainer.
    error
        float64 [t], standard error of the score by the method's own draws; None where it draws
        nothing.
    text
        The document, where it is kept.
    """

    document: int
    tokens: tuple[str, ...]
    offsets: np.ndarray
    score: np.ndarray
    target: str
    output: float
    baseline: float
    method: str
    error: np.ndarray | None = None
    text: str | None = None

    def summary(self) -> dict[str, Any]:
        """Return the text, the method, what is explained, and its value with and without words."""
        return {
            "text": self.text,
            "method": self.method,
            "explained": self.target,
            "on the text": self.output,
            "on the baseline": self.baseline,
        }

    def to_frame(self) -> pd.DataFrame:
        """Return one row a word, see `WordAttribution.frame`."""
        return self.words().frame()

    def _repr_html_(self) -> str:
        """Show the words, blue where they raise the output and red where they lower it."""
        found, text = self.words(), self.text or ""
        most = max(float(np.abs(found.score).max(initial=0.0)), 1e-12)
        shown, reached = [], 0
        for (low, high), score in zip(found.offsets.tolist(), found.score.tolist(), strict=True):
            colour = "0, 97, 156" if score > 0 else "184, 53, 42"
            shown += [
                html.escape(text[reached:low]),
                f'<span title="{score:.4g}" style="background: rgba({colour}, '
                f'{0.7 * abs(score) / most:.2f})">{html.escape(text[low:high])}</span>',
            ]
            reached = high
        said = f"{self.method}: {self.target} = {self.output:.3g} ({self.baseline:.3g} without)"
        words = "".join(shown) + html.escape(text[reached:])
        return f'<p dir="auto">{words}</p><p><small>{html.escape(said)}</small></p>'

    def words(self, text: str | None = None) -> WordAttribution:
        """Return the scores of words, in any script; their sum is that of the tokens.

        A word is the shortest stretch of text that cuts neither a word (see
        `causattn.corpora.find_words`; a single character in scripts without spaces) nor a token.
        What stands between words, such as a comma, counts as a word where it has a token.

        Parameters
        ----------
        text
            The document, where it was not kept.

        Raises
        ------
        DataError
            Where there is no text.
        """
        text = self.text if text is None else text
        if text is None:
            raise DataError("This explanation keeps no text; hand it over: words(text).")
        found = find_words([text], unspaced="characters")
        owned = np.flatnonzero(self.offsets[:, 0] < self.offsets[:, 1])
        tokens = self.offsets[owned]
        spans = merged_spans(np.concatenate([np.stack([found.start, found.end], 1), tokens]))
        holds = np.unique(np.searchsorted(spans[:, 0], tokens[:, 0], side="right") - 1)
        offsets = spans[holds]
        # A token that is but a space belongs to the word that it stands before.
        row = np.searchsorted(offsets[:, 0], self.offsets[:, 0], side="right") - 1
        row = row.clip(min=0)
        score = np.bincount(row, self.score, minlength=len(holds))
        error = None
        if self.error is not None:
            error = np.sqrt(np.bincount(row, self.error**2, minlength=len(holds)))
        words = tuple(text[low:high] for low, high in offsets.tolist())
        return WordAttribution(words, offsets, score, error)


def merged_spans(spans: np.ndarray) -> np.ndarray:
    """Return stretches that share characters as one, int64 [s, 2], ascending.

    Parameters
    ----------
    spans
        Integer [n, 2], starts and ends (excluded), none empty; those that only touch stay apart.
    """
    spans = np.asarray(spans, dtype=np.int64).reshape(-1, 2)
    spans = spans[np.lexsort((spans[:, 1], spans[:, 0]))]
    reach = np.maximum.accumulate(spans[:, 1])
    opens = np.ones(len(spans), dtype=bool)
    opens[1:] = spans[1:, 0] >= reach[:-1]
    starts = np.flatnonzero(opens)
    ends = np.append(starts[1:], len(spans)) - 1 if len(spans) else starts
    return np.stack([spans[starts, 0], reach[ends]], axis=1)
