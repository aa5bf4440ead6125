"""How many tests any restricted search needs that finds what ours finds, whatever the data.

A test is a black box here: its answer is known once it has been asked, and no answer follows from
others. Then a search that finds PC-stable's skeleton over the candidates, and what each of its
unshielded triples is, must have asked

- of an edge that stays, every test that PC-stable makes: the set lies in a neighbourhood at the
  order at which it is tested, whatever the answers of that order are, so had it come out
  independent, the edge would be gone;
- of a candidate that goes, one test at least: had all come out dependent, it would be an edge;
- of a pair that is no candidate and ends an unshielded triple, one at least: had all come out
  dependent, the triple would be undecided, and had the one without a conditioning set come out
  independent, a collider.

Those are different tests, as their pairs are different.
"""

from __future__ import annotations

import numpy as np

from causattn.discovery import PCResult


def least_tests(found: PCResult, allowed: np.ndarray) -> int:
    """Return the number of tests that no search with the same answer can do without.

    Parameters
    ----------
    found
        What PC found over the candidates.
    allowed
        bool [p, p], symmetric: the candidates.
    """
    skeleton = found.skeleton
    with_common_neighbour = skeleton.astype(np.int64) @ skeleton > 0
    gone = allowed & ~skeleton
    ends = with_common_neighbour & ~skeleton & ~allowed
    pairs = np.triu(gone | ends, 1)
    return found.tests_of_edges + int(np.count_nonzero(pairs))
