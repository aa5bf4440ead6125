"""Names of a room that are imported when they are first asked for.

A job that needs no model should not wait for torch, nor one without figures for matplotlib. A
room's ``__init__.py`` lists what is public as imports under ``if TYPE_CHECKING:``, which checkers
and readers see and Python skips; `on_demand` reads the same list and imports a name's module at
its first use (a module's ``__getattr__``, PEP 562).

A public name may be that of a module or folder of its room: ``discovery.pc`` is the function, and
``causattn.discovery.pc`` in an import statement the folder. Python binds a module to its parent
when it is imported, which would hide the function; a room leaves such a binding out.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any


class _Room(ModuleType):
    """A room whose public names are not hidden by modules of the same name."""

    def __setattr__(self, name: str, value: Any) -> None:
        """Bind a name, but a submodule only where the name is not a public one."""
        if isinstance(value, ModuleType) and name in vars(self).get("__all__", ()):
            return
        super().__setattr__(name, value)


def on_demand(room: str, file: str) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a room, and have ``dir`` list what it can fetch.

    Parameters
    ----------
    room
        The room's ``__name__``.
    file
        Its ``__file__``, with the imports under ``if TYPE_CHECKING:``.
    """
    places = {
        each.asname or each.name: (node.module, each.name)
        for block in ast.parse(Path(file).read_text(encoding="utf-8")).body
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in block.body
        if isinstance(node, ast.ImportFrom) and node.module
        for each in node.names
    }

    module = sys.modules[room]
    module.__class__ = _Room
    vars(module)["__dir__"] = lambda: sorted({*vars(module), *places})

    def fetch(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        place, original = places[name]
        value = getattr(import_module(place), original)
        setattr(module, name, value)
        return value

    return fetch
