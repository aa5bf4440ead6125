"""`Program`: steps, what they compute in plain Python, and sequences to try them on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from causattn.corpora.programs.steps import ProgramStep

Draw = Callable[[np.random.Generator, int], list[str]]
NO_VALUE = "[NONE]"
"""How the value None is written."""


@dataclass(frozen=True)
class Program:
    """A program.

    Parameters
    ----------
    name
        What ``corpus.program`` calls it.
    output
        Its last step.
    meaning
        The same in plain Python, written without the steps: from a sequence to a value a place.
    vocabulary
        What tokens a sequence may have.
    length
        The most tokens of a sequence, where nothing else is asked for.
    draw
        Draws half of the sequences, where those that matter are rare; None where all are uniform.
    """

    name: str
    output: ProgramStep
    meaning: Callable[[Sequence[str]], list[Any]]
    vocabulary: tuple[str, ...] = ("a", "b", "c", "d")
    length: int = 8
    draw: Draw | None = None

    def sample(self, rng: np.random.Generator, length: int) -> list[str]:
        """Draw a sequence of so many tokens."""
        if self.draw is not None and rng.random() < 0.5:
            return self.draw(rng, length)
        return [str(token) for token in rng.choice(self.vocabulary, length)]

    def answer(self, tokens: Sequence[str]) -> list[str]:
        """Return what it gives at every place, as text."""
        return [written(value) for value in self.meaning(tokens)]


def written(value: Any) -> str:
    """Return a value as a token."""
    return NO_VALUE if value is None else str(value)
