import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

HEAVY = ("torch", "transformers", "matplotlib", "pgmpy.readwrite")
ROOMS = ("attention", "effects", "models", "report")


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_name_of_a_room_is_found(room: str) -> None:
    module = import_module(f"causattn.{room}")
    for name in module.__all__:
        assert getattr(module, name) is not None


def test_names_are_listed_before_they_are_fetched() -> None:
    program = (
        "import sys, causattn.attention as room; "
        "print(set(room.__all__) <= set(dir(room)), 'torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == ["True", "False"]


@pytest.mark.parametrize("room", ROOMS)
def test_an_unknown_name_is_an_attribute_error(room: str) -> None:
    module = import_module(f"causattn.{room}")
    with pytest.raises(AttributeError, match=f"'causattn.{room}' has no attribute 'nonsense'"):
        _ = module.nonsense


def test_a_study_without_a_model_loads_neither_torch_nor_figures(tmp_path: Path) -> None:
    program = f"""
import sys
from pathlib import Path
from causattn.cli.hydra import register_names
from causattn.cli import compose_config, plain
from causattn.cli.job import perform
register_names()
config = plain(compose_config([
    "experiment=discovery", "discovery=pc", "corpus.documents=1000", "report=false", "quiet=true",
    "paths.cache={tmp_path / "cache"}",
]))
perform(config, Path({str(tmp_path / "run")!r}))
print([name for name in {HEAVY!r} if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
    assert (tmp_path / "run" / "manifest.json").is_file()
