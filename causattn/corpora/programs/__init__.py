"""Programs that say what stands at every place of a sequence, to be compiled to a transformer."""

from causattn.corpora.programs.library import PROGRAMS
from causattn.corpora.programs.program import Program
from causattn.corpora.programs.steps import Domain, ProgramSelect, ProgramStep, Trace, domains

__all__ = [
    "PROGRAMS",
    "Domain",
    "Program",
    "ProgramSelect",
    "ProgramStep",
    "Trace",
    "domains",
]
