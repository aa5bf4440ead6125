"""The design of a sweep: who is compared, on what, and what is repeated.

=========== =====================================================================================
contestant  what the choices in `by` have in common: an algorithm, or one with its alpha
data set    what everything else that varies has in common: a network and a number of documents
draw        one data set and one seed: all contestants saw the same data, so they are paired by it
block       the data sets of one network, whatever their size: its larger samples hold the smaller
            ones, so that they are averaged and drawn again together; blocks are independent
=========== =====================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from causattn.base import ConfigError, DataError
from causattn.results.compare.outcomes import FINISHED, UNFINISHED, outcome
from causattn.results.compare.read import SEED, choices, full_name, texts

_ROOMS = ("discovery", "candidates", "attribution", "attention", "model", "features", "effects")
_DATA = ("config.corpus.network", "config.corpus.kind", "config.corpus.path", "config.corpus.")
_SIZE = "config.corpus.documents"
_BARE = ("config.discovery.kind", "config.corpus.kind")
_KEEP = {FINISHED: 0}


@dataclass(frozen=True)
class JobDesign:
    """All jobs, each with its place in the design.

    Parameters
    ----------
    jobs
        One row a job: the collected columns and ``contestant``, ``data_set``, ``seed``,
        ``outcome``.
    by, within
        Columns of the configuration in which contestants, and data sets, differ.
    contestants, data_sets
        Their labels, in order.
    blocks
        The block of each data set.
    notes
        What had to be left out, in sentences.
    """

    jobs: pd.DataFrame
    by: tuple[str, ...]
    within: tuple[str, ...]
    contestants: tuple[str, ...]
    data_sets: tuple[str, ...]
    blocks: tuple[str, ...]
    notes: tuple[str, ...]


def make_design(collected: pd.DataFrame, by: Sequence[str]) -> JobDesign:
    """Find who is compared on what.

    Parameters
    ----------
    collected
        One row a job (see `read_jobs`).
    by
        What distinguishes contestants, as typed; none for what varies outside of the corpus.

    Raises
    ------
    ConfigError
        For an unknown key, or one that varies for some contestants alone.
    DataError
        Where there is no job with a configuration.
    """
    notes: list[str] = []
    columns = choices(collected)
    placed = collected[collected[columns].notna().any(axis=1)] if columns else collected.iloc[:0]
    if len(placed) < len(collected):
        lost = collected[~collected.index.isin(placed.index)]
        notes.append(
            f"{_jobs(len(lost))} failed before a configuration was there and stand nowhere below "
            f"({lost['reason'].iloc[0]})"
        )
    if placed.empty:
        raise DataError("No job has a configuration, so that nothing can be compared.")
    values = pd.DataFrame({column: texts(placed[column]) for column in columns})
    _fill_older(values, notes)
    varying = [column for column in columns if values[column].nunique() > 1]
    if by:
        chosen = [full_name(key, placed, "--by") for key in by]
        if SEED in chosen:
            raise ConfigError("--by seed: seeds are repetitions and are not compared; leave it.")
    else:
        chosen = _independent(values, _ordered(varying, _ROOMS), [])
        if not chosen:
            rooms = [column for column in varying if column.startswith("config.corpus.")]
            chosen = rooms[:1] or ["config.discovery.kind"]
            chosen = [column for column in chosen if column in values]
    rest = [column for column in varying if column not in chosen]
    within = _independent(values, _data_first(rest), chosen)
    _check_shared(values, chosen, within)
    jobs = placed.copy()
    jobs["contestant"] = _labels(values, chosen, "{}={}")
    named = within or [name for name in _DATA[:1] if name in values]
    jobs["data_set"] = _labels(values, named) if named else "all"
    block = _labels(values, [name for name in named if _of_a_network(name)])
    jobs["seed"] = texts(placed[SEED]) if SEED in placed else "0"
    reasons = jobs["reason"].fillna("").astype(str) if "reason" in jobs else [""] * len(jobs)
    jobs["outcome"] = [outcome(str(s), r) for s, r in zip(jobs["status"], reasons, strict=True)]
    jobs = _once(jobs, notes)
    order = values.loc[jobs.index]
    places = {"config.discovery.kind": _algorithms(), "config.corpus.network": _by_size(jobs)}
    data_sets = _in_order(jobs["data_set"], order, within, places)
    block_of = dict(zip(jobs["data_set"], block.loc[jobs.index], strict=True))
    return JobDesign(
        jobs=jobs,
        by=tuple(chosen),
        within=tuple(within),
        contestants=_in_order(jobs["contestant"], order, chosen, places),
        data_sets=data_sets,
        blocks=tuple(block_of[name] for name in data_sets),
        notes=tuple(notes),
    )


def short(column: str) -> str:
    """Return a column of the configuration as a person says it."""
    return column.removeprefix("config.").removesuffix(".kind")


def _of_a_network(column: str) -> bool:
    """Return whether a choice makes another network, and not another sample of the same."""
    return column.startswith("config.corpus.") and column != _SIZE


def _ordered(columns: Sequence[str], rooms: Sequence[str]) -> list[str]:
    """Return the columns of these rooms, rooms in order, each room's kind first."""
    found = []
    for room in rooms:
        own = [column for column in columns if column.startswith(f"config.{room}.")]
        found += sorted(own, key=lambda column: (not column.endswith(".kind"), column))
    left = [c for c in columns if c not in found and not c.startswith("config.corpus.")]
    return [*found, *sorted(left, key=lambda c: (c.split(".")[1], not c.endswith(".kind"), c))]


