"""What ranks the paths of a model, and what says which of them stay, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causattn.base import Registry

if TYPE_CHECKING:
    from causattn.circuits.contract import PathRule, PathScreen

_PACKAGE, _CONTRACT = "causattn.circuits", "causattn.circuits.contract"

PATH_SCREENS: Registry[PathScreen] = Registry(
    "path_screens",
    "path screen",
    "PATH_SCREEN",
    _PACKAGE,
    f"{_CONTRACT}:PathScreen",
    "graph.candidates",
)
PATH_RULES: Registry[PathRule] = Registry(
    "path_rules", "path rule", "PATH_RULE", _PACKAGE, f"{_CONTRACT}:PathRule", "graph.rule"
)
