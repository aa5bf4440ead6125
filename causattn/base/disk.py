"""What a disk refuses, in a sentence."""

import errno
import os
import re
from pathlib import Path

from causattn.base.errors import ArtefactError


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
