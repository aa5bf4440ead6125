"""Abnar and Zuidema (2020): rollout and flow say more of importance than raw attention."""

from causattn.papers.rollout.reproduction import PAPER

__all__ = ["PAPER"]
