"""``causattn explain`` and ``run --help``: every key that there is has its meaning beside it."""

import pytest

from causattn.cli import main
from causattn.cli.compose import ROOMS, compose_config, config_folder, groups, option_values
from causattn.cli.explain import GROUP_WORDS, explained
from causattn.cli.key_meanings import (
    common_keys,
    option_keys,
    option_meaning,
    options_in,
    spare_keys,
)

OPTIONS = [(group, option) for group in groups() for option in options_in(group)]


def test_every_group_is_explained():
    assert set(GROUP_WORDS) == set(groups())


@pytest.mark.parametrize(("group", "option"), OPTIONS)
def test_every_option_and_every_key_of_it_is_explained(group, option):
    assert len(option_meaning(group, option).split()) >= 3
    for key in option_keys(group, option):
        assert key.meaning, key.name


def test_keys_of_no_group_are_explained():
    names = {key.name for key in common_keys()}
    assert {"seed", "controls", "limits.timeout_s", "page.surrogate", "paths.cache"} <= names
    unsaid = {key.name for key in common_keys() if not key.meaning}
    assert unsaid == set()


def test_a_preset_has_its_own_value_and_the_meaning_of_what_it_is_one_of():
    found = {key.name: key for key in option_keys("corpus", "asia")}
    base = {key.name: key for key in option_keys("corpus", "bayesnet")}
    assert found["corpus.network"].value == "asia"
    assert found["corpus.network"].meaning == base["corpus.network"].meaning


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("seed", "Every random draw of a run follows from this one number."),
        ("limits", "limits.timeout_s=null"),
        ("discovery=pc", "Level of each test."),
        ("pc", "discovery.alpha=0.01"),
        ("discovery.alpha", "in discovery=fci, gfci, icd, pc, rfci"),
        ("alpha", "in discovery=fci, gfci, icd, pc, rfci"),
        ("discovery", "discovery=ges: GES"),
        ("shd", "Pairs of variables whose edges differ"),
        ("data_estimate", "column of the evidence table"),
        ("fisher_z", "fisher_z (tests)"),
        ("dowhy", "effects=dowhy"),
    ],
)
def test_a_word_is_explained(word, said):
    assert said in "\n".join(explained(word))


def test_a_word_that_is_none_is_a_sentence(capsys):
    assert main(["explain", "alhpa"]) == 2
    assert capsys.readouterr().err == "causattn knows no alhpa; did you mean alpha?\n"
    assert main(["explain", "seed", "discovery.alpha"]) == 0
    assert "Every random draw" in capsys.readouterr().out


def test_every_contribution_can_be_asked_for():
    for listing in ROOMS.values():
        for name in list(listing.load())[:3]:
            assert explained(name)


@pytest.mark.parametrize("command", [["run"], ["sweep"], ["sweep", "--stop-at-first-failure"]])
def test_help_explains_the_choices_that_are_made(command, capsys):
    assert main([*command, "--help", "discovery=ges", "discovery.turning=false"]) == 0
    said = capsys.readouterr().out
    assert "discovery=ges: GES, greedy equivalence search" in said
    assert "discovery.turning=false\n    Search on with a turning phase" in said
    assert "discovery.alpha" not in said
    for key in option_values(config_folder() / "model" / "tiny_mlm.yaml"):
        assert key == "kind" or f"model.{key}=" in said


def test_a_plugins_options_are_explained(tmp_path, capsys):
    from causattn.base import forget_plugins

    (tmp_path / "mine.py").write_text(
        '''
from dataclasses import dataclass

from causattn.discovery.contract import CONTINUOUS_OR_DISCRETE, Algorithm, Capability, RunSettings


@dataclass(frozen=True, kw_only=True)
class MineSettings(RunSettings):
    """Settings of mine.

    Parameters
    ----------
    daring
        How bold it is.
    """

    kind: str = "mine"
    daring: float = 0.5


class Mine(Algorithm):
    """Bold guesses."""

    name = "mine"
    settings = MineSettings
    capability = Capability(data_kinds=CONTINUOUS_OR_DISCRETE)

    def run(self, problem, settings):
        raise NotImplementedError


ALGORITHM = Mine()
''',
        encoding="utf-8",
    )
    try:
        assert main(["explain", "discovery=mine", "--plugins", str(tmp_path / "mine.py")]) == 0
    finally:
        forget_plugins()
    said = capsys.readouterr().out
    assert "discovery=mine: Bold guesses" in said
    assert "discovery.daring=0.5\n      How bold it is." in said


@pytest.mark.parametrize(
    ("arguments", "out"),
    [
        (["corpus=file"], ["~corpus.documents"]),
        (["corpus=asia,file"], []),
        (["corpus=alarm"], []),
        ([], []),
        (["corpus=file", "corpus.documents=5"], []),
        (["corpus=file", "~corpus.documents"], []),
    ],
)
def test_what_an_experiment_sets_for_another_option_is_taken_out(arguments, out):
    assert spare_keys({"corpus": {"documents": 2000}, "controls": []}, arguments) == out


def test_ones_own_texts_go_with_experiment_discovery(tmp_path):
    given = ["experiment=discovery", "corpus=file", f"corpus.path={tmp_path}", "features=words"]
    assert "documents" not in compose_config(given)["corpus"]
    assert compose_config(["experiment=discovery"])["corpus"]["documents"] == 2000
