"""What became of a job, in the few words that a table needs."""

from __future__ import annotations

import re

FINISHED = "finished"
TIMED_OUT = "timed out"
OUT_OF_MEMORY = "out of memory"
NOT_APPLICABLE = "not applicable"
FAILED = "failed"
UNFINISHED = "unfinished"

RANKED_LAST = frozenset({TIMED_OUT, OUT_OF_MEMORY, FAILED})
"""Who takes part and does not come in is last; who cannot take part is not ranked."""

ORDER = (FINISHED, TIMED_OUT, OUT_OF_MEMORY, FAILED, NOT_APPLICABLE, UNFINISHED)

_BY_REASON = (
    (re.compile(r"\btimeout_s\b"), TIMED_OUT),
    (re.compile(r"\bmemory_gb\b"), OUT_OF_MEMORY),
    (
        re.compile(
            r" takes [\w ]+ data and the data are "
            r"| needs the package .* not installed"
            r"| cannot \w+ by candidates"
            r"| takes no background knowledge"
            r"| is for [\w ]+ data and the data are "
            r"| is made of candidates and none were given"
        ),
        NOT_APPLICABLE,
    ),
)


def outcome(status: str, reason: str) -> str:
    """Return what became of a job.

    Parameters
    ----------
    status
        As `causattn.results.run_status` says, or ``damaged``.
    reason
        The sentence that came with it.
    """
    if status == FINISHED:
        return FINISHED
    if status != FAILED:
        return UNFINISHED
    return next((name for pattern, name in _BY_REASON if pattern.search(reason)), FAILED)
