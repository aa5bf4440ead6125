"""Own contributions on the command line: named, chosen, listed, and refused in one sentence."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

import causattn
from causattn.base import ConfigError, Registry, forget_plugins, plugin_names
from causattn.cli import compose as compose_module
from causattn.cli import main
from causattn.cli.compose import RoomListing, with_plugins
from causattn.cli.main import plugins_given
from causattn.results import config_key

Studies = list[Mapping[str, Any]]
CONTRACT = """
from abc import ABC, abstractmethod

class Dish(ABC):
    name: str
    settings: type

    @abstractmethod
    def cook(self): ...
"""
MINE = '''
from dataclasses import dataclass

@dataclass(frozen=True)
class MineSettings:
    """How it is done.

    Parameters
    ----------
    alpha, parts
        A level, and some parts.
    """

    alpha: float = 0.05
    parts: tuple[str, ...] = ("a", "b")

class Mine:
    """Searches in my own way."""

    name = "mine"
    paper = "Somebody (2031), A way of searching"
    settings = MineSettings

    def cook(self): ...

DISH = Mine()
'''


@pytest.fixture
def galley(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the group discovery choose from a room that has nothing of its own."""
    package = tmp_path / "packages" / "galley"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "contract.py").write_text(CONTRACT)
    monkeypatch.syspath_prepend(str(package.parent))
    registry: Registry[Any] = Registry(
        "dishes", "dish", "DISH", "galley", "galley.contract:Dish", "discovery.kind"
    )
    monkeypatch.setattr(RoomListing, "load", lambda self: registry)
    monkeypatch.setattr(
        compose_module, "ROOMS", {"dishes": RoomListing("galley:DISHES", group="discovery")}
    )
    yield
    forget_plugins()
    for name in [each for each in sys.modules if each.split(".")[0] == "galley"]:
        del sys.modules[name]


@pytest.fixture
def mine(studies: Studies) -> str:
    Path("mine.py").write_text(MINE)
    return "mine.py"


def test_flags_and_overrides_name_plugins_and_are_taken_out() -> None:
    given = ["--plugins", "a.py", "-m", "plugins=[b.py,'c d.py']", "seed=1", "--plugins=e.f"]
    assert plugins_given(given) == (["a.py", "e.f", "b.py", "c d.py"], ["-m", "seed=1"])
    assert plugins_given(["seed=1"]) == ([], ["seed=1"])
    with pytest.raises(ConfigError, match=r"plugins=a.py is no list of plugins"):
        plugins_given(["plugins=a.py"])


@pytest.mark.usefixtures("galley")
def test_a_kind_of_a_plugin_needs_no_file_of_settings(studies: Studies, mine: str) -> None:
    assert main(["run", "--plugins", mine, "discovery=mine", "discovery.alpha=.1"]) == 0
    assert studies[0]["discovery"] == {"kind": "mine", "alpha": 0.1, "parts": ["a", "b"]}
    assert studies[0]["plugins"] == [str(Path.cwd() / "mine.py")]
    folder = next(Path("results/runs").iterdir())
    stored = yaml.safe_load((folder / "config.yaml").read_text())
    assert stored["plugins"] == [str(Path.cwd() / "mine.py")]


@pytest.mark.usefixtures("galley")
def test_a_sweep_crosses_own_kinds_with_others(studies: Studies, mine: str) -> None:
    assert main(["sweep", "--plugins", mine, "discovery=mine,pc", "seed=0,1"]) == 0
    kinds = [config["discovery"]["kind"] for config in studies]
    assert kinds == ["mine", "mine", "pc", "pc"]
    assert main(["sweep", "--plugins", mine, "discovery=mine,pc", "seed=0,1"]) == 0
    assert len(studies) == 4  # finished before


@pytest.mark.usefixtures("galley")
def test_from_python(studies: Studies, mine: str) -> None:
    causattn.run("discovery=mine", "report=false", plugins=[mine])
    assert studies[0]["discovery"]["kind"] == "mine"


@pytest.mark.usefixtures("galley")
def test_options_outside_lie_in_a_folder_of_ones_own(studies: Studies, mine: str) -> None:
    outside = Path("own/discovery")
    outside.mkdir(parents=True)
    (outside / "strict.yaml").write_text("kind: mine\nalpha: 0.001\n")
    given = ["--config-dir", "own", "--plugins", mine, "discovery=strict"]
    assert main(["run", *given]) == 0
    assert main(["sweep", *given, "seed=3,4"]) == 0
    assert main(["run", "seed=5", *given, "report=false"]) == 0  # flags between the overrides
    assert [config["discovery"]["alpha"] for config in studies] == [0.001] * 4
    assert studies[-1]["seed"] == 5


