"""Where experiments lie, and how the code in such a folder is imported."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import causattn
from causattn.base import ConfigError


def experiments_folder() -> Path | None:
    """Return ``experiments/`` beside the source checkout; None for an installed copy."""
    folder = Path(causattn.__file__).resolve().parents[1] / "experiments"
    return folder if folder.is_dir() else None


def on_path(folder: Path) -> str:
    """Make a folder importable, by worker processes too, and return its package's name."""
    inside = folder.parent.name == "experiments"  # others in it can be imported by name
    root = folder.parents[1] if inside else folder.parent
    package = f"experiments.{folder.name}" if inside else folder.name
    if not folder.name.isidentifier():
        raise ConfigError(
            f"{folder} cannot be imported: rename it to letters, digits and underscores."
        )
    if str(root) not in sys.path:
        sys.path.append(str(root))  # at the end: what is installed is not hidden
    spec = find_spec(package)
    places = (
        [] if spec is None else [Path(p).resolve() for p in spec.submodule_search_locations or ()]
    )
    if not places or places[0] != folder:
        taken = places[0] if places else getattr(spec, "origin", None)
        raise ConfigError(
            f"{folder} cannot be imported as {package}, the name of {taken}; rename the "
            "folder, or take the other off Python's path."
        )
    return package
