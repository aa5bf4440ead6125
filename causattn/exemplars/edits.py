"""Minimal edits: the fewest changes of a document after which the model says something else.

All sets of one, two and three edits are tried, smallest first, as long as that is no more than the
budget: what is found is then minimal, and that nothing was found is a fact about all of them.
Beyond that the search is greedy: the edit that brings the output nearest to turning is made, and so
on; edits that turn out not to be needed are taken back. Such contrasts explain what a model looks
for (Ross, Marasovic, Peters 2021, "Explaining NLP Models via Minimal Contrastive Editing", Findings
of ACL). What is reported was read by the model once more, as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import NamedTuple

import numpy as np

from causattn.base import ConfigError
from causattn.exemplars.places import EditPlace

Decide = Callable[[Sequence[str]], np.ndarray]
"""From n texts to what the model says of each, float64 [n, classes]; the largest is its output."""

_CHUNK = 256


@dataclass(frozen=True)
class EditSettings:
    """How far minimal edits are searched.

    Parameters
    ----------
    edits
        Most edits of a document.
    exhaustive
        Up to how many edits all sets are tried.
    tries
        Most texts that the model reads for one document.
    proposals
        Most replacements at one place.
    """

    edits: int = 5
    exhaustive: int = 3
    tries: int = 2000
    proposals: int = 3

    def __post_init__(self) -> None:
        for name in ("edits", "exhaustive", "tries", "proposals"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name}={getattr(self, name)} should be above 0; change it.")


class TextEdit(NamedTuple):
    """Characters `start` to `end` of the original text, `before`, become `after`."""

    start: int
    end: int
    before: str
    after: str


@dataclass(frozen=True)
class MinimalEdits:
    """What has to change in a document for the model to say something else.

    Parameters
    ----------
    text, edited
        The document, and the document after the edits; the same where there are none.
    edits
        In their order in the text; none where none was found.
    before, after
        float64 [classes], what the model says of both.
    minimal
        Whether every smaller set of the edits offered was tried, and fails.
    tried
        Texts read.
    exhausted
        Up to how many edits all sets were tried.
    reason
        Why there are no edits, a sentence; None where there are.
    """

    text: str
    edited: str
    edits: tuple[TextEdit, ...]
    before: np.ndarray
    after: np.ndarray
    minimal: bool
    tried: int
    exhausted: int
    reason: str | None


Choice = tuple[int, int]
"""Which place, and which of its texts."""


def minimal_edits(
    decide: Decide, text: str, places: Sequence[EditPlace], settings: EditSettings | None = None
) -> MinimalEdits:
    """Return the fewest edits of a text that change the model's output.

    Parameters
    ----------
    decide
        What the model says of texts (`label_decision`, `hidden_decision`).
    text
        The document.
    places
        Where it can be edited, and to what; places do not share characters.
    settings
        How far to search.

    Notes
    -----
    Of several sets of the same size, that after which the former output is furthest behind.
    """
    search = _Search(decide, text, places, settings or EditSettings())
    chosen, done = search.exhaustive()
    if chosen is None and not done:
        chosen = search.greedy()
    return search.result(chosen)


class _Search:
    """One document's search."""

    def __init__(
        self, decide: Decide, text: str, places: Sequence[EditPlace], settings: EditSettings
    ) -> None:
        self._decide, self._text, self._places = decide, text, places
        self._settings = settings
        self.tried, self.exhausted = 0, 0
        self._before = np.asarray(decide([text]), dtype=float)[0]
        self._label = int(self._before.argmax())

    def exhaustive(self) -> tuple[tuple[Choice, ...] | None, bool]:
        """Return the smallest set that turns the output, and whether nothing is left to try."""
        sizes = min(self._settings.exhaustive, self._settings.edits, len(self._places))
        for size in range(1, sizes + 1):
            if self.tried + self._count(size) > self._settings.tries:
                return None, False
            best, lead = None, 0.0
            for some in _chunks(self._sets(size)):
                leads = self._leads(some)
                first = int(leads.argmin())
                if leads[first] < lead:
                    best, lead = some[first], float(leads[first])
            self.exhausted = size
            if best is not None:
                return best, True
        return None, sizes == min(self._settings.edits, len(self._places))

    def greedy(self) -> tuple[Choice, ...] | None:
        """Return a set made edit by edit, none of it spare; None where none turns the output."""
        chosen: tuple[Choice, ...] = ()
        for _ in range(min(self._settings.edits, len(self._places))):
            taken = {place for place, _ in chosen}
            options = [
                (*chosen, (place, which))
                for place, each in enumerate(self._places)
                if place not in taken
                for which in range(len(each.texts))
            ]
            options = options[: max(0, self._settings.tries - self.tried)]
            if not options:
                return None
            leads = np.concatenate([self._leads(some) for some in _chunks(iter(options))])
            chosen = options[int(leads.argmin())]
            if leads.min() < 0:
                return self._pruned(chosen)
        return None

    def result(self, chosen: tuple[Choice, ...] | None) -> MinimalEdits:
        """Return what was found, read by the model once more."""
        ordered = tuple(sorted(chosen or ()))
        edited = self._edited(ordered)
        after = np.asarray(self._decide([edited]), dtype=float)[0]
        if chosen is not None and int(after.argmax()) == self._label:
            chosen, ordered, edited, after = None, (), self._text, self._before
        edits = [
            TextEdit(p.start, p.end, self._text[p.start : p.end], p.texts[which])
            for p, which in ((self._places[place], which) for place, which in ordered)
        ]
        return MinimalEdits(
            self._text,
            edited,
            tuple(edits),
            self._before,
            after,
            chosen is not None and len(ordered) <= self.exhausted + 1,
            self.tried,
            self.exhausted,
            None if chosen is not None else self._why_not(),
        )

    def _why_not(self) -> str:
        if not self._places:
            return "The document has no place that could be edited."
        whole = (
            f"all sets of up to {self.exhausted} were tried"
            if self.exhausted
            else "even single edits are too many to try them all"
        )
        return (
            f"No edit of up to {min(self._settings.edits, len(self._places))} of its "
            f"{len(self._places)} places was found to change the output ({self.tried} texts read, "
            f"{whole})."
        )

    def _pruned(self, chosen: tuple[Choice, ...]) -> tuple[Choice, ...]:
        """Return the set without edits that it does not need."""
        for choice in chosen[:-1]:
            rest = tuple(other for other in chosen if other != choice)
            if rest and self._leads([rest])[0] < 0:
                chosen = rest
        return chosen

    def _leads(self, some: Sequence[tuple[Choice, ...]]) -> np.ndarray:
        """Return how far the former output leads the best other one, float64 [n]; below 0: not."""
        said = np.asarray(self._decide([self._edited(tuple(sorted(each))) for each in some]), float)
        self.tried += len(some)
        own = said[:, self._label].copy()
        said = said.copy()
        said[:, self._label] = -np.inf
        lead: np.ndarray = own - said.max(axis=1)
        return lead

    def _edited(self, chosen: tuple[Choice, ...]) -> str:
        """Return the text after edits, which come in their order."""
        pieces, done = [], 0
        for place, which in chosen:
            each = self._places[place]
            pieces += [self._text[done : each.start], each.texts[which]]
            done = each.end
        return "".join([*pieces, self._text[done:]])

    def _count(self, size: int) -> int:
        """Return the number of sets of a size: the elementary symmetric sum of the choices."""
        sums = [1] + [0] * size
        for place in self._places:
            for k in range(size, 0, -1):
                sums[k] += sums[k - 1] * len(place.texts)
        return sums[size]

    def _sets(self, size: int) -> Iterator[tuple[Choice, ...]]:
        """Yield every set of edits of a size."""
        for places in combinations(range(len(self._places)), size):
            for which in product(*(range(len(self._places[k].texts)) for k in places)):
                yield tuple(zip(places, which, strict=True))


def _chunks(sets: Iterator[tuple[Choice, ...]]) -> Iterator[list[tuple[Choice, ...]]]:
    """Yield the sets some at a time."""
    some: list[tuple[Choice, ...]] = []
    for each in sets:
        some.append(each)
        if len(some) == _CHUNK:
            yield some
            some = []
    if some:
        yield some
