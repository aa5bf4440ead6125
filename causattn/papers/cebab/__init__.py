"""Abraham et al. (2022): what an aspect does to a rating, and what explainers say it does."""

from causattn.papers.cebab.icace import IcaceResult, icace_by_method
from causattn.papers.cebab.inside import InsideSettings
from causattn.papers.cebab.reproduction import PAPER
from causattn.papers.cebab.study import CebabStudy

__all__ = ["PAPER", "CebabStudy", "IcaceResult", "InsideSettings", "icace_by_method"]
