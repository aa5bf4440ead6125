"""English sentences in which people's gender is told by pronouns and foretold by their context.

Two kinds of sentence, after the two sorts of prompt of Vig et al. (2020), section 4 (templates of
professions, and the pairs of Winobias and Winogender); the words and the grammar are our own:

    story  = the PERSON OPENING she|he was MOOD
    scene  = the PERSON ACTION the PERSON because she|he cared|asked

Half of the people are told by a word that has a gender (*queen*, *uncle*), the others by a
profession; such a person is a woman with that profession's probability. In a story the pronoun is
the person's with probability `MEANT`, else anybody's by a fair coin. In a scene it stands for the
doer or for the other by a fair coin, and the reason fits this role (the doer cared, the other
asked) with probability `FITS`. So a profession makes a pronoun likely; and the pronoun, through the
two professions, makes a reason likely. All these probabilities are known exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

PROFESSIONS = {
    "nurse": 0.9,
    "secretary": 0.85,
    "hairdresser": 0.9,
    "librarian": 0.8,
    "cashier": 0.8,
    "dancer": 0.85,
    "nanny": 0.9,
    "florist": 0.8,
    "carpenter": 0.1,
    "mechanic": 0.1,
    "farmer": 0.2,
    "guard": 0.15,
    "driver": 0.2,
    "plumber": 0.1,
    "pilot": 0.15,
    "sheriff": 0.2,
}
"""Probability that a person of this profession is a woman."""
WOMEN = ("woman", "girl", "queen", "aunt")
MEN = ("man", "boy", "king", "uncle")
PRONOUNS = ("she", "he")
OPENINGS = (
    "said that",
    "knew that",
    "wrote that",
    "hoped that",
    "forgot that",
    "thought that",
    "cried because",
    "laughed because",
    "slept because",
    "left because",
    "stayed because",
    "waited because",
)
MOODS = ("tired", "late", "happy", "alone", "ready", "sorry")
ACTIONS = ("helped", "fed", "saved", "carried", "visited", "paid")
REASONS = ("cared", "asked")
"""The one that lies with the doer, and the one that lies with the other."""
MEANT, FITS = 0.9, 0.9
_SHARE_OF_STORIES = 0.3
_SHARE_OF_PROFESSIONS = 0.5


@dataclass(frozen=True)
class Story:
    """A profession and an opening."""

    person: str
    opening: str

    def prompt(self, person: str | None = None) -> str:
        """Return the text up to the pronoun, perhaps of another person."""
        return f"the {person or self.person} {self.opening}"


@dataclass(frozen=True)
class Scene:
    """Two professions and what one did to the other."""

    doer: str
    action: str
    other: str

    def prompt(self, pronoun: str) -> str:
        """Return the text up to the reason."""
        return f"the {self.doer} {self.action} the {self.other} because {pronoun}"

    def told(self, pronoun: str) -> float:
        """Return the probability of the doer's reason by how the sentences are drawn."""
        doer, other = PROFESSIONS[self.doer], PROFESSIONS[self.other]
        if pronoun == PRONOUNS[1]:
            doer, other = 1 - doer, 1 - other
        meant = doer / (doer + other)
        return meant * FITS + (1 - meant) * (1 - FITS)


def held_out(share: float, rng: np.random.Generator) -> tuple[list[Story], list[Scene]]:
    """Return stories and scenes that no sentence for training tells.

    Parameters
    ----------
    share
        Of all stories, and of all scenes whose two professions lean to different genders.
    rng
        Draws which.
    """
    stories = [Story(*parts) for parts in product(PROFESSIONS, OPENINGS)]
    scenes = [
        Scene(doer, action, other)
        for doer, action, other in product(PROFESSIONS, ACTIONS, PROFESSIONS)
        if leans(doer) != leans(other)
    ]
    kept_stories = rng.permutation(len(stories))[: max(1, round(share * len(stories)))]
    kept_scenes = rng.permutation(len(scenes))[: max(1, round(share * len(scenes)))]
    return [stories[k] for k in sorted(kept_stories)], [scenes[k] for k in sorted(kept_scenes)]


def leans(profession: str) -> bool:
    """Tell whether most people of a profession are women."""
    return PROFESSIONS[profession] > 0.5


def draw_sentences(
    count: int, rng: np.random.Generator, without: tuple[list[Story], list[Scene]]
) -> list[str]:
    """Draw sentences to train on.

    Parameters
    ----------
    count
        How many.
    rng
        Draws everything.
    without
        Stories and scenes to leave out.
    """
    stories, scenes = set(without[0]), set(without[1])
    women = PROFESSIONS | dict.fromkeys(WOMEN, 1.0) | dict.fromkeys(MEN, 0.0)
    sentences: list[str] = []
    while len(sentences) < count:
        first, second = _person(rng), _person(rng)
        if rng.random() < _SHARE_OF_STORIES:
            story = Story(first, _one(OPENINGS, rng))
            chance = women[first] if rng.random() < MEANT else 0.5
            pronoun = PRONOUNS[int(rng.random() >= chance)]
            if story not in stories:
                sentences.append(f"{story.prompt()} {pronoun} was {_one(MOODS, rng)}")
            continue
        scene = Scene(first, _one(ACTIONS, rng), second)
        meant = int(rng.random() < 0.5)
        pronoun = PRONOUNS[int(rng.random() >= women[(first, second)[meant]])]
        told = meant if rng.random() < FITS else 1 - meant
        if scene not in scenes:
            sentences.append(f"{scene.prompt(pronoun)} {REASONS[told]}")
    return sentences


def _person(rng: np.random.Generator) -> str:
    """Draw a profession, or a person of known gender."""
    known = rng.random() >= _SHARE_OF_PROFESSIONS
    return _one((*WOMEN, *MEN) if known else tuple(PROFESSIONS), rng)


def _one(choices: tuple[str, ...], rng: np.random.Generator) -> str:
    return choices[rng.integers(len(choices))]
