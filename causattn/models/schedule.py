"""How long a model is trained, and at which rate: by the corpus, and by what it has learned."""

from __future__ import annotations

from dataclasses import dataclass

FIRST, A_VALUE = 500, 30
"""Steps that any corpus takes, and those that each value of its variables adds."""
PLAIN = 1500
"""Steps for text that states no variables."""
PASSES = 100
"""Most times that a document is read, where there are few; but at least `FEWEST` steps."""
FEWEST = 300
WARM = 100
"""Steps over which the rate rises."""
COOL = 0.25
"""Share of all steps over which it falls to nothing."""


def most_steps(documents: int, values: int | None, batch: int) -> int:
    """Return the most steps that a corpus is worth, to hundreds.

    What a model has to learn is how each value of a variable bears on the others, and each batch
    shows it some of that; few documents have little to teach, however often they are read.

    Parameters
    ----------
    documents
        That it is trained on.
    values
        How many all its variables have together; None for text that states no variables.
    batch
        Documents in a step.
    """
    wanted = PLAIN if values is None else FIRST + A_VALUE * values
    worth = max(FEWEST, PASSES * documents // batch)
    return round(min(wanted, worth), -2)


@dataclass
class Schedule:
    """The learning rate's course: up, level, and down to nothing once nothing more is learned.

    A level course can be ended at any step, which the one-cycle's cannot (Hu et al. 2024,
    "MiniCPM": warm-up, stable, decay).

    Parameters
    ----------
    most
        Steps that it has at most.
    """

    most: int

    def __post_init__(self) -> None:
        self.end = self.most
        self.falls = self.most - max(1, round(COOL * self.most))

    def settle(self, step: int) -> None:
        """Begin to cool after `step` steps, for `COOL` of what will then be all."""
        if step < self.falls:
            self.falls = step
            self.end = min(self.most, step + max(1, round(step * COOL / (1 - COOL))))

    def rate(self, step: int) -> float:
        """Return the share of the highest rate at a step, counted from 0."""
        rising = (step + 1) / min(WARM, max(1, self.most // 4))
        falling = (self.end - step) / (self.end - self.falls)
        return max(0.0, min(1.0, rising, falling))


@dataclass
class Plateau:
    """Whether a held-out loss has stopped falling.

    Parameters
    ----------
    patience
        How many looks in a row may find nothing new.
    least
        Share of the loss by which it has to fall to count.
    """

    patience: int = 4
    least: float = 0.005

    def __post_init__(self) -> None:
        self.best, self.waited = float("inf"), 0

    def reached(self, loss: float) -> bool:
        """Return whether it has, after one more look."""
        if loss < (1 - self.least) * self.best:
            self.best, self.waited = loss, 0
        else:
            self.waited += 1
        return self.waited >= self.patience
