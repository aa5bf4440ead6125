"""A select as scores between classes of keys and classes of queries.

Keys that are seen by the same queries are one class, and so are queries that see the same keys.
Where there is one class of keys alone, nobody has to read the key; the same with queries. With
P[k, q] = 1 where class k is seen by class q, sharpness B and a class as unit vector e,

    score(t, j) = (B P[:, q(t)] - c) . e(k(j)),   0 at the beginning of the document,

where c = B / 2 for gather and mean (what is seen has B / 2, the rest -B / 2: attention goes to the
beginning, where there is no value, only if nothing is seen), and c = B for width (what is seen has
0, as much as the beginning).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causattn.corpora import ProgramDomain, ProgramSelect


@dataclass(frozen=True)
class SelectScores:
    """Classes and who sees whom.

    Parameters
    ----------
    table
        bool [K, Q], whether a class of keys is seen by a class of queries.
    key_class, query_class
        int [k] and [q], the class of each value of the key's and the query's domain.
    """

    table: np.ndarray
    key_class: np.ndarray
    query_class: np.ndarray

    @property
    def reads_key(self) -> bool:
        """Whether there is more than one class of keys."""
        return self.table.shape[0] > 1

    @property
    def reads_query(self) -> bool:
        """Whether there is more than one class of queries."""
        return self.table.shape[1] > 1


def scores_of(select: ProgramSelect, keys: ProgramDomain, queries: ProgramDomain) -> SelectScores:
    """Return the classes of a select.

    A query that can be None sees nothing then, so that it is a class of its own where the others
    see something.
    """
    whole = np.array(
        [[select.holds(key, query) for query in queries.all()] for key in keys.values], dtype=bool
    )
    rows, key_class = np.unique(whole, axis=0, return_inverse=True)
    table, query_class = np.unique(rows, axis=1, return_inverse=True)
    values = query_class.ravel()[: len(queries.values)]
    return SelectScores(table, key_class.ravel(), values)
