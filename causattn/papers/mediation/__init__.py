"""Vig et al. (2020): what mediates gender bias, from their records and on models trained here."""

from causattn.papers.mediation.reproduction import PAPER

__all__ = ["PAPER"]
