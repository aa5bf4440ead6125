"""A room is used by its public face: what its ``__init__`` exports.

Inside a room, modules import each other freely. From outside, only ``from causattn.ROOM import
name`` with a name of its ``__all__`` is allowed, or its ``contract``. A test may also open the
subject that it mirrors (``tests/discovery/pc/`` opens ``causattn.discovery.pc``) and use the faces
of its room's other subjects (``from causattn.discovery.scores import BDeu``). Kernels may be
tested, and called by other kernels, where they stand: compiled code cannot be handed out on demand.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import causattn

PACKAGE = Path(causattn.__file__).parent
ROOT = Path(__file__).parents[1]
ROOMS = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}

KERNELS = re.compile(
    r"kernels|^bitset$|^marks$|^compiled$|^compiling$|^reference|^scratch$|^between$|^pairs$"
)
"""Modules that may be opened from outside, each part of the name below the room searched."""


def imports(path: Path) -> Iterator[tuple[int, str, str]]:
    """Yield line, module and name of each import from causattn."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for each in node.names:
                yield node.lineno, node.module, each.name
        elif isinstance(node, ast.Import):
            for each in node.names:
                yield node.lineno, each.name, ""


def public(file: Path) -> set[str]:
    """Return what an ``__init__.py`` exports, without importing it."""
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


FACES = {
    ".".join(file.parent.relative_to(PACKAGE).parts): public(file)
    for file in PACKAGE.glob("*/**/__init__.py")
}


def reaches(path: Path, own: tuple[str, ...]) -> Iterator[str]:
    """Yield the imports of a file that go behind another room's face.

    `own` is the part of the package that it may open: ``("discovery", "pc")``; none for none.
    """
    for line, module, name in imports(path):
        root, *parts = module.split(".")
        if root != "causattn" or not parts or parts[0] not in ROOMS:
            continue
        room, *inner = parts
        if own and parts[: len(own)] == list(own):
            continue
        if any(KERNELS.search(part) for part in (*inner, name)):
            continue
        if inner == ["contract"] or (not inner and name in FACES[room] | {"", "contract"}):
            continue
        if own and room == own[0] and name in FACES.get(".".join(parts), ()):
            continue
        yield f"{path.relative_to(ROOT)}:{line}: {module} ({name})"


def found(folder: Path, place: str = "package") -> list[str]:
    lines: list[str] = []
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).parent.parts
        own = parts[:1] if place == "package" else parts if place == "tests" else ()
        lines += reaches(path, own)
    return lines


def test_rooms_use_each_other_by_their_faces() -> None:
    assert found(PACKAGE) == []


def test_tests_open_what_they_mirror_and_nothing_else() -> None:
    assert found(ROOT / "tests", "tests") == []


def test_experiments_use_public_faces() -> None:
    assert found(ROOT / "experiments", "experiments") == []


def test_a_reach_is_seen(tmp_path: Path) -> None:
    path = ROOT / "tests" / "discovery" / "pc" / "made_up.py"
    source = "from causattn.graphs.meek import closure\nfrom causattn.discovery.pc.run import x\n"
    file = tmp_path / "file.py"
    file.write_text(source + "from causattn.discovery import pc\nimport causattn.effects.verdict\n")

    class There(type(file)):  # type: ignore[misc]
        """A file that is read here and named as if it lay there."""

        def relative_to(self, *other: object, **options: object) -> Path:
            return path.relative_to(ROOT)

    seen = [each.split(": ")[1] for each in reaches(There(file), ("discovery", "pc"))]
    assert seen == ["causattn.graphs.meek (closure)", "causattn.effects.verdict ()"]