@pytest.mark.usefixtures("galley")
def test_an_experiment_names_its_plugins(studies: Studies, mine: str) -> None:
    Path("own/experiment").mkdir(parents=True)
    Path("own/experiment/tried.yaml").write_text(
        "# @package _global_\ndefaults:\n  - override /discovery: mine\nplugins: [mine.py]\n"
    )
    assert main(["run", "--config-dir", "own", "experiment=tried"]) == 0
    assert studies[0]["discovery"]["kind"] == "mine"
    assert studies[0]["plugins"] == [str(Path.cwd() / "mine.py")]


@pytest.mark.usefixtures("galley")
def test_help_lists_own_options(
    studies: Studies, mine: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--plugins", mine, "--help"]) == 0
    assert "discovery: ges, mine, pc" in capsys.readouterr().out


@pytest.mark.usefixtures("galley")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 / 0\n", "cannot be imported (ZeroDivisionError: division by zero)"),
        (MINE.replace("def cook", "def eat"), "The dish mine of {place} lacks cook; see"),
        (MINE + "DISH = [DISH, DISH]\n", ""),
        (MINE + "DISH = object()\n", "DISH in {place} has no name"),
    ],
)
def test_what_is_wrong_with_a_plugin_is_one_sentence(
    studies: Studies, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    Path("bad.py").write_text(text)
    code = main(["run", "--plugins", "bad.py", "discovery=mine"])
    err = capsys.readouterr().err
    assert code == (2 if said else 0)
    assert said.format(place=Path.cwd() / "bad.py") in err
    assert err.count("\n") == bool(said)


@pytest.mark.usefixtures("galley")
def test_no_class_can_be_named_in_a_configuration(
    studies: Studies, mine: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["run", "--plugins", mine, "discovery=mine"]
    assert main([*given, "discovery._target_=os.system"]) == 2
    assert "discovery._target_ is not a group or key" in capsys.readouterr().err
    assert studies == []


@pytest.mark.usefixtures("galley")
def test_list_says_what_there_is(mine: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--plugins", mine]) == 0
    out = capsys.readouterr().out
    assert out.startswith("dishes: choose with discovery.kind")
    row = out.splitlines()[2].split("  ")
    assert [cell.strip() for cell in row if cell.strip()] == [
        "mine",
        "mine.py",
        "Searches in my own way",
        "Somebody (2031), A way of searching",
        "alpha=0.05 parts=['a', 'b']",
    ]
    assert main(["list", "dishs"]) == 2
    assert "no room 'dishs'; did you mean dishes?" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["collect", "compare", "report", "cache", "list", "reproduce"])
def test_every_command_takes_plugins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    absent = str(tmp_path / "absent.py")
    given = {"cache": [], "list": [], "reproduce": ["list"]}.get(command, [str(tmp_path)])
    assert main([command, *given, "--plugins", absent]) == 2
    assert capsys.readouterr().err == (
        f"There is no plugin {absent}; give the path of a Python file.\n"
    )


def test_a_run_is_known_by_what_its_plugins_hold(tmp_path: Path) -> None:
    one, two, other = (tmp_path / name for name in ("one.py", "two.py", "other.py"))
    for path, text in ((one, "X = 1\n"), (two, "X = 1\n"), (other, "X = 2\n")):
        path.write_text(text)
    keys = [config_key({"seed": 0, "plugins": [str(path)]}) for path in (one, two, other)]
    forget_plugins()
    assert keys[0] == keys[1] != keys[2]
    assert config_key({"seed": 0, "plugins": []}) == config_key({"seed": 0})


def test_a_process_that_starts_later_has_the_plugins(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("X = 1\n")
    with_plugins(["--plugins", str(tmp_path / "mine.py")])
    code = "from causattn.base import plugin_names; print(plugin_names()[0])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout.split() == plugin_names()
    forget_plugins()


@pytest.mark.usefixtures("galley")
def test_the_tab_key_knows_own_options(
    studies: Studies,
    mine: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COMP_LINE", "causattn run --plugins mine.py discovery=m")
    assert main(["-sc", "query=bash"]) == 0
    assert capsys.readouterr().out.split() == ["discovery=mine"]
