"""What a class spells out in its source, read without importing it.

A registry is asked small things about all its contributions: which refuters run by default, which
columns they fill. Importing all of them to find out would load what no run needs.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

NOT_SPELLED = object()
"""Given where an attribute is not in the source as a plain value."""
_ROOT = Path(__file__).resolve().parents[1]


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
