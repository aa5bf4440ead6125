"""What a reproduction is: a published claim, our protocol for it, and its figures side by side.

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

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from causattn.base import DataError, file_sha256

Label = Literal["recompute", "retrain", "replay", "new"]
Outcome = Literal["pass", "gap", "shown"]
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
    def outcome(self) -> Outcome:
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
    """What a reproduction gives.

    Parameters
    ----------
    figures
        Ours beside the published ones, in the order to be read.
    tables
        More than single figures, by title.
    pictures
        PNG files that the reproduction wrote into its folder, by caption.
    remarks
        What falls short and what is known of why, a sentence each.
    """

    figures: list[Figure] = field(default_factory=list)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    pictures: dict[str, Path] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class DataFile:
    """A published file that is not part of this project.

    Parameters
    ----------
    path
        Below the folder of data.
    sha256
        Its checksum.
    source
        Where to get it.
    """

    path: str
    sha256: str
    source: str


@dataclass(frozen=True)
class Work:
    """Where a reproduction reads and writes.

    Parameters
    ----------
    folder
        Pictures go here.
    data
        Folder of published data.
    cache
        Folder of the store, for what is expensive.
    seed
        Every random draw follows from it.
    """

    folder: Path
    data: Path
    cache: Path
    seed: int = 0

    def fetch(self, file: DataFile) -> Path:
        """Return the path of a data file that is there and is the published one.

        Raises
        ------
        DataError
            Where it is missing or another: says where to get it.
        """
        path = self.data / file.path
        if not path.is_file():
            raise DataError(
                f"There is no {file.path} below paths.data={self.data}; get it from {file.source} "
                "and put it there, or set paths.data (or CAUSATTN_DATA) to its folder."
            )
        if file_sha256(path) != file.sha256:
            raise DataError(
                f"{path} is not the published file (SHA-256 should be {file.sha256}); get it "
                f"again from {file.source}."
            )
        return path


@dataclass(frozen=True)
class Paper:
    """A paper, and how it is reproduced.

    Parameters
    ----------
    name
        The word for it on the command line, and the name of its config and folder.
    citation
        Authors, year, title, place.
    claim
        What is reproduced, in a sentence.
    labels
        What the figures prove.
    settings
        Dataclass of the settings in ``conf/experiment/paper/NAME.yaml``.
    reproduce
        From settings and `Work` to `Findings`.
    data
        Published files it needs.
    """

    name: str
    citation: str
    claim: str
    labels: Sequence[Label]
    settings: type[Any]
    reproduce: Callable[[Any, Work], Findings]
    data: Sequence[DataFile] = ()
