"""Abraham et al. (2022): what an aspect does to a rating, and what explainers say it does."""

from causattn.papers.cebab._icace import CebabStudy, IcaceResult, icace_by_method
from causattn.papers.cebab._reproduction import PAPER

__all__ = ["PAPER", "CebabStudy", "IcaceResult", "icace_by_method"]
