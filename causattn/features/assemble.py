"""From columns and carriers to a checked `FeatureTable`, the same for every kind of feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from causattn.base import ConfigError, ConfigMistakes, DataError, choose, listed
from causattn.corpora import Corpus, Mentions
from causattn.features.checks import Collinear, checked
from causattn.features.table import FeatureKind, FeatureTable, with_pooled

Missing = Literal["error", "drop"]


@dataclass(frozen=True)
class Columns:
    """Columns over all documents of a corpus, before the checks.

    Parameters
    ----------
    names, kinds, categories
        As in `FeatureTable`.
    values
        float64 [n, f], NaN where unknown.
    carriers
        Which characters carry which column; ``carriers.document`` counts the corpus's documents.
    """

    names: tuple[str, ...]
    kinds: tuple[FeatureKind, ...]
    values: np.ndarray
    categories: tuple[tuple[str, ...] | None, ...]
    carriers: Mentions


def assemble(
    corpus: Corpus,
    columns: Columns,
    about: Mapping[str, Any],
    *,
    outcome: bool,
    missing: Missing,
    collinear: Collinear | Literal["keep"],
    metadata: Sequence[str] = (),
) -> FeatureTable:
    """Return the checked table.

    Parameters
    ----------
    corpus
        The documents.
    columns
        The features over all of them.
    about
        Where they came from.
    outcome
        Whether the corpus's outcome, if it has one, becomes a last column of kind ``output``,
        carried by the pooled position of every document.
    missing, collinear
        What to do with gaps and with dependent columns.
    metadata
        Variables of the corpus that become columns behind the features, carried by no token.

    Raises
    ------
    ConfigError
        Where there are no features, or such a variable is none or has a feature's name.
    DataError
        For gaps, constant, like, dependent or unseen columns.
    """
    if not columns.names:
        raise ConfigError(
            "No feature is left; exclude fewer (features.exclude) or choose another kind of "
            "features."
        )
    if metadata:
        columns = _with_metadata(corpus, columns, metadata)
        about = {**about, **first_of(corpus, metadata)}
    if outcome and corpus.outcome is not None:
        columns = _with_outcome(corpus, columns)
        about = {**about, **last_of(corpus)}
    kept = drop_incomplete(columns.values, columns.names, columns.kinds, missing)
    mistakes = ConfigMistakes()
    try:
        columns, constant = _without_constant(columns, kept, collinear)
    except DataError as error:
        mistakes.note(error)
        columns, constant = _without_constant(columns, kept, "drop")  # what else is there?
    if constant:
        about = {**about, "dropped_constant": constant}
    row = np.full(len(corpus), -1)
    row[kept] = np.arange(len(kept))
    table = FeatureTable(
        names=columns.names,
        kinds=columns.kinds,
        values=_rows(columns.values, kept),
        categories=columns.categories,
        carriers=columns.carriers.renumbered(documents=row),
        documents=kept.astype(np.int64),
        about={**about, "corpus": corpus.name, "dropped_documents": len(corpus) - len(kept)},
    )
    with mistakes.noted():
        table = checked(table, collinear)
    mistakes.raise_all()
    return table


def _rows(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return some rows, which are not copied where they are all."""
    return values if len(rows) == len(values) else values[rows]


def _without_constant(
    columns: Columns, rows: np.ndarray, collinear: Collinear | Literal["keep"]
) -> tuple[Columns, list[str]]:
    """Return the columns without those that are the same in all rows, and the names of these.

    Raises
    ------
    DataError
        Naming all of them, where they are not to be dropped.
    """
    values = _rows(columns.values, rows)
    varies = (values != values[:1]).any(axis=0) if len(values) else np.ones(values.shape[1], bool)
    names = [name for name, moves in zip(columns.names, varies, strict=True) if not moves]
    if not names:
        return columns, []
    outcome = [
        name
        for name, kind in zip(columns.names, columns.kinds, strict=True)
        if kind == FeatureKind.OUTPUT
    ]
    if collinear != "drop" or len(names) == len(columns.names) or {*names} & {*outcome}:
        one = len(names) == 1
        exclude = ",".join(names) if len(names) <= 8 else "..."
        raise DataError(
            f"Feature{'' if one else 's'} {listed(names)} {'has' if one else 'have'} the same "
            "value in every document and cannot be cause or effect of anything; leave "
            f"{'it' if one else 'them'} out (features.exclude=[{exclude}]) or set "
            "features.collinear=drop; more: causattn explain errors.constant."
        )
    place = np.where(varies, np.cumsum(varies) - 1, -1)
    kept = np.flatnonzero(varies)
    found = Columns(
        tuple(columns.names[k] for k in kept),
        tuple(columns.kinds[k] for k in kept),
        columns.values[:, kept],
        tuple(columns.categories[k] for k in kept),
        columns.carriers.renumbered(variables=place),
    )
    return found, names


