"""BIF files in the plain form of the bnlearn repository, read without pgmpy.

pgmpy's reader takes every form of Hulten and Domingos's interchange format, and seconds: importing
it loads torch. Each worker of a sweep would pay for that before its first job. The plain form is
what the repository's files have throughout: a block a variable with its values, a block a variable
with its probabilities, ``table`` without parents and else one line a combination of the parents'
values; no comments, quotes, properties or defaults. Whatever else a file holds, `read_plain` leaves
it to pgmpy.
"""

from __future__ import annotations

import math
import re

import numpy as np

from causattn.base import DataError, visible

_LONGEST = 4_000_000
_LARGEST = 50_000_000

_BLOCK = re.compile(
    r"\s*(?:network\s+[\w-]+\s*\{\s*\}"
    r"|variable\s+(?P<variable>[^\s{}|,()\"]+)\s*\{"
    r"\s*type\s+discrete\s*\[\s*(?P<count>\d+)\s*\]\s*\{(?P<states>[^{}\"]+)\}\s*;\s*\}"
    r"|probability\s*\(\s*(?P<child>[^\s{}|,()\"]+)\s*(?:\|(?P<parents>[^{}|()\"]+))?\)"
    r"\s*\{(?P<rows>[^{}\"]+)\}"
    r")[ \t]*(?=\n|$)"
)
# No two neighbours take the same sign, so that no text of spaces is tried in all its cuts.
_ROW = re.compile(r"\s*(?:table|\((?P<values>[^()]+)\))\s+(?P<numbers>[-+.,\deE][-+.,\deE\s]*);")

Plain = tuple[
    tuple[str, ...],
    tuple[tuple[str, ...], ...],
    tuple[tuple[int, ...], ...],
    tuple[np.ndarray, ...],
]


def read_plain(text: str) -> Plain | None:
    """Return variables, states, parents and tables as in `Network`; None for any other form.

    Parameters
    ----------
    text
        The file's content.
    """
    if "//" in text or "/*" in text:
        return None
    states: dict[str, tuple[str, ...]] = {}
    blocks: dict[str, tuple[tuple[str, ...], str]] = {}
    place, end = 0, len(text.rstrip())
    while place < end:
        block = _BLOCK.match(text, place)
        if block is None:
            return None
        place = block.end()
        if name := block["variable"]:
            states[name] = _listed(block["states"])
            if len(states[name]) != int(block["count"]):
                return None
        elif name := block["child"]:
            blocks[name] = _listed(block["parents"] or ""), block["rows"]
    if not states or set(blocks) != set(states):
        return None
    variables = tuple(states)
    index = {name: k for k, name in enumerate(variables)}
    if any(parent not in index for above, _ in blocks.values() for parent in above):
        return None
    tables = [
        _table(rows, states[name], [states[parent] for parent in above])
        for name, (above, rows) in ((name, blocks[name]) for name in variables)
    ]
    read = tuple(table for table in tables if table is not None)
    if len(read) < len(tables):
        return None
    parents = tuple(tuple(index[parent] for parent in blocks[name][0]) for name in variables)
    return variables, tuple(states.values()), parents, read


def _listed(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",") if each.strip())


def _table(rows: str, own: tuple[str, ...], above: list[tuple[str, ...]]) -> np.ndarray | None:
    """Return a variable's conditional probabilities, None where a row is missing or not plain."""
    codes = [{value: k for k, value in enumerate(states)} for states in above]
    if math.prod(map(len, above)) > len(rows):  # a row takes several signs
        return None
    # In pgmpy's order of memory, on which the last bit of a sum depends.
    found = np.full((math.prod(map(len, above)), len(own)), np.nan, order="F")
    place, end = 0, len(rows.rstrip())
    while place < end:
        row = _ROW.match(rows, place)
        if row is None:
            return None
        place = row.end()
        values = _listed(row["values"] or "")
        if len(values) != len(above):
            return None
        at = 0
        for value, code in zip(values, codes, strict=True):
            if value not in code:
                return None
            at = at * len(code) + code[value]
        numbers = _listed(row["numbers"])
        if len(numbers) != len(own):
            return None
        try:
            found[at] = [float(number) for number in numbers]
        except ValueError:
            return None
    with np.errstate(invalid="ignore", divide="ignore"):
        found /= found.sum(axis=1, keepdims=True)
    return found if np.isfinite(found).all() else None


def check_size(text: str) -> None:
    """Refuse a file that pgmpy could not read: longer than it reads in minutes, or too wide.

    Raises
    ------
    DataError
        Where the text is too long, or a variable has more combinations of parents' values than
        any network that can be written down.
    """
    if len(text) > _LONGEST:
        raise DataError(
            f"A BIF file of {len(text):,} characters that is not in the plain form of the bnlearn "
            f"repository is too long to be read (at most {_LONGEST:,}); write it in that form."
        )
    counts = {
        found["name"]: int(found["count"])
        for found in re.finditer(
            r"\bvariable\s+\"?(?P<name>[^\s{}\"]+)\"?\s*\{\s*type\s+discrete\s*"
            r"\[\s*(?P<count>\d{1,6})\s*\]",
            text,
        )
    }
    for block in re.finditer(r"\bprobability\s*\((?P<names>[^()]*)\)", text):
        names = re.findall(r"[^\s,|\"]+", block["names"])
        size = math.prod(counts.get(name, 1) for name in names)
        if size > _LARGEST:
            raise DataError(
                f"The table of {visible(names[0], 60)} would have {size:.1e} probabilities (at "
                f"most {_LARGEST:,}); give it fewer parents."
            )
