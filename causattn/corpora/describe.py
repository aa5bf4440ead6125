"""`describe_texts`: what is in a file of texts, before anything is trained.

Which column is the text, the label, a time; the languages, lengths and repetitions; which words a
study would take as features; and whether there is anything to find in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from causattn.base import DataError, held_apart, listed, visible
from causattn.corpora.column_roles import ColumnRoleGuess, column_roles
from causattn.corpora.columns import rows_with_text, variable_from_cells
from causattn.corpora.content_words import content_words_of, group_presence, left_out_sentence
from causattn.corpora.languages import LANGUAGES, language_shares, languages_of
from causattn.corpora.occurrences import find_words
from causattn.corpora.records import read_records
from causattn.corpora.signal import LabelSignal, PairSignal, label_signal, pair_signal

_FEWEST = 50
"""Fewer documents than that are too few, whatever is in them."""
_SHOWN = 12


@dataclass(frozen=True)
class LabelDescription:
    """The label of a file of texts.

    Parameters
    ----------
    name
        Its column.
    classes
        Documents by class, None where it is a number.
    mean, low, high
        Of a number; NaN for classes.
    missing
        Documents without one.
    signal
        How well words predict it; None where too few documents have one.
    """

    name: str
    classes: dict[str, int] | None
    mean: float
    low: float
    high: float
    missing: int
    signal: LabelSignal | None


@dataclass(frozen=True)
class TextsDescription:
    """What is in a file of texts.

    Parameters
    ----------
    path
        The file or folder.
    documents, without_text, repeated
        Rows with a text, rows without, and texts that stand there before.
    columns
        What each column is likely to be.
    text
        The column of the texts.
    label
        The label, None where there is none.
    languages
        Share of the texts by language, the most frequent first; ``"unknown"`` for others.
    words
        Words a document: fewest, median, most (in scripts without spaces, pairs of characters).
    features
        The words that ``features=words`` would take, and in how many documents each stands; of a
        script without spaces also pairs of characters that it leaves out as part of others.
    left_out
        What it would leave out, see `causattn.corpora.ContentWords.left_out`.
    signal
        How many pairs depend on each other.
    """

    path: str
    documents: int
    without_text: int
    repeated: int
    columns: tuple[ColumnRoleGuess, ...]
    text: str
    label: LabelDescription | None
    languages: dict[str, float]
    words: tuple[int, int, int]
    features: dict[str, int]
    left_out: dict[str, Any]
    signal: PairSignal

    @property
    def enough(self) -> bool:
        """Whether there is something to find."""
        return self.documents >= _FEWEST and bool(
            self.signal.found or self.signal.with_label_found or self._predicted
        )

    @property
    def _predicted(self) -> bool:
        return bool(self.label and self.label.signal and self.label.signal.found)

    def sentence(self) -> str:
        """Return in a sentence whether there is something to find."""
        found = self.signal
        if self.documents < _FEWEST:
            return (
                f"Too little to find: {self.documents} documents are too few for a graph; "
                f"{_FEWEST} are the fewest, and some hundreds are better"
            )
        if not self.features:
            return "Too little to find: no word stands in enough of the documents"
        pairs = f"{found.found} of {found.pairs} pairs of words"
        if found.with_label:
            pairs += f" and {found.with_label_found} of {found.with_label} words with the label"
        if self.enough:
            return f"There is something to find: {pairs} depend on each other beyond chance"
        return (
            f"Too little to find: {pairs} depend on each other beyond chance, and with "
            f"{self.documents} documents a difference of {found.smallest:.2f} between two shares "
            "is the smallest that would be seen; more documents may help, and words that stand in "
            "more of them (features.min_share)"
        )

    def lines(self) -> Iterator[str]:
        """Yield it all in words, a line a subject."""
        column = held_apart(self.text)
        yield f"{visible(self.path)}: {self.documents:,} documents in column {column}"
        if self.without_text or self.repeated:
            yield (
                f"Of the rows {self.without_text:,} have no text, and {self.repeated:,} repeat a "
                "text that stands before"
            )
        shares = [
            f"{LANGUAGES.get(code, 'another, or too short')} {share:.0%}"
            for code, share in self.languages.items()
        ]
        yield f"Languages: {', '.join(shares)}"
        fewest, median, most = self.words
        yield f"Words a document: {fewest} to {most}, half of them up to {median}"
        yield from self._columns()
        yield from self._label()
        shown = [f"{held_apart(word)} {count}" for word, count in self.features.items()]
        if shown:
            more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
            yield (
                f"Candidate features (features=words), with documents: "
                f"{', '.join(shown[:_SHOWN])}{more}"
            )
        yield left_out_sentence(self.left_out)
        yield self.sentence()

    def _columns(self) -> Iterator[str]:
        others = [c for c in self.columns if c.role not in ("text", "label")]
        if others:
            said = [f"{visible(c.name)} ({c.role}, {c.distinct} values)" for c in others]
            yield f"Other columns: {listed(said)}"

    def _label(self) -> Iterator[str]:
        label = self.label
        if label is None:
            yield "Label: none; name its column where there is one"
            return
        line = f"Label {held_apart(label.name)}: "
        if label.classes is None:
            line += f"a number from {label.low:g} to {label.high:g}, mean {label.mean:.3g}"
        else:
            line += ", ".join(f"{held_apart(name)} {n}" for name, n in label.classes.items())
        if label.missing:
            line += f", {label.missing} without one"
        if (signal := label.signal) is not None:
            line += (
                f"; words predict {signal.score:.0%} of it, the most frequent class "
                f"{signal.without:.0%}"
                if signal.discrete
                else f"; what words predict has a correlation of {signal.score:.2f} with it"
            )
            line += " (cross-validated" + (")" if signal.found else ", no better than chance)")
        yield line


def describe_texts(
    path: str | Path,
    *,
    text: str | None = None,
    label: str | None = None,
    guess_label: bool = True,
    encoding: str = "utf-8",
    delimiter: str | None = None,
    top: int = 30,
    min_share: float = 0.02,
    max_share: float = 0.8,
) -> TextsDescription:
    """Describe a file or folder of texts; nothing is trained but a regression on words.

    Parameters
    ----------
    path
        As ``corpus.path`` of ``corpus=file``.
    text, label
        Their columns; None to guess.
    guess_label
        Whether a label that is not named is guessed; otherwise there is none.
    encoding, delimiter
        As of ``corpus=file``.
    top, min_share, max_share
        As of ``features=words``.

    Raises
    ------
    DataError
        Where the file cannot be read, or has no texts.
    """
    place = Path(path).expanduser()
    records = read_records(place, encoding, delimiter)
    roles = column_roles(records, text, label, guess_label=guess_label)
    by_role = {guess.role: guess.name for guess in roles if guess.role in ("text", "label")}
    cells = records.column(by_role["text"], "--text")
    rows = rows_with_text(records, by_role["text"], cells, drop_missing=True)
    if not rows:
        raise DataError(
            f"{records.source} has no text in column {by_role['text']}; name another (--text)."
        )
    texts = [str(cells[row]) for row in rows]
    found = find_words(texts)
    languages = languages_of(texts)
    content = content_words_of(found, languages)
    function_words, kept = list[int](), list[int]()
    for word in content.band(min_share, max_share):
        (function_words if content.is_function_word(word) else kept).append(word)
    chosen, wide = kept[:top], [word for word in kept if content.documents[word] >= 5][:500]
    presence = _held(found, [content.forms[word] for word in chosen])
    named = None
    outcome, classes = None, None
    if "label" in by_role:
        outcome, classes = variable_from_cells(records, by_role["label"], "--label", "auto", rows)
        signal = label_signal(
            _held(found, [content.forms[word] for word in wide]), outcome, classes is not None
        )
        named = _label(by_role["label"], outcome, classes, signal)
    lengths = np.bincount(found.document, minlength=len(texts))
    return TextsDescription(
        path=str(path),
        documents=len(texts),
        without_text=len(records) - len(texts),
        repeated=len(texts) - len(set(texts)),
        columns=tuple(roles),
        text=by_role["text"],
        label=named,
        languages=language_shares(texts),
        words=(int(lengths.min()), int(np.median(lengths)), int(lengths.max())),
        features={content.name(word): int(content.documents[word]) for word in chosen},
        left_out=content.left_out(chosen, function_words, max_share),
        signal=pair_signal(presence, outcome, classes is not None),
    )


def _held(found: Any, groups: Sequence[Sequence[int]]) -> np.ndarray:
    """Return which document holds a word of which group, bool [n, g]."""
    if not groups:
        return np.zeros((found.count, 0), dtype=bool)
    held: np.ndarray = group_presence(found, groups).toarray() > 0
    return held


def _label(
    name: str,
    outcome: np.ndarray,
    classes: tuple[str, ...] | None,
    signal: LabelSignal | None,
) -> LabelDescription:
    known = outcome[~np.isnan(outcome)]
    counts = None
    mean = low = high = float("nan")
    if classes is None:
        mean, low, high = float(known.mean()), float(known.min()), float(known.max())
    else:
        numbers = np.bincount(known.astype(int), minlength=len(classes))
        counts = {each: int(n) for each, n in zip(classes, numbers, strict=True)}
    return LabelDescription(name, counts, mean, low, high, len(outcome) - len(known), signal)
