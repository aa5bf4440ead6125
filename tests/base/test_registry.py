"""Contributions by name: from a file of the room, an installed package, a plugin."""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
from abc import ABC, abstractmethod
from functools import partial

import numpy as np
import pytest

from causattn.base import (
    ConfigError,
    Registry,
    check_takes,
    due,
    load_plugins,
    number_given,
    plugin_names,
)
from causattn.base import plugins as plugin_module
from causattn.base import registry as registry_module
from causattn.base.on_demand import defining, families, native_files

CONTRACT = """
from abc import ABC, abstractmethod

class Dish(ABC):
    name: str
    price = 1

    @abstractmethod
    def cook(self): ...
"""
SOUP = """
class Soup:
    name = "soup"
    def cook(self): return "hot"

DISH = Soup()
"""


@pytest.fixture
def room(tmp_path, monkeypatch):
    """A room in a package of its own, with one native dish two folders down."""
    package = tmp_path / "kitchen"
    (package / "warm").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "warm" / "__init__.py").touch()
    (package / "warm" / "soup.py").write_text(SOUP)
    (package / "contract.py").write_text(CONTRACT)
    (package / "helper.py").write_text("DISHES = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield Registry("dishes", "dish", "DISH", "kitchen", "kitchen.contract:Dish", "dinner.kind")
    plugin_module.forget_plugins()
    native_files.cache_clear()
    defining.cache_clear()
    families.cache_clear()
    for name in [each for each in sys.modules if each.split(".")[0] == "kitchen"]:
        del sys.modules[name]


def write(folder, name, text):
    path = folder / name
    path.write_text(text)
    return str(path)


def test_a_file_of_the_room_is_found_by_its_name_and_imported_when_asked_for(room):
    assert list(room) == ["soup"]
    assert "soup" in room
    assert "helper" not in room
    assert "kitchen.warm.soup" not in sys.modules
    assert room["soup"].cook() == "hot"


def test_an_unknown_name_comes_with_the_nearest(room):
    with pytest.raises(ConfigError, match=r"dinner.kind=sou is not known; did you mean soup\?"):
        room["sou"]


def test_a_plugin_file_brings_one_or_several(room, tmp_path):
    one = write(tmp_path, "one.py", SOUP.replace("soup", "cake"))
    two = write(tmp_path, "two.py", SOUP.replace("soup", "pie") + "DISH = [DISH]\n")
    load_plugins([one, two])
    load_plugins([one])
    assert list(room) == ["cake", "pie", "soup"]
    assert room["cake"].cook() == "hot"
    assert room.entry("cake").source == one
    assert not room.entry("cake").native
    assert room.checksum("soup") is None
    assert len(room.checksum("cake")) == 64


def test_a_plugin_is_known_in_processes_that_start_later(room, tmp_path):
    load_plugins([write(tmp_path, "one.py", SOUP.replace("soup", "cake"))])
    program = "from causattn.base import plugin_names; print(plugin_names())"
    said = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, env=os.environ
    )
    assert said.stdout.strip() == str(plugin_names())
    assert json.loads(os.environ[plugin_module.VARIABLE]) == plugin_names()


def test_a_clash_with_a_native_name_names_both(room, tmp_path):
    place = write(tmp_path, "mine.py", SOUP)
    load_plugins([place])
    with pytest.raises(
        ConfigError, match=r"mine.py has the name of causattn's own in kitchen.warm"
    ):
        room["soup"]


def test_a_plugin_of_a_native_name_is_refused_where_another_is_asked_for(room, tmp_path):
    load_plugins([write(tmp_path, "mine.py", SOUP)])
    write(tmp_path / "kitchen", "bread.py", SOUP.replace("soup", "bread"))
    with pytest.raises(ConfigError, match=r"mine.py has the name of causattn's own"):
        room["bread"]


def test_settings_that_are_no_dataclass_are_refused(room, tmp_path):
    text = SOUP.replace("soup", "cake").replace('name = "cake"', 'name = "cake"; settings = dict')
    load_plugins([place := write(tmp_path, "cake.py", text)])
    with pytest.raises(ConfigError, match=rf"of the dish cake of {place} are no dataclass"):
        room["cake"]


def test_what_is_not_due_is_refused_with_the_file_of_who_gave_it(room):
    dish = room["soup"]
    assert due(dish.cook(), "str", dish) == "hot"
    assert due(True, "int", dish) is True
    file = sys.modules[type(dish).__module__].__file__
    with pytest.raises(ConfigError, match=rf"soup of {file} gave an object of the type str, where"):
        due("hot", "Dish", dish)


