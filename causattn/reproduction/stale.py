"""Which rows of a record are stale: measured by other code than there is now."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from causattn.reproduction.contract import Row
from causattn.results import commits_since

_COMMIT = re.compile(r"\b[0-9a-f]{7,40}\b")


def stale_jobs(name: str, code: str, rows: Sequence[Row]) -> dict[str, str]:
    """Return why a job's rows are stale, by the job's name; those that are not are left out.

    Parameters
    ----------
    name
        Of the experiment.
    code
        The hash of its code now.
    rows
        Of its record.
    """
    found: dict[str, str] = {}
    known: dict[tuple[str | None, str | None], str] = {}
    for row in rows:
        made = row.get("code"), row.get("commit")
        if made not in known:
            known[made] = why_stale(name, code, row)
        if known[made]:
            found[row["job"]] = known[made]
    return found


def why_stale(name: str, code: str, row: Mapping[str, str | None]) -> str:
    """Return why a row is stale, empty where it is not or nobody can know.

    Parameters
    ----------
    name, code
        As in `stale_jobs`.
    row
        Its ``code`` and ``commit``.
    """
    if row.get("code") is not None and row["code"] != code:
        return "its experiment has changed"
    commit = _COMMIT.search(row.get("commit") or "")
    since = commits_since(commit[0], *measured_from(name)) if commit else None
    if since:
        return f"{since} commit{'' if since == 1 else 's'} ago"
    return ""


def measured_from(name: str) -> tuple[str, ...]:
    """Return the files and folders, from the checkout's top, that rows come from."""
    return "causattn", "conf", f"experiments/{name}"
