"""What a run's model says of one thing, as a small tree of the other features.

The thing is what the page's documents are asked about: a classifier's label, or the value of the
slot that most edges point to, hidden. The tree and, beside it, a sum of the features are fitted to
the model's log-odds and tried on documents held out (`causattn.attribution.fit_surrogate`) by
`causattn.report.record.fitted`; ``surrogate.json`` keeps them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from causattn.base import visible
from causattn.report.record.kept import read_kept
from causattn.report.words import number
from causattn.results import Run

if TYPE_CHECKING:
    from causattn.attribution import Fidelity, TreeSurrogate

FILE = "surrogate.json"
SCHEMA = 1
ARRAYS = ("binary", "column", "threshold", "low", "high", "value", "documents")


@dataclass(frozen=True)
class KeptSurrogate:
    """A tree of what a model says.

    Parameters
    ----------
    asked
        What the model was asked, in words.
    tree
        The tree.
    linear
        What a sum of the features is worth beside it; None where it could not be fitted.
    """

    asked: str
    tree: TreeSurrogate
    linear: Fidelity | None


def read_surrogate(run: Run) -> KeptSurrogate | None:
    """Return what a run kept; None where it kept nothing.

    Raises
    ------
    ArtefactError
        Where it is of another schema.
    """
    kept = read_kept(run, FILE, SCHEMA, "a surrogate")
    if kept is None:
        return None
    from causattn.attribution import TreeSurrogate

    tree, linear = kept["tree"], kept["linear"]
    arrays = {name: _array(tree[name], name) for name in ARRAYS}
    return KeptSurrogate(
        kept["asked"],
        TreeSurrogate(
            output=tree["output"],
            names=tuple(tree["names"]),
            fidelity=_fidelity(tree["fidelity"]),
            **arrays,
        ),
        None if linear is None else _fidelity(linear),
    )


def surrogate_line(found: KeptSurrogate) -> str:
    """Say what a run's tree says, and how well."""
    beside = "" if found.linear is None else f"; a sum of the features has {_r2(found.linear)}"
    return tree_line(found.tree, beside)


def tree_line(tree: TreeSurrogate, beside: str = "") -> str:
    """Say what a tree says, how well, and what another surrogate has `beside` it."""
    count = int((tree.column >= 0).sum())
    questions = f"{count} question{'' if count == 1 else 's'}"
    output = visible(tree.output)
    return (
        f"{output[0].upper()}{output[1:]}: a tree of {questions} has {_r2(tree.fidelity)} on "
        f"{tree.fidelity.held_out} documents held out{beside}. It sums up what the model says, and "
        "not how it comes to say it."
    )


def _array(values: list[Any], name: str) -> np.ndarray:
    kind = {"binary": bool, "threshold": float, "value": float}.get(name, np.int64)
    return np.array([np.nan if value is None else value for value in values], dtype=kind)


def _fidelity(kept: Mapping[str, Any]) -> Fidelity:
    known: dict[str, Any] = {k: float("nan") if v is None else v for k, v in kept.items()}
    from causattn.attribution import Fidelity

    return Fidelity(**known)


def _r2(fidelity: Fidelity) -> str:
    low, high = (number(value, 2) for value in (fidelity.r2_low, fidelity.r2_high))
    return f"R² {number(fidelity.r2, 2)} [{low}, {high}]"
