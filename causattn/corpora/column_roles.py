"""What the columns of a file of texts are likely to be: text, label, variable, time, identifier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from causattn.base import DataError
from causattn.corpora.columns import FEW
from causattn.corpora.records import Records, missing
from causattn.corpora.times import times_of

ColumnRole = Literal[
    "text", "label", "variable", "time", "identifier", "constant", "empty", "other"
]

_TEXTS = ("text", "review", "body", "content", "comment", "message", "description", "sentence")
_TEXTS_ZH = ("文本", "评论", "内容", "正文")
_LABELS = ("label", "stars", "rating", "score", "sentiment", "outcome", "target", "class", "y")
_LABELS_ZH = ("标签", "评价", "星级", "评分")
_MOST_CLASSES = 20


@dataclass(frozen=True)
class ColumnRoleGuess:
    """What one column is likely to be.

    Parameters
    ----------
    name
        The column.
    role
        What it is taken for.
    distinct, missing
        Different values, and rows without one.
    """

    name: str
    role: ColumnRole
    distinct: int
    missing: int


def column_roles(
    records: Records,
    text: str | None = None,
    label: str | None = None,
    *,
    guess_label: bool = True,
) -> list[ColumnRoleGuess]:
    """Return what each column is likely to be.

    Parameters
    ----------
    records
        What was read.
    text, label
        Their columns; None to guess: by its name, else the one with the longest cells is the text.
        Only a name makes a label.
    guess_label
        Whether a label that is not named is guessed.

    Raises
    ------
    DataError
        Where a named column is not there, or none could be the text.
    """
    if text is not None:
        records.column(text, "--text")
    if label is not None:
        records.column(label, "--label")
    text = text or _guessed_text(records, label)
    guesses = []
    for name, cells in records.columns.items():
        present = [cell for cell in cells if not missing(cell)]
        distinct = len({str(cell) for cell in present})
        role = _role(name, present, distinct)
        if name in (text, label):
            role = "text" if name == text else "label"
        guesses.append(ColumnRoleGuess(name, role, distinct, len(cells) - len(present)))
    if label is None and guess_label:
        guessed = _guessed_label(guesses)
        guesses = [
            ColumnRoleGuess(g.name, "label", g.distinct, g.missing) if g.name == guessed else g
            for g in guesses
        ]
    return guesses


def _role(name: str, present: Sequence[Any], distinct: int) -> ColumnRole:
    if not present:
        return "empty"
    if distinct == 1:
        return "constant"
    if times_of(present) is not None:
        return "time"
    numeric = all(_is_number(cell) for cell in present)
    if distinct == len(present) and distinct > FEW and (not numeric or "id" in name.lower()):
        return "identifier"
    if numeric or distinct <= max(_MOST_CLASSES, len(present) // 20):
        return "variable"
    return "other"


def _is_number(cell: Any) -> bool:
    if isinstance(cell, bool):
        return False
    try:
        float(cell)
    except (TypeError, ValueError):
        return False
    return True


def _guessed_text(records: Records, label: str | None) -> str:
    """Return the column that is most likely the text."""
    lengths = {}
    for name, cells in records.columns.items():
        words = [c for c in cells if isinstance(c, str) and not missing(c) and not _is_number(c)]
        if words and name != label:
            lengths[name] = sum(map(len, words)) / len(words)
    for wanted in (*_TEXTS, *_TEXTS_ZH):
        for name in lengths:
            if name.lower() == wanted:
                return name
    if not lengths:
        raise DataError(
            f"{records.source} has no column of texts; name it (--text), or use experiment=table "
            "for a table of numbers."
        )
    return max(lengths, key=lambda name: lengths[name])


def _guessed_label(guesses: Sequence[ColumnRoleGuess]) -> str | None:
    """Return the variable whose name is that of a label."""
    for wanted in (*_LABELS, *_LABELS_ZH):
        for guess in guesses:
            if guess.role == "variable" and guess.name.lower() == wanted:
                return guess.name
    return None