def _data_first(columns: Sequence[str]) -> list[str]:
    """Return columns with the corpus's network and source first."""

    def rank(column: str) -> tuple[int, str]:
        return next((k for k, s in enumerate(_DATA) if column.startswith(s)), len(_DATA)), column

    return sorted(columns, key=rank)


def _independent(values: pd.DataFrame, columns: Sequence[str], given: Sequence[str]) -> list[str]:
    """Return the columns that are no function of those given and taken before them."""
    taken: list[str] = []
    for column in columns:
        known = [*given, *taken]
        if not known or values.groupby(known)[column].nunique().max() > 1:
            taken.append(column)
    return taken


def _fill_older(values: pd.DataFrame, notes: list[str]) -> None:
    """Take runs from before a group of choices existed to have left it at the idle option.

    An option without settings of its own does nothing, as did the versions that had no such group.
    Where the later runs chose anything else, the older ones stay apart.
    """
    for column in [name for name in values if name.endswith(".kind")]:
        missing = values[column] == "null"
        chosen = values.loc[~missing, column].unique()
        room = column.removesuffix("kind")
        settings = [name for name in values if name.startswith(room) and name != column]
        idle = (values.loc[~missing, settings] == "null").all(axis=None)
        if missing.any() and len(chosen) == 1 and idle:
            values.loc[missing, column] = chosen[0]
            notes.append(
                f"{_jobs(int(missing.sum()))} of an older version had no {short(column)} to "
                f"choose, which is taken for {chosen[0]}, the choice of all others"
            )


def _check_shared(values: pd.DataFrame, by: Sequence[str], within: Sequence[str]) -> None:
    """Raise where a column takes no value that all contestants share: nothing could be paired."""
    for column in within:
        by_contestant = values.groupby(list(by))[column].agg(lambda those: frozenset(those))
        if len(by_contestant) > 1 and not frozenset.intersection(*by_contestant):
            name = short(column)
            some = values[column][values[column] != "null"].iloc[0]
            raise ConfigError(
                f"{name} has no value that all contestants share, so that they cannot be paired; "
                f"name it with --by {name}, or keep one value with --where {name}={some},null."
            )


def _labels(values: pd.DataFrame, columns: Sequence[str], form: str = "{} = {}") -> pd.Series:
    """Return a label a row: algorithms, corpora and names as they are, else in `form`, with keys.

    So contestants are called what a person typed: ``ges``, ``attribution=lime``, ``pc, alpha=0.1``.
    """
    parts = []
    for column in columns:
        key = column.rsplit(".", 1)[-1]
        if key in ("network", "path", "name") or column in _BARE:
            part = values[column]
        else:
            word = "n" if column == _SIZE else short(column) if key == "kind" else key
            alike = [c for c in columns if c.rsplit(".", 1)[-1] == key]
            word = short(column) if len(alike) > 1 else word
            part = values[column].map(lambda value, word=word: form.format(word, value))
            part = part.where(values[column] != "null", "")
        parts.append(part)
    # One run alone varies in nothing, and is still one row.
    rows = zip(*parts, strict=True) if parts else [()] * len(values)
    return pd.Series([", ".join(filter(None, row)) or "all" for row in rows], index=values.index)


def _once(jobs: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Return one job a contestant and draw, a finished one where there is one."""
    rank = jobs["outcome"].map(lambda found: _KEEP.get(found, 2 if found == UNFINISHED else 1))
    ranked = jobs.assign(_rank=rank).sort_values("_rank", kind="stable")
    kept = ranked.drop_duplicates(["contestant", "data_set", "seed"]).drop(columns="_rank")
    if len(kept) < len(jobs):
        notes.append(
            f"{_jobs(len(jobs) - len(kept))} had the same choices as another and was counted once"
        )
    return kept.sort_index()


def _in_order(
    labels: pd.Series,
    values: pd.DataFrame,
    columns: Sequence[str],
    places: Mapping[str, Mapping[str, float]],
) -> tuple[str, ...]:
    """Return the different labels: numbers by size, names by their place or else the alphabet."""
    first = values.loc[~labels.duplicated(), list(columns)]
    keys = {
        labels[index]: tuple(
            _sortable(str(row[column]), places.get(column, {})) for column in columns
        )
        for index, row in first.iterrows()
    }
    return tuple(sorted(keys, key=lambda label: (keys[label], label)))


def _sortable(value: str, places: Mapping[str, float]) -> tuple[float, float, str]:
    try:
        return 0.0, float(value), ""
    except ValueError:
        return 1.0, places.get(value, float("inf")), value


def _algorithms() -> dict[str, float]:
    """Return the place of each algorithm: tests, then scores, then others, baselines last."""
    from causattn.discovery import ALGORITHMS

    def place(name: str) -> tuple[bool, bool, bool, str]:
        known = ALGORITHMS[name]
        return known.baseline, not known.capability.tests, not known.capability.scores, name

    return {name: float(k) for k, name in enumerate(sorted(ALGORITHMS, key=place))}


def _by_size(jobs: pd.DataFrame) -> dict[str, float]:
    """Return the number of variables of each network."""
    network, count = "config.corpus.network", "features.count"
    if network not in jobs or count not in jobs:
        return {}
    sizes = jobs.groupby(network)[count].max().dropna()
    return {str(name): float(size) for name, size in sizes.items()}


def _jobs(count: int) -> str:
    return f"{count} job{'' if count == 1 else 's'}"
