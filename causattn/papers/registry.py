"""The papers by name. A paper's module is imported only when it is asked for."""

from __future__ import annotations

from importlib import import_module

from causattn.base import choose
from causattn.papers.paper import Paper

PAPERS: dict[str, str] = {
    "nichani": "causattn.papers.nichani",
    "abcd": "causattn.papers.abcd",
    "cebab": "causattn.papers.cebab",
    "mediation": "causattn.papers.mediation",
    "rollout": "causattn.papers.rollout",
    "jain_wallace": "causattn.papers.jain_wallace",
    "bnlearn": "causattn.papers.bnlearn",
}
"""Name on the command line -> module with a `PAPER`."""


def load_paper(name: str) -> Paper:
    """Return a paper.

    Raises
    ------
    ConfigError
        Where there is none of that name.
    """
    module = choose(name, PAPERS, "causattn reproduce")
    paper = import_module(module).PAPER
    assert isinstance(paper, Paper)
    return paper
