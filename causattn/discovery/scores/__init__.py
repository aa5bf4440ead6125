"""Local scores for greedy search: Gaussian BIC, BDeu and discrete BIC."""

from typing import TYPE_CHECKING

from causattn.base import on_demand

if TYPE_CHECKING:
    from causattn.discovery.scores.categories import Categories
    from causattn.discovery.scores.contract import Extensions, LocalScore
    from causattn.discovery.scores.discrete import BDeu, DiscreteBIC
    from causattn.discovery.scores.gaussian_bic import GaussianBIC

__all__ = ["BDeu", "Categories", "DiscreteBIC", "Extensions", "GaussianBIC", "LocalScore"]

__getattr__ = on_demand(__name__, __file__)
