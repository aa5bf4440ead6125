"""A public name stands for one thing in the whole package."""

import ast
from collections import defaultdict
from pathlib import Path

import causattn

PACKAGE = Path(causattn.__file__).parent


def exported() -> dict[str, list[str]]:
    """Return by public name the rooms that export it."""
    places = defaultdict(list)
    for path in sorted(PACKAGE.glob("*/__init__.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
                for name in ast.literal_eval(node.value):
                    places[name].append(path.parent.name)
    return places


def test_no_name_is_exported_by_two_rooms() -> None:
    twice = {name: rooms for name, rooms in exported().items() if len(rooms) > 1}
    assert twice == {}


def test_no_two_public_classes_share_a_name() -> None:
    """Also not where only one of them is exported: a reader would take one for the other."""
    public = set(exported())
    places = defaultdict(set)
    for path in PACKAGE.rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].add(str(path.relative_to(PACKAGE)))
    twice = {
        name: sorted(files)
        for name, files in places.items()
        if len(files) > 1 and (name in public or len({f.split("/")[0] for f in files}) > 1)
    }
    assert twice == {}
