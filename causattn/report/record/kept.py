"""What a run kept for its page, read again."""

from __future__ import annotations

from typing import Any

from causattn.base import ArtefactError, read_json
from causattn.results import Run


def read_kept(run: Run, name: str, schema: int, what: str) -> dict[str, Any] | None:
    """Return what one of a run's JSON files holds besides its schema; None where there is none.

    Parameters
    ----------
    run
        The run.
    name
        The file's, in the run's folder.
    schema
        The one that can be read.
    what
        What the file holds, in words.

    Raises
    ------
    ArtefactError
        Where it is of another schema.
    """
    path = run.folder / name
    if not path.is_file():
        return None
    kept: dict[str, Any] = read_json(path)
    if (found := kept.pop("schema", None)) != schema:
        raise ArtefactError(
            f"{path} holds {what} of schema {found}, not {schema}; run the study again."
        )
    return kept
