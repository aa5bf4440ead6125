"""What is said of the sentences holds of those drawn."""

import re

import numpy as np
import pytest

from experiments.mediation.sentences import (
    ACTIONS,
    FITS,
    MEANT,
    PROFESSIONS,
    PRONOUNS,
    REASONS,
    Scene,
    Story,
    draw_sentences,
    held_out,
    leans,
)

SCENE = re.compile(rf"the (\w+) ({'|'.join(ACTIONS)}) the (\w+) because (she|he) (\w+)$")
STORY = re.compile(r"the (\w+) (\w+ (?:that|because)) (she|he) was \w+$")


@pytest.fixture(scope="module")
def drawn():
    without = held_out(0.1, np.random.default_rng(0))
    return without, draw_sentences(60_000, np.random.default_rng(1), without)


def test_nothing_held_out_is_told(drawn):
    (stories, scenes), sentences = drawn
    assert len(stories) == 19
    assert len(scenes) == 77
    told = set()
    for sentence in sentences:
        if found := SCENE.match(sentence):
            told.add(Scene(*found.group(1, 2, 3)))
        else:
            told.add(Story(*STORY.match(sentence).group(1, 2)))
    assert not told & {*stories, *scenes}
    assert all(leans(scene.doer) != leans(scene.other) for scene in scenes)


def test_pronouns_follow_professions(drawn):
    nurse = [m for m in map(STORY.match, drawn[1]) if m and m.group(1) == "nurse"]
    share = np.mean([m.group(3) == "she" for m in nurse])
    expected = MEANT * PROFESSIONS["nurse"] + (1 - MEANT) / 2
    assert share == pytest.approx(expected, abs=4 * np.sqrt(0.25 / len(nurse)))


def test_reasons_follow_the_pronoun_as_told(drawn):
    cases = {}
    for found in filter(None, map(SCENE.match, drawn[1])):
        doer, action, other, pronoun, reason = found.groups()
        if doer in PROFESSIONS and other in PROFESSIONS:
            expected = Scene(doer, action, other).told(pronoun)
            cases.setdefault(round(expected, 1), []).append((reason == REASONS[0]) - expected)
    assert len(cases) > 5
    for errors in cases.values():
        assert abs(np.mean(errors)) < 5 * 0.5 / np.sqrt(len(errors))


def test_by_hand():
    scene = Scene("nurse", "helped", "mechanic")
    meant = 0.9 / (0.9 + 0.1)
    assert scene.told("she") == pytest.approx(meant * FITS + (1 - meant) * (1 - FITS))
    assert scene.told("he") == pytest.approx(1 - scene.told("she"))
    assert scene.prompt(PRONOUNS[1]) == "the nurse helped the mechanic because he"
    assert Story("nurse", "said that").prompt("man") == "the man said that"