def test_two_plugins_of_one_name_are_refused(room, tmp_path):
    load_plugins([write(tmp_path, name, SOUP.replace("soup", "cake")) for name in ("a.py", "b.py")])
    with pytest.raises(ConfigError, match=r"Two dishs are named cake, that of .*a.py and .*b.py"):
        room["cake"]


def test_what_fails_to_import_is_one_sentence(room, tmp_path):
    place = write(tmp_path, "broken.py", "1 / 0\n")
    with pytest.raises(ConfigError, match=r"broken.py cannot be imported \(ZeroDivisionError"):
        load_plugins([place])
    with pytest.raises(ConfigError, match=r"leaves.py cannot be imported \(SystemExit: 3\)"):
        load_plugins([write(tmp_path, "leaves.py", "import sys\nsys.exit(3)\n")])
    with pytest.raises(ConfigError, match="There is no plugin"):
        load_plugins([str(tmp_path / "absent.py")])
    with pytest.raises(ConfigError, match="There is no module no_such_thing"):
        load_plugins(["no_such_thing"])


def test_what_the_contract_asks_for_and_is_missing_is_named(room, tmp_path):
    load_plugins([write(tmp_path, "raw.py", "class Raw:\n    name = 'raw'\nDISH = Raw()\n")])
    with pytest.raises(ConfigError, match=r"The dish raw of .*raw.py lacks cook; see"):
        room["raw"]


def test_a_contribution_without_a_name_is_refused(room, tmp_path):
    load_plugins([write(tmp_path, "raw.py", "DISH = object()\n")])
    with pytest.raises(ConfigError, match="has no name"):
        list(room)


def test_an_entry_point_of_an_installed_package(room, tmp_path, monkeypatch):
    write(tmp_path, "bakery.py", SOUP.replace("soup", "bread"))
    points = (importlib.metadata.EntryPoint("bread", "bakery:DISH", "causattn.dishes"),)
    monkeypatch.setattr(registry_module, "_entry_points", lambda group: points)
    assert list(room) == ["bread", "soup"]
    assert room["bread"].name == "bread"
    assert len(room.checksum("bread")) == 64


def test_an_entry_point_that_cannot_be_imported(room, monkeypatch):
    points = (importlib.metadata.EntryPoint("bread", "no_bakery:DISH", "causattn.dishes"),)
    monkeypatch.setattr(registry_module, "_entry_points", lambda group: points)
    assert "bread" in room
    with pytest.raises(ConfigError, match=r"no_bakery:DISH .* cannot be imported"):
        room["bread"]


def test_what_a_contract_requires():
    class Contract(ABC):
        name: str
        price: int = 1

        @abstractmethod
        def cook(self):
            """Cook."""

    assert registry_module.required(Contract) == ["name", "cook"]


def test_several_of_a_kind_may_share_a_file(room, tmp_path):
    both = SOUP.replace("DISH = ", "ONE = ") + '\n\nclass Broth(type(ONE)):\n    name = "broth"\n'
    (tmp_path / "kitchen" / "soups.py").write_text(f"{both}\n\nDISH = (ONE, Broth())\n")
    (tmp_path / "kitchen" / "warm" / "soup.py").unlink()
    assert list(room) == ["broth", "soup"]
    assert room["broth"].name == "broth"
    assert room.entry("soup").native
    assert "soups" not in room


def two(x, y):
    return x + y


class Asks:
    def p_values(self, questions):
        return questions


@pytest.mark.parametrize(
    "function", [two, lambda *anything: 0, partial(lambda x, y, z: 0, z=1), max]
)
def test_a_function_that_takes_them_passes(function):
    check_takes(function, ("x", "y"))


def test_by_place_and_by_name():
    check_takes(Asks().p_values, ("anything",))
    check_takes(two, ("y", "x"), by_name=True)
    with pytest.raises(
        ConfigError, match=r"two\(x, y\) is called with \(a, b\), which it does not"
    ):
        check_takes(two, ("a", "b"), by_name=True)
    with pytest.raises(
        ConfigError, match=r"\(x, y\) is called with \(x, y, given\), which it does"
    ):
        check_takes(two, ("x", "y", "given"))


@pytest.mark.parametrize("value", [1, 1.0, np.float32(1), np.array(1), "1", True])
def test_a_number_is_its_float(value):
    assert number_given(value) == 1.0


@pytest.mark.parametrize("value", [None, "high", [1.0, 2.0], np.array([1.0, 2.0]), object()])
def test_what_is_no_number_is_nan(value):
    assert np.isnan(number_given(value))
