"""The truth of a planted corpus: the label of any values, and which words made a document's label.

A word is a cause of its document's label where it belongs to a smallest set of words whose
rewriting changes the label: one word where one is enough (a counterfactual cause), else the words
that must change together. This is the cause of Halpern and Pearl (2005) of highest responsibility
(Chockler and Halpern 2004, "Responsibility and blame", section 3) in a structure whose one
equation is the rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product

import numpy as np

from causattn.base import CapabilityError
from causattn.corpora.corpus import Corpus


def planted_labels(corpus: Corpus, values: np.ndarray | None = None) -> np.ndarray:
    """Return the labels that the corpus's rule gives, int64 [n], without label noise.

    Parameters
    ----------
    corpus
        A planted corpus, rewritten or not.
    values
        int or float [n, v], the variables' codes; the corpus's own where None.

    Raises
    ------
    CapabilityError
        Where the corpus is not a planted one.
    """
    table, read = _rule(corpus)
    own = corpus.values if values is None else values
    assert own is not None
    labels: np.ndarray = table[tuple(np.asarray(own)[:, read].astype(np.int64).T)]
    return labels


def planted_causes(corpus: Corpus) -> np.ndarray:
    """Return which mentions are causes of their document's label, bool [m].

    The m entries stand beside ``corpus.mentions``.

    Raises
    ------
    CapabilityError
        Where the corpus is not a planted one.
    """
    table, read = _rule(corpus)
    assert corpus.values is not None
    codes = corpus.values[:, read].astype(np.int64)
    of_codes = {key: _smallest_changes(table, key) for key in np.ndindex(*table.shape)}
    is_cause = np.zeros(corpus.values.shape, dtype=bool)
    for row, key in enumerate(map(tuple, codes.tolist())):
        is_cause[row, read] = of_codes[key]
    marked: np.ndarray = is_cause[corpus.mentions.document, corpus.mentions.variable]
    return marked


def planted_roles(corpus: Corpus) -> tuple[str, ...]:
    """Return the role of each variable: cause, decoy, common_cause, confounded or filler.

    Raises
    ------
    CapabilityError
        Where the corpus is not a planted one.
    """
    _rule(corpus)
    return tuple(corpus.about["roles"])


def _rule(corpus: Corpus) -> tuple[np.ndarray, list[int]]:
    """Return the label by the codes of the variables that the rule reads, and those variables."""
    if corpus.about.get("kind") != "planted":
        raise CapabilityError(
            f"Corpus {corpus.name} does not say which words make its labels; take corpus=planted."
        )
    read = [k for k, role in enumerate(corpus.about["roles"]) if role == "cause"]
    return np.array(corpus.about["labels"]), read


def _smallest_changes(table: np.ndarray, codes: Sequence[int]) -> list[bool]:
    """Return which variables are in a smallest set whose rewriting changes the label."""
    width = len(codes)
    for size in range(1, width + 1):
        found = [
            chosen
            for chosen in combinations(range(width), size)
            if any(
                table[_rewritten(codes, chosen, new)] != table[tuple(codes)]
                for new in product(*(range(table.shape[k]) for k in chosen))
            )
        ]
        if found:
            return [any(k in chosen for chosen in found) for k in range(width)]
    return [False] * width


def _rewritten(codes: Sequence[int], chosen: Sequence[int], new: Sequence[int]) -> tuple[int, ...]:
    """Return the codes with those of the chosen variables replaced."""
    changes = dict(zip(chosen, new, strict=True))
    return tuple(changes.get(k, code) for k, code in enumerate(codes))
