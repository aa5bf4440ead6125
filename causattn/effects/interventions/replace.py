"""A value's tokens become those of another, from other documents."""

from __future__ import annotations

import numpy as np
import scipy.stats

from causattn.base import generator
from causattn.effects.contract import Intervention
from causattn.effects.interventions.changes import ModelEffect, Readings, outcome_column
from causattn.effects.interventions.contrast import Contrast
from causattn.effects.interventions.forward import only, with_ids
from causattn.effects.interventions.removal import total_variation
from causattn.effects.interventions.trial import Trial
from causattn.models import predict_labels


class Replace(Intervention):
    """The source's tokens become those that carry another value in another document.

    A document with the value `start` gets the tokens of one, drawn at random, that has `end`, and
    the other way round; token for token, so that all others stay where they are. The effect is the
    mean change from one value's tokens to the other's.
    """

    name = "replace"
    changes = "tokens"
    reads = frozenset({"output"})

    def effect(
        self, trial: Trial, source: int, target: int, contrast: Contrast | None
    ) -> ModelEffect | str:
        table = trial.sample.table
        categories = table.categories[source]
        if categories is None:
            return f"{table.names[source]} is a number, which removing tokens cannot set."
        states = (contrast.start, contrast.end) if contrast else (categories[0], categories[-1])
        start, end = (categories.index(state) for state in states)
        change = _changed(trial, source, start, end)
        if isinstance(change, str):
            return change
        outcomes = table.categories[target] or ()
        readings = trial.readings(target, outcomes, change[None], ("",))
        if isinstance(readings, str):
            return readings
        value = None if contrast is None else contrast.value
        return _mean(change, states, readings, value, trial.confidence)


def _changed(trial: Trial, source: int, start: int, end: int) -> np.ndarray | str:
    """Return the output's change from value `start` to `end`, float64 [documents, classes]."""
    codes = trial.codes(source)
    sample = trial.sample
    encoding, carriers = sample.plain()
    own = carriers.feature == source
    rows = [
        encoding.bounds[document] + carriers.position[own & (carriers.document == document)]
        for document in range(len(sample))
    ]
    held = np.array([len(one) > 0 for one in rows])
    groups = [np.flatnonzero(held & (codes == value)) for value in (start, end)]
    categories = sample.table.categories[source] or ()
    for value, group in zip((start, end), groups, strict=True):
        if not len(group):
            return (
                f"No sampled document holds tokens of {categories[value]} to put in place of "
                "others; raise effects.documents."
            )
    rng = generator(sample.seed, "effects", "replace", sample.table.names[source])
    ids = encoding.ids.copy()
    for group, donors in (groups, groups[::-1]):
        for document, donor in zip(group, rng.choice(donors, len(group)), strict=True):
            given = encoding.ids[rows[donor]]
            ids[rows[document]] = np.resize(given, len(rows[document]))
    some = np.sort(np.concatenate(groups))
    changed = with_ids(encoding, np.arange(len(ids)), ids)
    after = predict_labels(sample.model, only(changed, some), trial.batch_size)
    sign = np.where(np.isin(some, groups[0]), 1.0, -1.0)
    change: np.ndarray = sign[:, None] * (after - trial.outputs[some])
    return change


def _mean(
    change: np.ndarray,
    states: tuple[str, str],
    readings: Readings,
    value: str | None,
    confidence: float,
) -> ModelEffect | str:
    """Return the mean change from one value's tokens to another's.

    Parameters
    ----------
    change
        float64 [documents, classes], the output's change in each document.
    states, readings, value, confidence
        See `removal_effect`.
    """
    column, label, scale = outcome_column(readings, change, value)
    count = len(column)
    if count < 2:
        return "An interval needs at least 2 documents; raise effects.documents."
    estimate = float(column.mean())
    error = float(column.std(ddof=1)) / count**0.5
    half = float(scipy.stats.t.isf((1.0 - confidence) / 2.0, count - 1)) * error
    return ModelEffect(
        kind=f"replace {states[0]} to {states[1]}",
        reads="output",
        outcome=label,
        estimate=estimate,
        low=estimate - half,
        high=estimate + half,
        total_variation=total_variation(change),
        documents=count,
        scale=scale,
    )


INTERVENTION = Replace()
