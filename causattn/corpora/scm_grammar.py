"""What a domain of ``corpus=scm`` is: what depends on what, and how each of it is said.

A clause says a concept's value outright (``{}`` is one of the value's words) or lets it be
inferred.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Language = Literal["english", "chinese"]
SEPARATOR: Mapping[Language, str] = {"english": " ", "chinese": ""}


@dataclass(frozen=True)
class Said:
    """How one value of a concept is said.

    Parameters
    ----------
    frames, words
        Outright: a sentence with ``{}`` for one of the words.
    implied
        Sentences that say it without a word for it.
    """

    frames: tuple[str, ...]
    words: tuple[str, ...]
    implied: tuple[str, ...]


@dataclass(frozen=True)
class Concept:
    """A binary concept of the structural model.

    Parameters
    ----------
    name, values
        Its name, and its values, the one that is coded 0 first.
    base
        Chance of value 1 where all parents are 0.
    parents
        What each parent's value 1 adds to that chance.
    weight
        What value 1 rather than 0 adds to the outcome before noise and rounding.
    """

    name: str
    values: tuple[str, str]
    base: float
    parents: dict[str, float]
    weight: float


@dataclass(frozen=True)
class Domain:
    """A kind of document and the structural model behind it.

    Parameters
    ----------
    hidden
        The common cause that no text speaks of.
    concepts
        Those that texts speak of, in a causal order.
    outcome
        What the concepts make, in five classes from 1 to 5.
    middle, spread
        The outcome where all concepts are even, and the standard deviation of its noise.
    written
        Chance that a document of each class is written, where that is chosen.
    said
        By language and concept, how either value is said.
    distractors
        By language, sentences that say nothing of any concept.
    """

    hidden: Concept
    concepts: tuple[Concept, ...]
    outcome: str
    middle: float
    spread: float
    written: tuple[float, float, float, float, float]
    said: Mapping[Language, Mapping[str, tuple[Said, Said]]]
    distractors: Mapping[Language, tuple[str, ...]]
