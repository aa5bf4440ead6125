"""Libraries that load torch for what they are not asked for.

pgmpy imports torch, where it is installed, for a backend of its own that is chosen by hand; that
takes longer than many a search. `torch_later` puts something in torch's place while such a library
is imported: it becomes torch when it is first looked into.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

_TORCH = "torch"


class _Later(ModuleType):
    """A module that is imported when something in it is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name == "optim" and self.__name__ == _TORCH:  # asked for by pgmpy, and not looked into
            return _Later(f"{_TORCH}.optim")
        if name.startswith("__"):  # asked for by Python itself, or by who looks through modules
            raise AttributeError(name)
        if isinstance(sys.modules.get(_TORCH), _Later):
            del sys.modules[_TORCH]
        return getattr(import_module(self.__name__), name)


@contextmanager
def torch_later() -> Iterator[None]:
    """Let what is imported in the block have torch without loading it, until it is used."""
    if _TORCH in sys.modules:
        yield
        return
    later = sys.modules[_TORCH] = _Later(_TORCH)
    try:
        yield
    finally:
        if sys.modules.get(_TORCH) is later:
            del sys.modules[_TORCH]
