"""Results of papers, one command each: the published figure beside ours.

Every paper is a module (or a folder of modules) here, a config in ``conf/experiment/paper/`` and a
folder in ``experiments/`` that says what is claimed, by what protocol, and what came out.
"""

from causattn.papers.outcome import read_outcome, reproduce, write_outcome  # noqa: F401
from causattn.papers.paper import (  # noqa: F401
    DataFile,
    Figure,
    Findings,
    Paper,
    Work,
    exactly,
    within,
)
from causattn.papers.registry import PAPERS, load_paper  # noqa: F401