def chosen_variables(
    corpus: Corpus, include: Sequence[str], exclude: Sequence[str], kind: str
) -> list[int]:
    """Return the corpus's variables to use: those included (all, where none is), less the excluded.

    Raises
    ------
    ConfigError
        Where the corpus has no variables, or a name is none of them.
    """
    if not corpus.variables:
        raise ConfigError(
            f"features.kind={kind} needs a corpus with variables, and {corpus.name} has none; use "
            "features=words, or name columns to take as variables (corpus.columns)."
        )
    index = {name: k for k, name in enumerate(corpus.variables)}
    wanted = [choose(name, index, "features.include") for name in include] or list(index.values())
    unwanted = {choose(name, index, "features.exclude") for name in exclude}
    return [variable for variable in dict.fromkeys(wanted) if variable not in unwanted]


def check_outcome(corpus: Corpus, names: Sequence[str]) -> None:
    """Raise where a corpus's outcome cannot stand beside the features `names`.

    Raises
    ------
    ConfigError
        Where a feature has the outcome's name.
    DataError
        Where the outcome is the same everywhere.
    """
    assert corpus.outcome is not None
    if corpus.outcome_name in names:
        raise ConfigError(
            f"The outcome and a feature are both called {corpus.outcome_name}; leave one out "
            f"(features.outcome=false or features.exclude=[{corpus.outcome_name}])."
        )
    known = corpus.outcome[~np.isnan(corpus.outcome)]
    if len(np.unique(known)) < 2:
        raise DataError(
            f"The outcome {corpus.outcome_name} of corpus {corpus.name} is the same in every "
            "document that has one; set features.outcome=false or another corpus.label."
        )


def last_of(corpus: Corpus) -> dict[str, list[str]]:
    """Return the entry of `FeatureTable.about` that says that the outcome follows from the others.

    It is assumed of texts whose making is not known; where the truth is, nothing is assumed, so
    that a search is judged by what it finds.
    """
    return {} if corpus.truth is not None else {"last": [corpus.outcome_name]}


def first_of(corpus: Corpus, metadata: Sequence[str]) -> dict[str, list[str]]:
    """Return the entry of `FeatureTable.about` that says that metadata precede the text's features.

    When, where and by whom a text was written is settled before it is. As of `last_of`, nothing is
    assumed where the truth is known.
    """
    return {} if corpus.truth is not None else {"first": list(metadata)}


def _with_metadata(corpus: Corpus, columns: Columns, metadata: Sequence[str]) -> Columns:
    """Return the columns with these variables of the corpus behind them."""
    if not corpus.variables:
        raise ConfigError(
            f"features.metadata=[{','.join(metadata)}] names variables of the corpus, and "
            f"{corpus.name} has none; name the columns in corpus.columns as well."
        )
    index = {name: k for k, name in enumerate(corpus.variables)}
    wanted = [choose(name, index, "features.metadata") for name in dict.fromkeys(metadata)]
    names = [corpus.variables[variable] for variable in wanted]
    if both := [name for name in names if name in columns.names]:
        raise ConfigError(
            f"{listed(both)} {'is' if len(both) == 1 else 'are'} a feature of the texts and in "
            "features.metadata; leave out one of them (features.exclude, features.metadata)."
        )
    assert corpus.values is not None
    return Columns(
        names=(*columns.names, *names),
        kinds=(*columns.kinds, *(FeatureKind.METADATA for _ in names)),
        values=np.column_stack([columns.values, corpus.values[:, wanted]]),
        categories=(*columns.categories, *(corpus.categories[variable] for variable in wanted)),
        carriers=columns.carriers,
    )


def _with_outcome(corpus: Corpus, columns: Columns) -> Columns:
    """Return the columns with the outcome behind them."""
    assert corpus.outcome is not None
    check_outcome(corpus, columns.names)
    return Columns(
        names=(*columns.names, corpus.outcome_name),
        kinds=(*columns.kinds, FeatureKind.OUTPUT),
        values=np.column_stack([columns.values, corpus.outcome]),
        categories=(*columns.categories, corpus.outcome_classes),
        carriers=with_pooled(columns.carriers, [len(columns.names)], len(corpus)),
    )


def drop_incomplete(
    values: np.ndarray, names: Sequence[str], kinds: Sequence[FeatureKind], missing: Missing
) -> np.ndarray:
    """Return the documents to keep, int64: all, or those without a gap where gaps are dropped.

    Raises
    ------
    DataError
        Where there are gaps and they are not to be dropped, or nothing would be left.
    """
    gaps = np.isnan(values)
    if gaps.any() and missing == "error":
        column = int(np.flatnonzero(gaps.any(axis=0))[0])
        without = {
            FeatureKind.OUTPUT: "features.outcome=false",
            FeatureKind.METADATA: f"leave {names[column]} out of features.metadata",
        }.get(kinds[column], f"features.exclude=[{names[column]}]")
        raise DataError(
            f"Feature {names[column]} is missing (NaN) in {int(gaps[:, column].sum())} of "
            f"{len(values)} documents; set features.missing=drop to leave those out, or {without}."
        )
    kept = np.flatnonzero(~gaps.any(axis=1))
    if len(kept) < 2:
        raise DataError(
            f"Of {len(values)} documents {len(kept)} have all {len(names)} features; exclude those "
            "with many gaps (features.exclude=[...])."
        )
    return kept
