"""Errors that a person can act on: several said together, and what a disk refuses.

Every error a user can cause is one sentence that says what is wrong, where, and how to mend it.
The command line prints that sentence and ends with exit code 2.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from causattn.base.saying import one_line


class CausattnError(Exception):
    """Base of all errors that causattn raises on purpose; its text is one sentence.

    What it quotes from files is made visible, and a text too long to read loses its middle.
    """

    def __str__(self) -> str:
        return one_line(super().__str__())


class ConfigError(CausattnError):
    """A configuration key or value cannot be used."""


class DataError(CausattnError):
    """A corpus, table or file cannot be used."""


class ModelError(CausattnError):
    """A model or tokenizer cannot be used, or does not give attention weights."""


class CapabilityError(CausattnError):
    """An algorithm, test or score does not take this kind of data or question."""


class ArtefactError(CausattnError):
    """A stored artefact is missing, damaged or of another schema."""


class ConfigMistakes:
    """Keeps the mistakes of one configuration, to say them together and not one a run.

    ``with mistakes.noted(): check(...)`` once a check, then `raise_all`.
    """

    def __init__(self) -> None:
        self._errors: list[CausattnError] = []

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Keep an error of a check instead of raising it."""
        try:
            yield
        except CausattnError as error:
            self.note(error)

    def note(self, error: CausattnError) -> None:
        """Keep an error."""
        self._errors.append(error)

    def __bool__(self) -> bool:
        return bool(self._errors)

    def raise_all(self) -> None:
        """Raise what was kept: one error as it was, several as one.

        Raises
        ------
        CausattnError
            The only one.
        ConfigError
            With all sentences, where there are several.
        """
        if not self._errors:
            return
        said = sentences(self._errors)
        if len(said) == 1:
            raise self._errors[0]
        raise several(said)


def sentences(errors: Sequence[CausattnError]) -> list[str]:
    """Return what errors say, each sentence once."""
    said = (text for error in errors for text in getattr(error, "mistakes", [str(error)]))
    return list(dict.fromkeys(said))


def several(said: Sequence[str]) -> ConfigError:
    """Return one error for several sentences, which has them as ``mistakes``."""
    numbered = " ".join(f"{k}. {text}" for k, text in enumerate(said, 1))
    error = ConfigError(f"{len(said)} mistakes: {numbered}")
    error.mistakes = list(said)  # type: ignore[attr-defined]
    return error


def disk_error(error: Exception, place: Path, mend: str) -> ArtefactError | None:
    """Return the sentence for a disk that cannot take a file or fails, None for any other error.

    Parameters
    ----------
    error
        What was raised.
    place
        The folder or file that was written.
    mend
        What else a person can do, as the end of a sentence: ``"set paths.runs to another disk"``.
    """
    number = _number(error)
    if number in (errno.ENOSPC, errno.EDQUOT):
        return ArtefactError(f"The disk under {place} is full; free space, or {mend}.")
    if number == errno.EFBIG:
        return ArtefactError(
            f"A file under {place} is larger than is allowed here (ulimit -f); allow larger files, "
            f"or {mend}."
        )
    if number in (errno.EIO, errno.ESTALE, errno.ENXIO, errno.ENODEV):
        return ArtefactError(
            f"The disk under {place} does not answer as it should ({os.strerror(number)}); have it "
            f"looked at, or {mend}."
        )
    if number in (errno.EACCES, errno.EROFS, errno.EPERM):
        return ArtefactError(f"{place} cannot be written ({os.strerror(number)}); {mend}.")
    return None


def _number(error: Exception) -> int | None:
    """Return the system's number of an error; libraries in Rust write it into their text alone."""
    if isinstance(error, OSError):
        return error.errno
    said = re.search(r"\(os error (\d+)\)", str(error))
    return int(said[1]) if said else None
