"""What was agreed before anything is measured, and where an experiment reads and writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from causattn.base import ConfigError, DataError, file_sha256
from causattn.reproduction.contract import Figure, Findings, Label, Row, exactly, within


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
class Agreed:
    """A figure as ``protocol.yaml`` fixes it before anything is measured.

    Parameters
    ----------
    published
        The paper's figure.
    tolerance
        Ours passes within this of the published one (0: exact).
    accept
        Or from where to where ours passes, either end null for open.
    proves
        What it proves; by default what the protocol says first.
    note
        Where the published figure stands.
    """

    published: int | float | str | None = None
    tolerance: float | None = None
    accept: list[float | None] | None = None
    proves: Label | None = None
    note: str = ""


@dataclass(frozen=True)
class Protocol:
    """What ``protocol.yaml`` says.

    Parameters
    ----------
    settings
        All that can be set, with the values of the full experiment.
    short
        What ``--short`` changes of them.
    paper
        Authors, year, title, place; empty for a study of our own.
    proves
        What the figures prove, the label of most of them first.
    seed
        Every random draw follows from it, but for jobs with a seed of their own.
    data
        Published files that are needed, by a short name.
    figures
        Figures by name, and what was agreed to count as reproduced.
    """

    settings: dict[str, Any] = field(default_factory=dict)
    short: dict[str, Any] = field(default_factory=dict)
    paper: str = ""
    proves: list[Label] = field(default_factory=lambda: ["new"])
    seed: int = 0
    data: dict[str, DataFile] = field(default_factory=dict)
    figures: dict[str, Agreed] = field(default_factory=dict)


@dataclass(frozen=True)
class Context:
    """Where an experiment reads and writes.

    Parameters
    ----------
    folder
        Pictures go here.
    files
        Folder of published data.
    cache
        Folder of the store, for what is expensive.
    protocol
        What was agreed.
    seed
        Every random draw follows from it.
    settings
        For ``page`` only: ``measure`` is given all that its rows may depend on.
    """

    folder: Path
    files: Path
    cache: Path
    protocol: Protocol
    seed: int = 0
    settings: Any = None

    def data(self, name: str) -> Path:
        """Return the path of a data file of the protocol, there and with the right checksum.

        Raises
        ------
        DataError
            Where it is missing or another: says where to get it.
        ConfigError
            Where the protocol names no such file.
        """
        if name not in self.protocol.data:
            raise ConfigError(f"protocol.yaml has no data.{name}; name the file there.")
        file = self.protocol.data[name]
        path = self.files / file.path
        if not path.is_file():
            raise DataError(
                f"There is no {file.path} below paths.data={self.files}; get it from {file.source} "
                "and put it there, or set paths.data (or CAUSATTN_DATA) to its folder."
            )
        if file_sha256(path) != file.sha256:
            raise DataError(
                f"{path} is not the published file (SHA-256 should be {file.sha256}); get it "
                f"again from {file.source}."
            )
        return path

    def figure(self, name: str, ours: float | str, note: str = "") -> Figure:
        """Return a figure beside what the protocol publishes and accepts for it.

        Raises
        ------
        ConfigError
            Where the protocol does not name it.
        """
        if name not in self.protocol.figures:
            raise ConfigError(f"protocol.yaml has no figures[{name!r}]; agree on it there first.")
        agreed = self.protocol.figures[name]
        label = agreed.proves or self.protocol.proves[0]
        note = note or agreed.note
        published = agreed.published
        if agreed.tolerance is not None:
            if isinstance(published, int | float) and isinstance(ours, int | float):
                return within(name, published, ours, agreed.tolerance, label=label, note=note)
            return exactly(name, str(published), str(ours), label=label, note=note)
        accept = None if agreed.accept is None else (agreed.accept[0], agreed.accept[1])
        return Figure(name, published, ours, accept, label, note)


Measure = Callable[[Any, Context], "Findings | Row | Iterable[Row]"]
Jobs = Callable[[Any], Iterable[Any]]
Page = Callable[[list[Row], Context], Findings]
