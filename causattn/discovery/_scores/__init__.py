"""Local scores for greedy search: Gaussian BIC, BDeu and discrete BIC."""

from causattn.discovery._scores._categories import Categories
from causattn.discovery._scores._discrete import BDeu, DiscreteBIC
from causattn.discovery._scores._gaussian_bic import GaussianBIC
from causattn.discovery._scores._local_score import Extensions, LocalScore

__all__ = ["BDeu", "Categories", "DiscreteBIC", "Extensions", "GaussianBIC", "LocalScore"]
