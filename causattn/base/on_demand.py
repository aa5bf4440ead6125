"""What a room holds, imported when it is first asked for: public names, and contributions.

A job that needs no model should not wait for torch, nor one without figures for matplotlib. A
room's ``__init__.py`` lists what is public as imports under ``if TYPE_CHECKING:``, which checkers
and readers see and Python skips; `on_demand` reads the same list and imports a name's module at
its first use (a module's ``__getattr__``, PEP 562).

A public name may be that of a module or folder of its room: ``discovery.pc`` is the function, and
``causattn.discovery.pc`` in an import statement the folder. Python binds a module to its parent
when it is imported, which would hide the function; a room leaves such a binding out.

Contributions are found by the names of files, and read without importing them: a registry is asked
small things about all of them (which refuters run by default, which columns they fill), and
importing all to find out would load what no run needs.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
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


NOT_SPELLED = object()
"""Given where an attribute is not in the source as a plain value."""
_ROOT = Path(__file__).resolve().parents[1]


@cache
def spelled(module: str, constant: str, attribute: str) -> Any:
    """Return the plain value of an attribute of what a module of causattn binds to a constant.

    Parameters
    ----------
    module
        Such as ``"causattn.effects.refuters.placebo"``.
    constant
        Bound to a class of the module, or to an object of it made without arguments.
    attribute
        Looked for in the class and then in its bases, as far as they are causattn's.

    Returns
    -------
    The value, or `NOT_SPELLED`.
    """
    for node in _tree(module).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == constant:
            bound = node.value
            if isinstance(bound, ast.Call) and not bound.args and not bound.keywords:
                bound = bound.func
            if isinstance(bound, ast.Name):
                found = _of_class(module, bound.id, attribute)
                return NOT_SPELLED if found is None else found[0]
    return NOT_SPELLED


def _of_class(module: str, name: str, attribute: str) -> tuple[Any] | None:
    """Return the value in a class or its bases; None where none of them has the attribute."""
    for node in _tree(module).body:
        if (
            isinstance(node, ast.ImportFrom)
            and str(node.module).startswith("causattn.")
            and any((each.asname or each.name) == name for each in node.names)
        ):
            return _of_class(str(node.module), name, attribute)
        if isinstance(node, ast.ClassDef) and node.name == name:
            if (own := _in_body(node, attribute)) is not None:
                return own
            bases = (base.id for base in node.bases if isinstance(base, ast.Name))
            found = (_of_class(module, base, attribute) for base in bases)
            return next((each for each in found if each is not None), None)
    return None


def _in_body(node: ast.ClassDef, attribute: str) -> tuple[Any] | None:
    """Return what a class itself gives an attribute; None where it gives nothing."""
    for each in node.body:
        if isinstance(each, ast.FunctionDef) and each.name == attribute:
            return (NOT_SPELLED,)
        targets = each.targets if isinstance(each, ast.Assign) else [getattr(each, "target", None)]
        value = getattr(each, "value", None)
        named = {part.id for target in targets if target for part in _names(target)}
        if value is not None and attribute in named:
            plain = any(isinstance(one, ast.Name) and one.id == attribute for one in targets)
            try:
                return (ast.literal_eval(value) if plain else NOT_SPELLED,)
            except ValueError:
                return (NOT_SPELLED,)
    return None


def _names(target: ast.expr) -> list[ast.Name]:
    return [each for each in ast.walk(target) if isinstance(each, ast.Name)]


@cache
def _tree(module: str) -> ast.Module:
    path = _ROOT.joinpath(*module.split(".")[1:])
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def native_files(package: str) -> dict[str, tuple[Path, ...]]:
    """Return the files of a room by name, without opening any."""
    root = _root(package)
    found: dict[str, tuple[Path, ...]] = {}
    for folder, folders, files in os.walk(root):
        folders[:] = [each for each in folders if each not in ("__pycache__", "web", "static")]
        for path in (Path(folder, file) for file in files if file.endswith(".py")):
            found[path.stem] = (*found.get(path.stem, ()), path.relative_to(root))
    return {name: paths for name, paths in found.items() if not name.startswith("__")}


@cache
def defining(package: str, constant: str, name: str) -> str | None:
    """Return the module of a room that is named `name` and defines the constant."""
    defines = re.compile(rf"^{constant}\b[^=\n]*= (?!\()", re.MULTILINE)
    root = _root(package)
    for path in native_files(package).get(name, ()):
        if defines.search((root / path).read_text(encoding="utf-8")):
            return ".".join((package, *path.with_suffix("").parts))
    return None


@cache
def families(package: str, constant: str) -> dict[str, str]:
    """Return the modules of a room that bind several contributions at once, by these' names."""
    defines = re.compile(rf"^{constant}\b[^=\n]*= \(", re.MULTILINE)
    root = _root(package)
    found: dict[str, str] = {}
    for path in (each for paths in native_files(package).values() for each in paths):
        if defines.search((root / path).read_text(encoding="utf-8")):
            module = ".".join((package, *path.with_suffix("").parts))
            found |= {each.name: module for each in getattr(import_module(module), constant)}
    return found


def _root(package: str) -> Path:
    """Return the folder of a package."""
    spec = find_spec(package)
    assert spec is not None
    return Path(next(iter(spec.submodule_search_locations or [])))


def constant_of(module: str, constant: str, name: str) -> Any:
    """Return what a module binds to a constant, of several the one of this name."""
    bound = getattr(import_module(module), constant)
    return next(each for each in bound if each.name == name) if isinstance(bound, tuple) else bound
