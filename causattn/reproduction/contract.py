"""What an experiment is made of: figures beside published ones, findings, and where it works.

============ ===================================================================================
label        what is proved
============ ===================================================================================
recompute    our code on the published data
retrain      our code trains the model too
replay       our metric on the published raw records: the metric, not the pipeline
new          a claim of our own, nothing published to hold it against
============ ===================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pandas as pd

Label = Literal["recompute", "retrain", "replay", "new"]
Judged = Literal["pass", "gap", "shown"]
Row = Mapping[str, Any]
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Figure:
    """One published figure beside ours.

    Parameters
    ----------
    name
        What is measured, in the paper's words.
    published
        The paper's figure, None where it gives none.
    ours
        What came out here.
    accept
        Smallest and largest value of ours that counts as reproduced, either end None for open, or
        ``"equal"``; None where nothing was agreed beforehand: the figure is only shown.
    label
        What the figure proves.
    note
        Where the published figure stands, or what is known of a gap.
    """

    name: str
    published: float | str | None
    ours: float | str
    accept: tuple[float | None, float | None] | Literal["equal"] | None = None
    label: Label = "recompute"
    note: str = ""

    @property
    def outcome(self) -> Judged:
        """Whether ours lies where it was agreed to lie."""
        if self.accept is None:
            return "shown"
        if self.accept == "equal":
            return "pass" if self.ours == self.published else "gap"
        low, high = self.accept
        value = float(self.ours)
        inside = (low is None or value >= low) and (high is None or value <= high)
        return "pass" if inside else "gap"

    @property
    def tolerance(self) -> str:
        """What was agreed, for people."""
        if self.accept is None:
            return ""
        if self.accept == "equal":
            return "exact"
        low, high = self.accept
        if low is not None and high is not None:
            if isinstance(self.published, float | int):
                width = max(high - self.published, self.published - low)
                return f"± {width:.3g}" if width else "exact"
            return f"{low:.4g} to {high:.4g}"
        return f"≥ {low:.4g}" if low is not None else f"≤ {high:.4g}"


def within(
    name: str,
    published: float,
    ours: float,
    tolerance: float,
    *,
    label: Label = "recompute",
    note: str = "",
) -> Figure:
    """Return a figure that passes where it is within `tolerance` of the published one.

    A hair of rounding is allowed, so that a figure published with d decimals and a tolerance of
    half a unit in the last place passes at the very edge.
    """
    width = tolerance * (1 + _ROUNDING)
    return Figure(name, published, ours, (published - width, published + width), label, note)


def exactly(
    name: str, published: str, ours: str, *, label: Label = "recompute", note: str = ""
) -> Figure:
    """Return a figure of text, such as an order of heads, that passes where it is the same."""
    return Figure(name, published, ours, "equal", label, note)


@dataclass
class Findings:
    """What an experiment's page shows, in this order.

    Parameters
    ----------
    figures
        Ours beside the published ones, in the order to be read.
    tables
        More than single figures, by title.
    notes
        Markdown below the title of a table (of the same title), or under a title of its own.
    pictures
        PNG files in the context's folder, by caption.
    remarks
        What falls short and what is known of why, a sentence each.
    """

    figures: list[Figure] = field(default_factory=list)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    pictures: dict[str, Path] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Paper:
    """An experiment that an installed package brings (entry point ``causattn.papers``).

    Parameters
    ----------
    name
        What ``causattn reproduce`` calls it.
    folder
        With ``claim.md``, ``protocol.yaml`` and ``measure.py``.
    """

    name: str
    folder: Path
