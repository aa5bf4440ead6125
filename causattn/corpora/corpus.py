"""`Corpus`: documents and what is known of them.

A corpus can know more than its texts: the variables its documents mention, their values, which
characters state them (`Mentions`), an outcome per document, and the true graph.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from causattn.base import DataError, Shown
from causattn.graphs import CausalGraph

POOLED = -1
"""Start and end of a mention that stands for the whole document: the model's pooled position."""


@dataclass(frozen=True)
class Mentions:
    """Which characters of which document carry which variable (or feature).

    Four parallel integer arrays of length m, sorted by document and then by start. ``start`` and
    ``end`` are character offsets into the document's text, end excluded; both are `POOLED` where
    the carrier is the position from which the model pools its output.
    """

    document: np.ndarray
    variable: np.ndarray
    start: np.ndarray
    end: np.ndarray

    def __post_init__(self) -> None:
        columns = {
            name: np.asarray(getattr(self, name), dtype=np.int32)
            for name in ("document", "variable", "start", "end")
        }
        if len({len(column) for column in columns.values()}) != 1:
            raise DataError("The four columns of mentions differ in length; make them parallel.")
        order = np.lexsort((columns["start"], columns["document"]))
        for name, column in columns.items():
            object.__setattr__(self, name, column[order])

    @classmethod
    def empty(cls) -> Mentions:
        """Return no mentions."""
        nothing = np.empty(0, dtype=np.int32)
        return cls(nothing, nothing, nothing, nothing)

    def __len__(self) -> int:
        return len(self.document)

    def renumbered(
        self, documents: np.ndarray | None = None, variables: np.ndarray | None = None
    ) -> Mentions:
        """Return these mentions with new numbers for documents and variables.

        Parameters
        ----------
        documents, variables
            The new number by the old one, -1 where the mentions are left out; None changes none.
        """
        document = self.document if documents is None else documents[self.document]
        variable = self.variable if variables is None else variables[self.variable]
        kept = (document >= 0) & (variable >= 0)
        return Mentions(document[kept], variable[kept], self.start[kept], self.end[kept])

    def of_documents(self, count: int) -> np.ndarray:
        """Return row bounds, int64 [count + 1]: document d has rows ``bounds[d]:bounds[d + 1]``."""
        return np.searchsorted(self.document, np.arange(count + 1))


@dataclass(frozen=True, repr=False)
class Corpus(Shown):
    """Documents and what is known of them.

    Parameters
    ----------
    name
        The corpus in a word, such as ``"asia"``.
    texts
        n documents.
    variables
        Names of the v variables that the documents mention; none for plain text.
    values
        float64 [n, v], the variables' values: the index into `categories` where discrete, the
        number itself where continuous, NaN where unknown. None where there are no variables.
    categories
        Per variable the names of its values, or None where it is continuous.
    mentions
        Which characters carry which variable.
    value_texts
        Per variable the text of a mention for each of its values, so that a document can be
        rewritten with another value in the same slot. None where slots cannot be rewritten.
    mask_texts
        Per variable the text that hides it (a word of the corpus's own vocabulary), None where
        the tokenizer's mask token is to be used.
    outcome, outcome_name, outcome_classes
        float64 [n], one label a document (an index into the classes where there are classes,
        else a number), what it is called, and its classes.
    truth
        The true graph over `variables` (and the outcome, where it is among its names).
    metadata
        n rows of anything else that came with the documents (split, identifier).
    about
        Where it came from, JSON-like: source, checksum, settings.
    """

    name: str
    texts: Sequence[str]
    variables: tuple[str, ...] = ()
    values: np.ndarray | None = None
    categories: tuple[tuple[str, ...] | None, ...] = ()
    mentions: Mentions = field(default_factory=Mentions.empty)
    value_texts: tuple[tuple[str, ...], ...] | None = None
    mask_texts: tuple[str, ...] | None = None
    outcome: np.ndarray | None = None
    outcome_name: str = "outcome"
    outcome_classes: tuple[str, ...] | None = None
    truth: CausalGraph | None = None
    metadata: pd.DataFrame | None = None
    about: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        count = len(self.texts)
        if count < 2:
            raise DataError(
                f"Corpus {self.name} has {count} document{'' if count == 1 else 's'}; a causal "
                "graph over a corpus needs at least 2, add documents."
            )
        for what, rows in (
            ("values", self.values),
            ("outcome", self.outcome),
            ("metadata", self.metadata),
        ):
            if rows is not None and len(rows) != count:
                raise DataError(
                    f"Corpus {self.name} has {count} documents but {len(rows)} rows of {what}; "
                    "give one row a document."
                )

        self._check_variables()

    def _check_variables(self) -> None:
        """Raise where variables, values, categories and mentions do not belong together."""
        width = len(self.variables)
        if width and (self.values is None or self.values.shape[1:] != (width,)):
            raise DataError(
                f"Corpus {self.name} has {width} variables but values of shape "
                f"{None if self.values is None else self.values.shape}; give one column a variable."
            )
        for what, entries in (
            ("categories", self.categories),
            ("value_texts", self.value_texts),
            ("mask_texts", self.mask_texts),
        ):
            if entries is not None and len(entries) != width:
                raise DataError(
                    f"Corpus {self.name} has {width} variables but {len(entries)} entries of "
                    f"{what}; give one a variable."
                )
        mentions = self.mentions
        if not len(mentions):
            return
        if mentions.document[-1] >= len(self.texts) or mentions.variable.max() >= width:
            raise DataError(
                f"Corpus {self.name} has mentions of documents or variables that it lacks; index "
                "both from 0."
            )
        ends = np.array([len(text) for text in self.texts])[mentions.document]
        if np.any((mentions.end > ends) | (mentions.start > mentions.end)):
            raise DataError(
                f"Corpus {self.name} has mentions that reach beyond their documents; give offsets "
                "in characters."
            )

    def __len__(self) -> int:
        return len(self.texts)

    def summary(self) -> dict[str, Any]:
        """Return its name, how many documents it has, and where it came from."""
        return {"name": self.name, "documents": len(self), **self.about}

    def truth_over(
        self, names: Sequence[str], determined: Mapping[str, Sequence[str]] | None = None
    ) -> CausalGraph | None:
        """Return the true graph over the names of features, None where it is over others.

        `determined` are features that are none of them, and which of them determine each.
        """
        return None if self.truth is None else self.truth.over(names, determined)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a document: its text, its variables by name of value, its outcome."""
        columns: dict[str, Any] = {"text": list(self.texts)}
        for k, name in enumerate(self.variables):
            assert self.values is not None
            columns[name] = _named(self.values[:, k], self.categories[k])
        if self.outcome is not None:
            columns[self.outcome_name] = _named(self.outcome, self.outcome_classes)
        return pd.DataFrame(columns)


def _named(values: np.ndarray, names: Sequence[str] | None) -> np.ndarray:
    """Return values by the names of their categories, None where unknown."""
    if names is None:
        return values
    known = np.array([*names, None], dtype=object)
    found: np.ndarray = known[np.where(np.isnan(values), len(names), values).astype(np.int64)]
    return found
