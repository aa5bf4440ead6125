"""Discovery on the bnlearn networks, with and without candidates by attention."""

from causattn.papers.bnlearn.reproduction import PAPER

__all__ = ["PAPER"]
