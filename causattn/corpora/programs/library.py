"""The programs, each with its meaning in plain Python beside it."""

from __future__ import annotations

from causattn.corpora.programs import brackets, counting, moving, ordering
from causattn.corpora.programs.program import Program

PROGRAMS: dict[str, Program] = {
    each.name: each for part in (moving, counting, ordering, brackets) for each in part.PROGRAMS
}
"""All programs by name."""
