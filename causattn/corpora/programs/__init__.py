"""Programs that say what stands at every place of a sequence, to be compiled to a transformer."""

from causattn.corpora.programs.library import PROGRAMS
from causattn.corpora.programs.program import NO_VALUE, Program
from causattn.corpora.programs.steps import (
    ProgramDomain,
    ProgramSelect,
    ProgramStep,
    ProgramTrace,
    program_domains,
)

__all__ = [
    "NO_VALUE",
    "PROGRAMS",
    "Program",
    "ProgramDomain",
    "ProgramSelect",
    "ProgramStep",
    "ProgramTrace",
    "program_domains",
]
