"""Examples in docstrings give what they say.

Only files that hold an example are imported, so that this costs seconds; it is the same as
``pytest --doctest-modules causattn``.
"""

import doctest
import sys
from importlib import import_module
from pathlib import Path

import pytest

import causattn

ROOT = Path(causattn.__file__).parent
OPTIONAL = {"captum", "dagma", "datasets", "pygam", "ray", "shap"}
MODULES = sorted(
    ".".join(("causattn", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
    for path in ROOT.rglob("*.py")
    if "node_modules" not in path.parts and ">>> " in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        import_module(name)
    except ModuleNotFoundError as error:
        if error.name in OPTIONAL:
            pytest.skip(f"{error.name} is not installed")
        raise
    done = doctest.testmod(sys.modules[name], optionflags=doctest.NORMALIZE_WHITESPACE)
    assert done.failed == 0


def test_there_are_examples() -> None:
    assert len(MODULES) >= 5
