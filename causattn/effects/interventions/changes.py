"""From changes of a model's output, a document at a time, to an effect with an interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.stats

from causattn.effects.estimate.regression import statistics


class ModelEffect(NamedTuple):
    """The effect of an intervention on a model.

    Parameters
    ----------
    kind
        What was done to the input, in words.
    reads
        Where the effect is read: ``"masked slot"``, ``"output"``, or what of a decoder's
        predictions: ``"next"``, ``"answer"`` or ``"span"``.
    outcome
        What the effect is on, such as ``"P(lung = yes)"``.
    estimate, low, high
        Mean change and its interval over documents.
    total_variation
        Mean total variation distance between the target's two distributions; NaN where the
        output is a number.
    documents
        How many documents were intervened on.
    scale
        1 for a probability, else the range of the output's values.
    """

    kind: str
    reads: str
    outcome: str
    estimate: float
    low: float
    high: float
    total_variation: float
    documents: int
    scale: float


@dataclass(frozen=True)
class Readings:
    """What a model says of a target in n documents under each of s states of the source.

    Parameters
    ----------
    distributions
        float64 [s, n, m], the target's distribution over its values, or [s, n, 1], its number.
    states
        The s states' names, such as the source's values.
    values
        Names of the target's values, empty where it is a number.
    numbers
        The numbers that these values are called, where the effect is on their mean.
    name
        The target.
    """

    distributions: np.ndarray
    states: tuple[str, ...]
    values: tuple[str, ...]
    numbers: np.ndarray | None
    name: str


def mean_change(
    readings: Readings,
    confidence: float,
    *,
    kind: str,
    reads: str,
    states: tuple[str, str] | None,
    value: str | None,
) -> ModelEffect:
    """Return the mean change between two states.

    Parameters
    ----------
    readings
        What was read.
    confidence
        Coverage of the interval, such as 0.95.
    kind, reads
        See `ModelEffect`.
    states, value
        Which states (from, to) and which of the target's values; where None, those of the largest
        ratio of mean change to standard error, the interval widened for the choice (Bonferroni).
    """
    count = len(readings.states)
    pairs = [(a, b) for a in range(count) for b in range(a + 1, count)]
    if states is not None:
        pairs = [(readings.states.index(states[0]), readings.states.index(states[1]))]
    columns, labels = _columns(readings, value)
    start, end = (np.array(side) for side in zip(*pairs, strict=True))
    changes = columns[end] - columns[start]
    documents = changes.shape[1]
    means = changes.mean(axis=1)
    errors = changes.std(axis=1, ddof=1) / np.sqrt(documents)
    ratio = statistics(means, errors)
    pair, column = np.unravel_index(int(ratio.argmax()), ratio.shape)
    tail = (1.0 - confidence) / 2.0 / ratio.size
    half = float(scipy.stats.t.isf(tail, documents - 1) * errors[pair, column])
    estimate = float(means[pair, column])
    both = readings.distributions[[start[pair], end[pair]]]
    is_number = both.shape[2] == 1
    moved = np.nan if is_number else float(np.abs(both[1] - both[0]).sum(axis=1).mean() / 2.0)
    names = readings.states[start[pair]], readings.states[end[pair]]
    scale = 1.0 if readings.numbers is None else float(np.ptp(readings.numbers))
    if is_number:
        scale = float(both.std()) or 1.0
    return ModelEffect(
        kind=f"{kind} {names[0]} to {names[1]}",
        reads=reads,
        outcome=labels[column],
        estimate=estimate,
        low=estimate - half,
        high=estimate + half,
        total_variation=moved,
        documents=documents,
        scale=scale,
    )


def outcome_column(
    readings: Readings, distribution: np.ndarray, value: str | None
) -> tuple[np.ndarray, str, float]:
    """Return the one number per document that an effect is measured on, its name and scale.

    Parameters
    ----------
    readings
        Says what the target is.
    distribution
        float64 [n, m], a distribution over the target's values or a change of one.
    value
        The target's value that is looked at, the last one where None.
    """
    if distribution.shape[1] == 1:
        return distribution[:, 0], readings.name, float(distribution.std()) or 1.0
    if readings.numbers is not None:
        return distribution @ readings.numbers, readings.name, float(np.ptp(readings.numbers))
    value = value if value is not None else readings.values[-1]
    column = distribution[:, readings.values.index(value)]
    return column, f"P({readings.name} = {value})", 1.0


def _columns(readings: Readings, value: str | None) -> tuple[np.ndarray, list[str]]:
    """Return what effects are measured on, float64 [s, n, columns], and its names."""
    distributions, name = readings.distributions, readings.name
    if distributions.shape[2] == 1:
        return distributions, [name]
    if readings.numbers is not None:
        return (distributions @ readings.numbers)[..., None], [name]
    wanted = list(range(len(readings.values)))
    if value is not None:
        wanted = [readings.values.index(value)]
    elif len(readings.values) == 2:
        wanted = [1]
    return distributions[..., wanted], [f"P({name} = {readings.values[k]})" for k in wanted]
