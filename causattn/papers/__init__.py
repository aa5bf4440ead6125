"""Results of papers, one command each: the published figure beside ours.

Every paper is a module (or a folder of modules) here, a config in ``conf/experiment/paper/`` and a
folder in ``experiments/`` that says what is claimed, by what protocol, and what came out.
"""

from causattn.papers.outcome import read_outcome, reproduce, write_outcome
from causattn.papers.paper import (
    DataFile,
    Figure,
    Findings,
    Paper,
    Work,
    exactly,
    within,
)
from causattn.papers.registry import PAPERS, load_paper

__all__ = [
    "PAPERS",
    "DataFile",
    "Figure",
    "Findings",
    "Paper",
    "Work",
    "exactly",
    "load_paper",
    "read_outcome",
    "reproduce",
    "within",
    "write_outcome",
]
