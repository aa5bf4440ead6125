"""Measured as an indirect object's prompts are."""

from experiments.indirect_object.measure import jobs, measure
from experiments.indirect_object.page import page

__all__ = ["jobs", "measure", "page"]
