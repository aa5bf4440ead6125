"""Masking, deleting or replacing a feature's tokens, where its slot cannot be rewritten."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.stats

from causattn.base import ModelError, generator
from causattn.effects.interventions.changes import (
    ModelEffect,
    Readings,
    mean_change,
    outcome_column,
)
from causattn.effects.interventions.forward import (
    masked_probabilities,
    only,
    stacked,
    with_ids,
    without,
)
from causattn.effects.interventions.sample import Sample, token_rows
from causattn.effects.settings import Operation
from causattn.models import Encoding, predict_labels


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


@dataclass(frozen=True)
class Replacement:
    """What going from one value's tokens to another's does to the model's output.

    Parameters
    ----------
    change
        float64 [documents, classes].
    """

    change: np.ndarray


class Remover:
    """The sample without a feature's tokens, and what the model says of it.

    Parameters
    ----------
    sample
        The documents.
    operation
        ``"mask"``: each token becomes the mask token; ``"delete"``: it drops out; ``"replace"``:
        it becomes a token that carries another value in another document.
    batch_size
        Most documents in a forward pass.
    """

    def __init__(self, sample: Sample, operation: Operation, batch_size: int) -> None:
        self._sample, self._operation, self._batch_size = sample, operation, batch_size
        self._before: np.ndarray | None = None

    def outputs(self, source: int) -> Removal | str:
        """Return what removing the source's tokens takes from a classifier's output."""
        sample = self._sample
        encoding, carriers = sample.plain()
        rows = token_rows(encoding, carriers, source)
        if not len(rows):
            return self._not_held(source)
        removed = self._removed(encoding, rows)
        if isinstance(removed, str):
            return removed
        if self._before is None:
            self._before = predict_labels(sample.model, encoding, self._batch_size)
        held = np.isin(np.arange(len(sample)), carriers.document[carriers.feature == source])
        change = np.zeros_like(self._before)
        some = np.flatnonzero(held)
        after = predict_labels(sample.model, only(removed, some), self._batch_size)
        change[some] = self._before[some] - after
        return Removal(change, held)

    def replaced(self, source: int, codes: np.ndarray, start: int, end: int) -> Replacement | str:
        """Return the output's change when tokens of one value become those of another.

        A document with the value `start` gets the tokens of one, drawn at random, that has `end`,
        and the other way round; token for token, so that all others stay where they are.

        Parameters
        ----------
        source
            Column of the table.
        codes
            int64 [n], the source's value in each document.
        start, end
            The two values.
        """
        sample = self._sample
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
        if self._before is None:
            self._before = predict_labels(sample.model, encoding, self._batch_size)
        some = np.sort(np.concatenate(groups))
        changed = with_ids(encoding, np.arange(len(ids)), ids)
        after = predict_labels(sample.model, only(changed, some), self._batch_size)
        sign = np.where(np.isin(some, groups[0]), 1.0, -1.0)
        return Replacement(sign[:, None] * (after - self._before[some]))

    def own_token(self, source: int, target: int) -> np.ndarray | str:
        """Return the probability of the target's first token, the source hidden and shown.

        All tokens of the target are hidden; documents that hold both features count.

        Returns
        -------
        probability
            float64 [2, documents], source hidden and source shown.
        """
        sample = self._sample
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
            self._batch_size,
        )
        return found.reshape(2, len(both))

    def _not_held(self, source: int) -> str:
        return (
            f"None of {len(self._sample)} sampled documents holds tokens of "
            f"{self._sample.table.names[source]}; raise effects.documents."
        )

    def _removed(self, encoding: Encoding, rows: np.ndarray) -> Encoding | str:
        """Return the documents with the tokens masked or deleted, or why they cannot be."""
        if self._operation == "delete":
            left = without(encoding, rows)
            if (left.lengths == 0).any():
                return "Deleting the tokens leaves an empty document; set effects.operation=mask."
            return left
        try:
            return with_ids(encoding, rows, self._sample.hiding_id())
        except ModelError:
            return (
                f"Model {self._sample.model.name} has no mask token; set effects.operation=delete."
            )


def own_token_effect(probability: np.ndarray, target: str, confidence: float) -> ModelEffect:
    """Return what showing the source adds to the probability of the target's own token."""
    readings = Readings(probability[..., None], ("hidden", "shown"), (), None, target)
    effect = mean_change(
        readings, confidence, kind="mask", reads="masked slot", states=None, value=None
    )
    return effect._replace(outcome=f"P(own token of {target})", scale=1.0)


def removal_effect(
    removal: Removal,
    codes: np.ndarray,
    categories: tuple[str, ...],
    states: tuple[str, str],
    readings: Readings,
    value: str | None,
    operation: Operation,
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
        See `Remover` and `mean_change`.
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
        total_variation=_total_variation(np.concatenate(moved)),
        documents=documents,
        scale=scale,
    )


def replacement_effect(
    found: Replacement,
    states: tuple[str, str],
    readings: Readings,
    value: str | None,
    confidence: float,
) -> ModelEffect | str:
    """Return the mean change from one value's tokens to another's; parameters as above."""
    column, label, scale = outcome_column(readings, found.change, value)
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
        total_variation=_total_variation(found.change),
        documents=count,
        scale=scale,
    )


def _total_variation(change: np.ndarray) -> float:
    """Return the mean total variation of changed distributions; NaN where they are numbers."""
    if change.shape[1] == 1:
        return float("nan")
    return float(np.abs(change).sum(axis=1).mean() / 2.0)
