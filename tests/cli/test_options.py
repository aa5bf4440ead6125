"""The files of every config group say what the settings dataclasses say."""

import dataclasses
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
import yaml
from omegaconf import OmegaConf

from causattn.base import ConfigError, default_values, options_of, settings_from
from causattn.checks import check_settings
from causattn.cli.compose import compose_config, config_folder, option_values
from causattn.cli.options import GROUPS, WRITTEN, group_kinds, main, option_file, write_groups

FILES = [path for group in GROUPS for path in sorted((config_folder() / group).glob("*.yaml"))]
PRESETS = [path for path in FILES if "defaults" in yaml.safe_load(path.read_text())]


def is_number(hint: object) -> bool:
    """Return whether a setting is a number, or a number or null."""
    return hint in (int, float) or bool({int, float} & {*get_args(hint)})


def name(path: Path) -> str:
    return f"{path.parent.name}={path.stem}"


@pytest.mark.parametrize("group", GROUPS)
def test_every_file_is_written_from_its_settings_or_a_preset(group: str) -> None:
    kinds = group_kinds(group)
    folder = config_folder() / group
    for kind, (settings, about) in kinds.items():
        assert (folder / f"{kind}.yaml").read_text() == option_file(kind, settings, about)
    for path in folder.glob("*.yaml"):
        if path.stem in kinds or path in PRESETS:
            continue
        assert path.stem == "none"
        assert yaml.safe_load(path.read_text()) == {"kind": "none"}


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_file_composes_to_the_defaults_of_its_settings(path: Path) -> None:
    group = path.parent.name
    chosen = compose_config([f"{group}={path.stem}"])[group]
    composed = {key: chosen._get_node(key)._value() for key in chosen if key != "kind"}
    if path.stem == "none":
        assert not composed
        return
    settings, _ = group_kinds(group)[chosen.kind]
    expected = {option.name: option.default for option in options_of(settings)}
    if path in PRESETS:
        expected |= yaml.safe_load(path.read_text())
        assert expected.pop("defaults") == [chosen.kind, "_self_"]
    plain = {
        key: [item._value() for item in value] if isinstance(value, list) else value
        for key, value in composed.items()
    }
    assert plain == expected


def test_numbers_below_all_sense_are_refused_before_work_and_at_once() -> None:
    whole = OmegaConf.to_container(compose_config([]))
    assert isinstance(whole, dict)
    kinds = [(group, *each) for group in GROUPS for each in group_kinds(group).items()]
    for group, kind, (settings, _) in kinds:
        bad = {key: -1 for key, hint in get_type_hints(settings).items() if is_number(hint)}
        if not bad:
            continue
        given = {**default_values(settings), "kind": kind, **bad}
        with pytest.raises(ConfigError) as caught:
            check_settings({**whole, group: given})
        unsaid = [key for key in bad if f"{group}.{key}" not in str(caught.value)]
        assert not unsaid, f"{kind}: {caught.value}"


@pytest.mark.parametrize("path", PRESETS, ids=name)
def test_a_preset_says_what_it_is_of_and_lists_only_what_differs(path: Path) -> None:
    own = yaml.safe_load(path.read_text())
    kind = own.pop("defaults")[0]
    assert path.read_text().startswith(f"# Preset of {kind}: ")
    settings, _ = group_kinds(path.parent.name)[kind]
    defaults = {option.name: option.default for option in options_of(settings)}
    assert all(defaults[key] != value for key, value in own.items())
    values = option_values(path)
    assert values.keys() == {"kind", *defaults}
    given = {key: value for key, value in values.items() if key != "kind"}
    settings_from(settings, given, "")


def test_what_is_not_as_written_is_found_and_mended(tmp_path: Path) -> None:
    written = write_groups(tmp_path)
    assert {"corpus/bayesnet.yaml", "discovery/pc.yaml"} <= {*written}
    assert write_groups(tmp_path, check=True) == []
    (tmp_path / "discovery" / "pc.yaml").write_text("kind: pc\n")
    (tmp_path / "discovery" / "gone.yaml").write_text(f"{WRITTEN}\nkind: gone\n")
    (tmp_path / "discovery" / "mine.yaml").write_text("# Preset of pc: mine\ndefaults: [pc]\n")
    assert write_groups(tmp_path, check=True) == ["discovery/pc.yaml", "discovery/gone.yaml"]
    assert write_groups(tmp_path) == ["discovery/pc.yaml", "discovery/gone.yaml"]
    assert write_groups(tmp_path, check=True) == []
    assert (tmp_path / "discovery" / "mine.yaml").is_file()
    assert not (tmp_path / "discovery" / "gone.yaml").exists()


def test_the_check_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0
    assert capsys.readouterr().out == ""


def test_values_are_read_back_as_they_were() -> None:
    @dataclasses.dataclass
    class Odd:
        """Values that YAML could take for others.

        Parameters
        ----------
        small, word, empty, listed, pair, number
            Values.
        """

        small: float = 1e-05
        word: str = "no"
        empty: str = ""
        listed: tuple[str, ...] = ("a: b", "#c")
        pair: dict[str, int] = dataclasses.field(default_factory=lambda: {"a": 1})
        number: str = "1"

    text = option_file("odd", Odd, summary := "Odd.")
    assert summary in text
    read = yaml.safe_load(text)
    assert read.pop("kind") == "odd"
    assert read == {option.name: option.default for option in options_of(Odd)}
