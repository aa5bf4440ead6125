"""Taking a feature's tokens out of documents, where its slot cannot be rewritten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.stats

from causattn.base import ModelError
from causattn.effects.interventions.changes import (
    ModelEffect,
    Readings,
    mean_change,
    outcome_column,
)
from causattn.effects.interventions.contrast import Contrast
from causattn.effects.interventions.forward import masked_probabilities, only, stacked, with_ids
from causattn.effects.interventions.sample import token_rows
from causattn.effects.interventions.trial import Trial
from causattn.models import Encoding, predict_labels

Remove = Callable[[Trial, Encoding, np.ndarray], "Encoding | str"]
"""From documents and flat token rows to the documents without them, or why that cannot be."""


@dataclass(frozen=True)
class Removal:
    """What the model's output loses when a feature's tokens go.

    Parameters
    ----------
    change
        float64 [n, classes], output before less output after.
    held
        bool [n], which of the documents held any of the tokens.
    """

    change: np.ndarray
    held: np.ndarray


def removed(
    trial: Trial, source: int, target: int, contrast: Contrast | None, name: str, remove: Remove
) -> ModelEffect | str:
    """Return what the tokens of one value take to the output, less those of another.

    Parameters
    ----------
    trial, source, target, contrast
        See `causattn.effects.Intervention`; where there is no contrast, from the source's first
        value to its last.
    name
        What is done, in a word.
    remove
        Does it.
    """
    table = trial.sample.table
    categories = table.categories[source]
    if categories is None:
        return f"{table.names[source]} is a number, which removing tokens cannot set."
    removal = removed_outputs(trial, source, remove)
    if isinstance(removal, str):
        return removal
    states = (contrast.start, contrast.end) if contrast else (categories[0], categories[-1])
    value = None if contrast is None else contrast.value
    outcomes = table.categories[target] or ()
    readings = trial.readings(target, outcomes, removal.change[None], ("",))
    if isinstance(readings, str):
        return readings
    codes, confidence = trial.codes(source), trial.confidence
    return removal_effect(removal, codes, categories, states, readings, value, name, confidence)


def removed_outputs(trial: Trial, source: int, remove: Remove) -> Removal | str:
    """Return what removing the source's tokens takes from a classifier's output."""
    sample = trial.sample
    encoding, carriers = sample.plain()
    rows = token_rows(encoding, carriers, source)
    if not len(rows):
        return (
            f"None of {len(sample)} sampled documents holds tokens of "
            f"{sample.table.names[source]}; raise effects.documents."
        )
    without = remove(trial, encoding, rows)
    if isinstance(without, str):
        return without
    held = np.isin(np.arange(len(sample)), carriers.document[carriers.feature == source])
    change = np.zeros_like(trial.outputs)
    some = np.flatnonzero(held)
    after = predict_labels(sample.model, only(without, some), trial.batch_size)
    change[some] = trial.outputs[some] - after
    return Removal(change, held)


def masked(trial: Trial, encoding: Encoding, rows: np.ndarray) -> Encoding | str:
    """Hide tokens behind the mask token."""
    try:
        return with_ids(encoding, rows, trial.sample.hiding_id())
    except ModelError:
        name = trial.sample.model.name
        return f"Model {name} has no mask token; set effects.operation=delete."


def own_token(trial: Trial, source: int, target: int) -> ModelEffect | str:
    """Return what showing the source adds to the probability of the target's own first token.

    All tokens of the target are hidden; documents that hold both features count.
    """
    sample = trial.sample
    encoding, carriers = sample.plain()
    is_source, is_target = carriers.feature == source, carriers.feature == target
    both = np.intersect1d(carriers.document[is_source], carriers.document[is_target])
    names = sample.table.names
    if len(both) < 2:
        return (
            f"Fewer than 2 of {len(sample)} sampled documents hold both {names[source]} and "
            f"{names[target]}; raise effects.documents."
        )
    hiding = sample.hiding_id()
    target_rows = token_rows(encoding, carriers, target)
    source_rows = np.setdiff1d(token_rows(encoding, carriers, source), target_rows)
    shown = with_ids(encoding, target_rows, hiding)
    # Masked, never deleted, so that the target stays where it is.
    hidden = with_ids(shown, source_rows, hiding)
    document, place = np.unique(carriers.document[is_target], return_index=True)
    first = carriers.position[is_target][place][np.isin(document, both)]
    own = encoding.ids[encoding.bounds[both] + first]
    found = masked_probabilities(
        sample.model,
        stacked([only(hidden, both), only(shown, both)]),
        np.tile(first, 2),
        np.tile(own, 2)[:, None],
        trial.batch_size,
    )
    readings = Readings(
        found.reshape(2, len(both), 1), ("hidden", "shown"), (), None, names[target]
    )
    effect = mean_change(
        readings, trial.confidence, kind="mask", reads="masked slot", states=None, value=None
    )
    return effect._replace(outcome=f"P(own token of {names[target]})", scale=1.0)


def removal_effect(
    removal: Removal,
    codes: np.ndarray,
    categories: tuple[str, ...],
    states: tuple[str, str],
    readings: Readings,
    value: str | None,
    operation: str,
    confidence: float,
) -> ModelEffect | str:
    """Return what the tokens of one value take to the output, less those of another.

    Parameters
    ----------
    removal
        What removing the source's tokens takes away.
    codes, categories
        int64 [n] and names: the source's value in each document.
    states
        The values (from, to).
    readings
        Says what the target is (names and numbers of its values); its states are not used.
    value
        The target's value that is looked at, the last one where None.
    operation, confidence
        What was done, and coverage of the interval.
    """
    column, label, scale = outcome_column(readings, removal.change, value)
    moved: list[np.ndarray] = []
    estimate, variance, documents = 0.0, 0.0, 0
    for state, sign in zip(states, (-1.0, 1.0), strict=True):
        group = column[removal.held & (codes == categories.index(state))]
        if len(group) == 1:
            return f"Only one sampled document holds tokens of {state}; raise effects.documents."
        if len(group):
            moved.append(removal.change[removal.held & (codes == categories.index(state))])
            estimate += sign * float(group.mean())
            variance += float(group.var(ddof=1)) / len(group)
            documents += len(group)
    if documents == 0:
        return (
            f"No sampled document holds tokens of {states[0]} or {states[1]}; raise "
            "effects.documents."
        )
    half = float(scipy.stats.norm.isf((1.0 - confidence) / 2.0)) * variance**0.5
    return ModelEffect(
        kind=f"{operation} {states[0]} to {states[1]}",
        reads="output",
        outcome=label,
        estimate=estimate,
        low=estimate - half,
        high=estimate + half,
        total_variation=total_variation(np.concatenate(moved)),
        documents=documents,
        scale=scale,
    )


def total_variation(change: np.ndarray) -> float:
    """Return the mean total variation of changed distributions; NaN where they are numbers."""
    if change.shape[1] == 1:
        return float("nan")
    return float(np.abs(change).sum(axis=1).mean() / 2.0)
