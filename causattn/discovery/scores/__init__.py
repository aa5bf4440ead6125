"""Local scores for greedy search: Gaussian BIC, BDeu and discrete BIC."""

from typing import TYPE_CHECKING

from causattn.base import on_demand

if TYPE_CHECKING:
    from causattn.discovery.scores.categories import Categories
    from causattn.discovery.scores.discrete import BDeu, DiscreteBIC
    from causattn.discovery.scores.gaussian_bic import GaussianBIC
    from causattn.discovery.scores.local_score import Extensions, LocalScore

__all__ = ["BDeu", "Categories", "DiscreteBIC", "Extensions", "GaussianBIC", "LocalScore"]

__getattr__ = on_demand(__name__, __file__)
