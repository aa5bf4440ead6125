"""Documents that discovery has not seen: the search is repeated on some, effects are of the others.

An arrow that was found in a table and an effect that is estimated from the same table are one piece
of evidence. So the search runs once more on half of the documents, and what it draws there is
estimated from the other half. Documents are split, not rows: rows of one document stay together.

========= ==========================================================================================
half      the search is repeated on one half, effects are of the other
cross     and for the arrows that this does not draw, the other way round
none      effects are of all rows, which discovery has seen
========= ==========================================================================================

Half of the documents find fewer arrows, and half of them give intervals wider by the root of two:
that is what the split costs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from causattn.base import CausattnError, DataError, generator
from causattn.corpora import Mentions
from causattn.effects.settings import Split
from causattn.features import FeatureTable
from causattn.graphs import CausalGraph

Search = Callable[[FeatureTable], CausalGraph]
"""From a table to the graph that the study's search finds in it."""
_TRIES = 20


class Unseen(NamedTuple):
    """A graph and rows that its search has not seen; or ``reason``, why there are none."""

    graph: CausalGraph | None
    features: FeatureTable | None
    reason: str = ""


def unseen(split: Split, search: Search, features: FeatureTable, seed: int) -> Iterator[Unseen]:
    """Yield what each repetition of the search finds, with the rows that it has not seen.

    Parameters
    ----------
    split
        How to split the documents.
    search
        Finds a graph in a table.
    features
        The whole table.
    seed
        The run's seed; the halves depend on it alone.
    """
    if split == "none":
        return
    halves = _halves(features, seed)
    if isinstance(halves, str):
        yield Unseen(None, None, halves)
        return
    for searched, held in (halves, halves[::-1])[: 2 if split == "cross" else 1]:
        try:
            yield Unseen(search(searched), held)
        except CausattnError as error:
            yield Unseen(None, None, f"The search on half of the documents failed: {error}")


def rows_of(features: FeatureTable, rows: np.ndarray) -> FeatureTable:
    """Return the table of some rows.

    Parameters
    ----------
    features
        A table.
    rows
        int64 [m], ascending.

    Raises
    ------
    DataError
        Where a feature has the same value in all of them.
    """
    place = np.full(len(features.documents), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    carried = features.carriers
    kept = place[carried.document] >= 0
    return replace(
        features,
        values=features.values[rows],
        documents=features.documents[rows],
        carriers=Mentions(
            place[carried.document[kept]],
            carried.variable[kept],
            carried.start[kept],
            carried.end[kept],
        ),
    )


def _halves(features: FeatureTable, seed: int) -> tuple[FeatureTable, FeatureTable] | str:
    """Return two halves of the documents in which every feature varies, or why there are none."""
    documents = np.unique(features.documents)
    if len(documents) < 4:
        return f"{len(documents)} documents are too few to be split."
    reason = ""
    for number in range(_TRIES):
        drawn = generator(seed, "effects", "split", number).permutation(documents)
        first = np.isin(features.documents, drawn[: len(drawn) // 2])
        try:
            return tuple(rows_of(features, np.flatnonzero(side)) for side in (first, ~first))  # type: ignore[return-value]
        except DataError as error:
            reason = str(error)
    return f"Half of the documents are too few: {reason}"
