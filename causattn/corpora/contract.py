"""What a source of documents is: the class that a corpus of one's own implements.

A contribution is one file that binds an instance to ``CORPUS``; see `causattn.base.registry` for
the ways in. Its documents are sampled (``seed`` says which) or read (`CorpusSource.files` says from
where); what is known of them goes into `Corpus`: the variables and their values, where they stand
in the texts, the outcome, the true graph.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from causattn.corpora.corpus import Corpus


class CorpusSource(ABC):
    """A kind of corpus.

    The first line of its docstring says what it is.
    """

    name: str
    """What ``corpus.kind`` calls it."""
    settings: type
    """The frozen dataclass of its settings, each explained in its docstring."""
    paper: str = ""
    """Where the data was first described."""
    pattern: str = "*"
    """Which files count where a folder is read."""
    columns_beside_texts: bool = False
    """Whether variables stand in columns of their own and in no text, so that a model of the texts
    sees nothing of them."""

    @abstractmethod
    def load(self, settings: Any, seed: int) -> Corpus:
        """Return the documents.

        Parameters
        ----------
        settings
            An object of its `settings`.
        seed
            The run's seed; equal seeds give equal documents.

        Raises
        ------
        DataError
            Where the data is missing or cannot be used.
        """

    def check(self, settings: Any) -> None:
        """Raise where it is seen before anything is read that there is nothing to read.

        Raises
        ------
        CausattnError
            Such as for a path where nothing is.
        """
        return None

    def files(self, settings: Any) -> list[Path]:
        """Return the files and folders that the documents are read from.

        What is computed is found again while they are the same. What is all in the settings, or
        fixed by them, has none.
        """
        return []
