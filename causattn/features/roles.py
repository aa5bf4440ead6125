"""Features of kind ``roles``: what part words play in a document, wherever they stand.

*When Mary and John went out, John gave a ring to* has an ``indirect_object`` and a ``subject``; in
the next document the second name may be the first. Which word has a role is said by a column of the
corpus; it is looked for among the corpus's slots, or in the text where there are none. Each later
occurrence is a feature of its own (``subject_2``): what attends to a previous occurrence is a
question of its own. Slots that have no role are features by their own name.

A word that is repeated says the same of its document at every occurrence. Documents cannot keep
such features apart, a model does: what it does with one occurrence is tried on its tokens alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd

from causattn.base import Bounds, ConfigError, DataError, choose
from causattn.corpora import ANSWER, Corpus, Mentions, is_unspaced
from causattn.features.assemble import Columns, Missing, assemble
from causattn.features.checks import Collinear
from causattn.features.contract import FeatureBuilder
from causattn.features.table import BY_DOCUMENT, FeatureKind, FeatureTable
from causattn.features.transfer import known_values, moved


@dataclass(frozen=True)
class RoleSettings:
    """Which roles.

    Parameters
    ----------
    roles
        Columns of the corpus that hold the word of a role, such as subject; where none is named,
        those that the corpus has itself.
    occurrences
        How many occurrences of a role's word are features of their own (subject, subject_2 ...).
        One that some documents lack is left out, and the run says so.
    exclude
        Roles and slots to leave out.
    outcome
        Is the corpus's outcome, if it has one, a feature too?
    missing
        A document without a role: ``"error"``, or ``"drop"`` it and count it.
    collinear
        Features that say the same of every document, as repeated words do: ``"keep"`` them, which
        is for asking a model; ``"drop"`` the later ones and name them; or ``"error"``.
    """

    roles: list[str] = field(default_factory=list)
    occurrences: Annotated[int, Bounds(least=1)] = 2
    exclude: list[str] = field(default_factory=list)
    outcome: bool = True
    missing: Missing = "error"
    collinear: Collinear | Literal["keep"] = "keep"


class Roles(FeatureBuilder):
    """What part words play in a document, wherever they stand: subject, indirect object."""

    name = "roles"
    settings = RoleSettings

    def build(self, settings: RoleSettings, corpus: Corpus, model: Any, seed: int) -> FeatureTable:
        """Return the words of all roles, and the slots that have none, as a table.

        Raises
        ------
        ConfigError
            Where the corpus has neither roles nor slots, or a named column is unknown.
        DataError
            For a word that does not stand in its document, gaps, constant or unseen columns.
        """
        if settings.occurrences < 1:
            raise ConfigError(
                f"features.occurrences={settings.occurrences} leaves no role; give at least 1."
            )
        names = settings.roles or list(corpus.about.get("role_columns") or ())
        if not names and not len(corpus.mentions):
            raise ConfigError(
                f"Corpus {corpus.name} says of no word which role it has; name columns that hold "
                "the word of a role (features.roles=[subject])."
            )
        places, left_out = _places(corpus, names, settings.occurrences)
        for name in settings.exclude:
            choose(name, places, "features.exclude")
        places = {name: own for name, own in places.items() if name not in settings.exclude}
        return assemble(
            corpus,
            _columns(corpus, places),
            {
                "kind": "roles",
                "occurrences_left_out": left_out,
                BY_DOCUMENT: {
                    name: [[place.mention for place in one] for one in own]
                    for name, own in places.items()
                },
            },
            outcome=settings.outcome,
            missing=settings.missing,
            collinear=settings.collinear,
        )

    def transfer(self, table: FeatureTable, corpus: Corpus, model: Any) -> FeatureTable:
        """Return what stands in the same slots of another corpus, such as a null one.

        Raises
        ------
        DataError
            Where the roles were found in running text, whose words stand elsewhere there.
        """
        known: dict[str, list[list[int]]] = table.about[BY_DOCUMENT]
        if any(-1 in one for own in known.values() for one in own):
            raise DataError(
                f"The words of {next(iter(known))} were found in running text, and stand elsewhere "
                f"in corpus {corpus.name}; choose candidates without a null corpus, such as top_k."
            )
        spans = _slots(corpus)
        wanted = [name for name in table.names if name in known]
        columns = _columns(
            corpus,
            {
                name: [
                    [spans[document][k] for k in one] for document, one in enumerate(known[name])
                ]
                for name in wanted
            },
        )
        values = np.full((len(corpus), table.size), np.nan)
        place = np.array([table.names.index(name) for name in wanted])
        values[:, place] = columns.values
        for k, (name, kind) in enumerate(zip(table.names, table.kinds, strict=True)):
            if kind == FeatureKind.OUTPUT:
                values[:, k] = known_values(corpus, name, kind)
        return moved(table, values, columns.carriers.renumbered(variables=place), corpus)


@dataclass(frozen=True)
class _Place:
    """Where a word stands: its characters, and which mention of its document it is.

    ``mention`` and ``variable`` are -1 in running text.
    """

    start: int
    end: int
    mention: int = -1
    variable: int = -1


def _places(
    corpus: Corpus, names: Sequence[str], most: int
) -> tuple[dict[str, list[list[_Place]]], list[str]]:
    """Return where each feature stands in each document, and the occurrences left out."""
    slots = _slots(corpus)
    answer = corpus.variables.index(ANSWER) if ANSWER in corpus.variables else None
    found: dict[str, list[list[_Place]]] = {}
    left_out = []
    taken: list[set[_Place]] = [set() for _ in slots]
    for name in names:
        each = []
        for document, word in enumerate(_words(corpus, name)):
            own = [place for place in slots[document] if place.variable != answer]
            each.append(_occurrences(corpus, document, own, name, word))
        for k in range(min(most, max(len(one) for one in each))):
            own_name = name if k == 0 else f"{name}_{k + 1}"
            if k and not all(len(one) > k for one in each):
                left_out.append(own_name)
                continue
            found[own_name] = [one[k : k + 1] for one in each]
        for used, one in zip(taken, each, strict=True):
            used.update(one)
    for variable, name in enumerate(corpus.variables):
        rest = [
            [place for place in own if place.variable == variable and place not in used]
            for own, used in zip(slots, taken, strict=True)
        ]
        if any(rest):
            found[name] = rest
    return found, left_out


def _slots(corpus: Corpus) -> list[list[_Place]]:
    """Return the mentions of each document."""
    mentions = corpus.mentions
    found: list[list[_Place]] = [[] for _ in range(len(corpus))]
    rows = zip(mentions.document, mentions.start, mentions.end, mentions.variable, strict=True)
    for document, start, end, variable in rows:
        own = found[document]
        own.append(_Place(int(start), int(end), len(own), int(variable)))
    return found


def _words(corpus: Corpus, name: str) -> list[str | None]:
    """Return the word of a role in each document, None where it has none."""
    known = corpus.metadata
    columns = [] if known is None else list(known.columns)
    choose(name, dict.fromkeys(columns), "features.roles")
    assert known is not None
    return [None if pd.isna(word) or not str(word).strip() else str(word) for word in known[name]]


def _occurrences(
    corpus: Corpus, document: int, slots: Sequence[_Place], name: str, word: str | None
) -> list[_Place]:
    """Return where a word stands in a document: its slots, or the text where there are none."""
    if word is None:
        return []
    text, lower = corpus.texts[document], word.strip().lower()
    if len(corpus.mentions):
        found = [place for place in slots if text[place.start : place.end].lower() == lower]
    else:
        before = "" if is_unspaced(lower[0]) else r"(?<!\w)"
        after = "" if is_unspaced(lower[-1]) else r"(?!\w)"
        pattern = re.compile(f"{before}{re.escape(lower)}{after}", re.IGNORECASE)
        found = [_Place(*match.span()) for match in pattern.finditer(text)]
    if not found:
        raise DataError(
            f"Document {document} has {word!r} as its {name}, which does not stand in it; mend the "
            "text or the column, or leave the cell empty (features.missing=drop)."
        )
    return found


def _columns(corpus: Corpus, places: Mapping[str, list[list[_Place]]]) -> Columns:
    """Return features as columns: which word stands at the first place of each."""
    count = len(corpus)
    values = np.full((count, len(places)), np.nan)
    categories: list[tuple[str, ...] | None] = []
    rows = []
    for column, own in enumerate(places.values()):
        values[:, column], names = _values(corpus, [one[0] if one else None for one in own])
        categories.append(names)
        rows += [
            (document, column, place.start, place.end)
            for document, one in enumerate(own)
            for place in one
        ]
    carriers = Mentions(*np.array(rows, dtype=np.int64).reshape(-1, 4).T)
    kinds = (FeatureKind.SLOT,) * len(places)
    return Columns(tuple(places), kinds, values, tuple(categories), carriers)


def _values(
    corpus: Corpus, places: Sequence[_Place | None]
) -> tuple[np.ndarray, tuple[str, ...] | None]:
    """Return the value at a place of each document, [n], and the names of values.

    Where slots are, they have those of all slots that are among the places, so that they are the
    same in a corpus whose values are exchanged.
    """
    slots = sorted({place.variable for place in places if place is not None})
    named = [() if slot < 0 else corpus.categories[slot] for slot in slots]
    if len(slots) == 1 and named[0] is None:
        assert corpus.values is not None
        return corpus.values[:, slots[0]], None
    words = [_word(corpus, document, place) for document, place in enumerate(places)]
    names = tuple(dict.fromkeys(name for own in named for name in own or ()))
    names = names or tuple(sorted({word for word in words if word is not None}))
    code = {word: float(k) for k, word in enumerate(names)}
    return np.array([np.nan if word is None else code[word] for word in words]), names


def _word(corpus: Corpus, document: int, place: _Place | None) -> str | None:
    """Return what stands at a place: the value of its slot, or the text."""
    if place is None:
        return None
    names = None if place.variable < 0 else corpus.categories[place.variable]
    if names is None or corpus.values is None:
        return corpus.texts[document][place.start : place.end]
    return names[int(corpus.values[document, place.variable])]


FEATURES = Roles()
