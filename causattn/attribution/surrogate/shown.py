"""How a surrogate shows itself: what it is worth, and its leaves or coefficients as rows."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pandas as pd

from causattn.base import Shown

if TYPE_CHECKING:
    from causattn.attribution.surrogate.fit import Fidelity, LinearSurrogate, TreeSurrogate


class ShownSurrogate(Shown):
    """A surrogate that shows itself."""

    output: str
    fidelity: Fidelity

    def summary(self) -> dict[str, Any]:
        """Return what is predicted, and how well."""
        return {"predicts": self.output, **asdict(self.fidelity)}


def leaves(tree: TreeSurrogate) -> pd.DataFrame:
    """Return one row a leaf: if (what leads to it), value (the mean output), documents."""
    from causattn.attribution.surrogate.rules import question

    rows: list[tuple[str, float, int]] = []

    def visit(node: int, path: list[str]) -> None:
        if tree.column[node] < 0:
            what = " and ".join(path) or "always"
            rows.append((what, float(tree.value[node]), int(tree.documents[node])))
            return
        asked, yes, no = question(tree, node)
        visit(yes, [*path, asked])
        visit(no, [*path, f"not {asked}"])

    visit(0, [])
    return pd.DataFrame(rows, columns=["if", "value", "documents"])


def coefficients(linear: LinearSurrogate) -> pd.DataFrame:
    """Return one row a column: feature, coefficient, low, high, the largest first."""
    frame = pd.DataFrame(
        {
            "feature": list(linear.names),
            "coefficient": linear.coefficients,
            "low": linear.low,
            "high": linear.high,
        }
    )
    return frame.sort_values("coefficient", key=abs, ascending=False, kind="stable")
