"""Adapters: algorithms by other libraries, on the data and graphs of this one."""

from typing import TYPE_CHECKING

from causattn.base import on_demand

if TYPE_CHECKING:
    from causattn.discovery.libraries.causal_learn_graphs import from_causal_learn

__all__ = ["from_causal_learn"]

__getattr__ = on_demand(__name__, __file__)
