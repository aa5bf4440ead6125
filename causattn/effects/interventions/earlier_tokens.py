"""Changing a feature's tokens before what a causal model predicts, and reading the change.

Three ways, of which a row of the evidence names the one that was used: another value in the slot
(`rewritten`), the tokens hidden from attention (`hidden`), or those of another document in their
place (`resampled`). The effect of the last two is what a document's own tokens add to the number
that is read, so that it is positive where they speak for what stands there.
"""

from __future__ import annotations

import numpy as np

from causattn.base import generator
from causattn.effects.interventions.changes import ModelEffect, Readings, mean_change
from causattn.effects.interventions.contrast import Contrast
from causattn.effects.interventions.forward import with_ids
from causattn.effects.interventions.next_reading import NextReading, Span, first_span
from causattn.effects.interventions.rewriting import Rewriter
from causattn.effects.interventions.trial import Trial

FEWEST = 2
HIDDEN = "hidden from attention"
RESAMPLED = "resample"


def hidden(trial: Trial, source: int, target: int) -> ModelEffect | str:
    """Return what the source's tokens add by being attended to.

    Every later token loses sight of them in every layer and head; all keep their places. A token
    that predicts the target itself cannot be hidden so, since it is what reads: where the source
    leaves fewer than two documents otherwise, its tokens are resampled instead.
    """
    reader, sample = trial.reader, trial.sample
    span, rows = reader.before(source, target)
    if len(span.document) < FEWEST:
        return reader.order(source, target)
    encoding, _ = sample.plain()
    readers = encoding.bounds[span.document] + span.first - 1
    apart = ~np.isin(readers, rows)
    if apart.sum() < FEWEST:
        return resampled(trial, source, target)
    span = Span(span.document[apart], span.first[apart], span.length[apart])
    mark = np.zeros(len(encoding.ids), dtype=bool)
    mark[rows] = True
    changed = reader.read(encoding, target, span, hidden=mark, whole=reader.reads == "next")
    return _added(trial, target, span, changed, HIDDEN)


def resampled(trial: Trial, source: int, target: int) -> ModelEffect | str:
    """Return what the source's tokens add over those of the same feature in other documents.

    A document gets the tokens of one that has as many and other ones, drawn at random.
    """
    reader, sample = trial.reader, trial.sample
    span, rows = reader.before(source, target)
    if len(span.document) < FEWEST:
        return reader.order(source, target)
    encoding, _ = sample.plain()
    name = sample.table.names[source]
    owner = np.searchsorted(encoding.bounds, rows, side="right") - 1
    own = {document: rows[owner == document] for document in span.document.tolist()}
    tokens = {document: tuple(encoding.ids[of].tolist()) for document, of in own.items()}
    kinds = sorted(set(tokens.values()))
    counts = {kind: sum(kind == other for other in tokens.values()) for kind in kinds}
    rng = generator(sample.seed, "effects", "resample", name)
    ids, kept = encoding.ids.copy(), np.zeros(len(span.document), dtype=bool)
    for place, document in enumerate(span.document.tolist()):
        given = tokens[document]
        others = [kind for kind in kinds if len(kind) == len(given) and kind != given]
        if not others:
            continue
        weights = np.array([counts[kind] for kind in others], dtype=float)
        ids[own[document]] = others[rng.choice(len(others), p=weights / weights.sum())]
        kept[place] = True
    if kept.sum() < FEWEST:
        return (
            f"No two sampled documents have different tokens of {name} of equal number before "
            f"{sample.table.names[target]}, which could be exchanged without moving the rest; set "
            "effects.operation=mask, or raise effects.documents."
        )
    span = Span(span.document[kept], span.first[kept], span.length[kept])
    changed = with_ids(encoding, np.arange(len(ids)), ids)
    whole = reader.reads == "next"
    return _added(trial, target, span, reader.read(changed, target, span, whole=whole), RESAMPLED)


def rewritten(
    trial: Trial, rewriter: Rewriter, source: int, target: int, contrast: Contrast | None
) -> ModelEffect | str:
    """Return what another value in the source's slot does to what is predicted of the target.

    Over the documents in which the source comes first. Where nothing else is asked for, the pair of
    values with the most significant change.
    """
    reader, sample = trial.reader, trial.sample
    slot = trial.slot(source)
    assert slot is not None
    span, _ = reader.before(source, target)
    if len(span.document) < FEWEST:
        return reader.order(source, target)
    values = sample.corpus.categories[slot] or ()
    states = (contrast.start, contrast.end) if contrast is not None else values
    place = sample.corpus.variables.index(sample.table.names[target])
    found = []
    for state in states:
        version = rewriter.version(slot, values.index(state))
        moved = first_span(version.encoding, version.carriers, place)
        kept = np.isin(moved.document, span.document)
        if not np.array_equal(moved.document[kept], span.document):
            return f"{sample.table.names[target]} is lost where {state} is written."
        there = Span(moved.document[kept], moved.first[kept], moved.length[kept])
        found.append(reader.read(version.encoding, target, there))
    by_value = all(one.values is not None for one in found)
    read = np.stack([_column(one, by_value) for one in found])
    outcomes = (sample.table.categories[target] or ()) if by_value else ()
    readings = trial.readings(target, outcomes, read, states)
    if isinstance(readings, str):
        return readings
    effect = mean_change(
        readings,
        trial.confidence,
        kind="rewrite",
        reads=reader.reads,
        states=None if contrast is None else (contrast.start, contrast.end),
        value=None if contrast is None or not by_value else contrast.value,
    )
    if by_value:
        return effect
    return effect._replace(outcome=reader.outcome(target), scale=reader.scale(target))


def _column(reading: NextReading, by_value: bool) -> np.ndarray:
    """Return a distribution, [k, m], or a number, [k, 1]."""
    if by_value:
        assert reading.values is not None
        return reading.values
    return reading.number[:, None]


def _added(
    trial: Trial, target: int, span: Span, changed: NextReading, kind: str
) -> ModelEffect | str:
    """Return the mean of what was read of the documents as they are, less what was read now."""
    reader = trial.reader
    plain = reader.plain(target)
    at = np.searchsorted(reader.span(target).document, span.document)
    both = np.stack([changed.number, plain.number[at]])[..., None]
    name = trial.sample.table.names[target]
    readings = Readings(both, ("changed", "own"), (), None, name)
    effect = mean_change(
        readings, trial.confidence, kind=kind, reads=reader.reads, states=None, value=None
    )
    moved = float("nan")
    if changed.whole is not None and plain.whole is not None:
        distance = np.abs(plain.whole[at].astype(float) - changed.whole).sum(axis=1)
        moved = float(distance.mean() / 2.0)
    return effect._replace(
        kind=kind,
        outcome=reader.outcome(target),
        total_variation=moved,
        scale=reader.scale(target),
    )
