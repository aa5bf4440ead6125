"""What a run kept of its attention, read back (`causattn.report.record.attention` wrote it)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from causattn.base import ArtefactError, inside, read_arrays, read_json
from causattn.report.record.attention import FOLDER, SCHEMA
from causattn.results import Run

if TYPE_CHECKING:
    from causattn.effects import CounterfactualAttention


@dataclass(frozen=True)
class KeptDocument:
    """One document's attention.

    Parameters
    ----------
    number
        Which document of the corpus it is.
    words
        ``text``, ``tokens``, ``attending``, ``layers``, ``stack``.
    arrays
        ``weights`` [L, H, T, T], ``rollout``, ``flow``, ``query``, ``key``, ``statistics.*`` ...,
        those that are known.
    vectors_reason
        Why there are no vectors, None where there are.
    """

    number: int
    words: Mapping[str, Any]
    arrays: Mapping[str, np.ndarray]
    vectors_reason: str | None = None


class Recorded:
    """A run's folder ``attention``.

    Parameters
    ----------
    folder
        The folder.

    Raises
    ------
    ArtefactError
        Where it is of another schema.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.about: dict[str, Any] = read_json(folder / "about.json")
        if self.about.get("schema") != SCHEMA:
            raise ArtefactError(
                f"{folder} holds attention of schema {self.about.get('schema')}, not {SCHEMA}; "
                "run the study again."
            )

    @cached_property
    def corpus(self) -> dict[str, np.ndarray]:
        """Arrays over the corpus: ``measure.<name>`` [L, H, f, f] and ``statistics.<name>``."""
        path = self.folder / "corpus.npz"
        return read_arrays(path) if path.is_file() else {}

    @cached_property
    def documents(self) -> list[KeptDocument]:
        """The documents that were kept whole."""
        return [
            KeptDocument(
                entry["number"],
                entry,
                read_arrays(inside(self.folder, entry["file"])),
                entry["vectors_reason"],
            )
            for entry in self.about["documents"]
        ]

    @cached_property
    def pairs(self) -> list[tuple[str, CounterfactualAttention]]:
        """Documents beside their counterfactuals, each with its title."""
        if not self.about["pairs"]:
            return []
        from causattn.report.record.pairs import read_pair

        return [(entry["title"], read_pair(self.folder, entry)) for entry in self.about["pairs"]]


def recorded(run: Run) -> Recorded | None:
    """Return what a run kept of its attention; None where it kept nothing."""
    folder = run.folder / FOLDER
    return Recorded(folder) if (folder / "about.json").is_file() else None
