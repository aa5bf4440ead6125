"""Rohekar, Gurwicz and Nisimov (2023): causal graphs and explanations from attention."""

from causattn.papers.abcd.reproduction import PAPER

__all__ = ["PAPER"]
