"""The source's slot is set, and a model that reads from left to right writes what follows."""

from __future__ import annotations

import numpy as np

from causattn.base import generator
from causattn.effects.contract import Intervention
from causattn.effects.interventions.changes import ModelEffect, mean_change
from causattn.effects.interventions.contrast import Contrast
from causattn.effects.interventions.forward import with_ids
from causattn.effects.interventions.rewriting import Rewriter
from causattn.effects.interventions.trial import Trial
from causattn.models import predict_tokens


class Generate(Intervention):
    """The source's slot is set to each of its values, and the model writes the slots after it.

    What stands before the source stays as the document has it. Every later slot's value is drawn
    from the model's distribution over that slot's values, given all that then stands before it; so
    an effect travels by every path, as do() has it, where documents state causes before effects
    (``corpus.order=causal``). In another order the answer is conditional on effects that were
    stated first. The effect is the mean change of the target's distribution, over the documents in
    which it follows the source; all values of the source meet the same random numbers.
    """

    name = "generate"
    changes = "slots"
    reads = frozenset({"next"})
    paper = "Pearl (2009), Causality, section 3.2.1: truncated factorisation"

    def effect(
        self, trial: Trial, source: int, target: int, contrast: Contrast | None
    ) -> ModelEffect | str:
        sample = trial.sample
        names = sample.table.names[source], sample.table.names[target]
        slot, asked = trial.slot(source), trial.slot(target)
        if slot is None or asked is None:
            return f"{names[0]} and {names[1]} are no two slots that can be written."
        values = sample.corpus.categories[slot] or ()
        states = (contrast.start, contrast.end) if contrast is not None else values
        writer = trial.kept.setdefault(self.name, Writer(trial))
        written = [writer.after(slot, values.index(state)) for state in states]
        if any(isinstance(one, str) for one in written):
            return next(one for one in written if isinstance(one, str))
        follows = writer.follows(slot, asked)
        if not follows.any():
            return f"{names[1]} stands before {names[0]} in every document."
        read = np.stack([one[asked][follows] for one in written if not isinstance(one, str)])
        outcomes = sample.corpus.categories[asked] or ()
        readings = trial.readings(target, outcomes, read, states)
        if isinstance(readings, str):
            return readings
        return mean_change(
            readings,
            trial.confidence,
            kind=self.name,
            reads="next",
            states=None if contrast is None else (contrast.start, contrast.end),
            value=None if contrast is None else contrast.value,
        )


class Writer:
    """Writes the sampled documents again behind a slot that is set.

    Parameters
    ----------
    trial
        Documents of slots of one token each.
    """

    def __init__(self, trial: Trial) -> None:
        self._trial, self._rewriter = trial, Rewriter(trial.sample, trial.batch_size)
        self._written: dict[tuple[int, int], list[np.ndarray] | str] = {}
        sample = trial.sample
        rng = generator(sample.seed, "effects", "generate")
        self._uniform = rng.random((len(sample), len(sample.corpus.variables)))

    def follows(self, slot: int, target: int) -> np.ndarray:
        """Return in which documents the target stands behind the slot, bool [n]."""
        positions = self._positions(slot, 0)
        assert not isinstance(positions, str)
        behind: np.ndarray = positions[:, target] > positions[:, slot]
        return behind

    def after(self, slot: int, value: int) -> list[np.ndarray] | str:
        """Return each slot's distribution where the model writes it, or why it cannot.

        Parameters
        ----------
        slot, value
            What is set, and to which of its values.

        Returns
        -------
        distributions
            By slot float64 [n, values], renormalised over its values; NaN where the slot stands
            before the one that is set.
        """
        if (slot, value) not in self._written:
            self._written[slot, value] = self._write(slot, value)
        return self._written[slot, value]

    def _write(self, slot: int, value: int) -> list[np.ndarray] | str:
        trial, categories = self._trial, self._trial.sample.corpus.categories
        positions = self._positions(slot, value)
        if isinstance(positions, str):
            return positions
        ids: list[np.ndarray] = []
        for one in range(positions.shape[1]):
            found = self._rewriter.value_ids(one)
            if isinstance(found, str):
                return found
            ids.append(found)
        encoding = self._rewriter.version(slot, value).encoding
        count, most = len(positions), max(map(len, ids))
        wanted = np.array([np.pad(one, (0, most - len(one)), mode="edge") for one in ids])
        real = np.array([np.arange(most) < len(one) for one in ids])
        read = [np.full((count, len(states or ())), np.nan) for states in categories]
        order = np.argsort(positions, axis=1)
        every = np.arange(count)
        for place in range(1, positions.shape[1]):
            which = order[:, place]
            behind = positions[every, which] > positions[:, slot]
            if not behind.any():
                continue
            logs = predict_tokens(
                trial.sample.model,
                encoding,
                positions[every, which],
                wanted[which],
                trial.batch_size,
            )
            chance = np.where(real[which], np.exp(logs - logs.max(axis=1, keepdims=True)), 0.0)
            chance /= chance.sum(axis=1, keepdims=True)
            for one in np.unique(which[behind]):
                rows = behind & (which == one)
                read[one][rows] = chance[rows, : len(ids[one])]
            drawn = (self._uniform[every, which][:, None] > chance.cumsum(axis=1)).sum(axis=1)
            drawn = np.minimum(drawn, real[which].sum(axis=1) - 1)
            rows = encoding.bounds[:-1][behind] + positions[every, which][behind]
            encoding = with_ids(encoding, rows, wanted[which, drawn][behind])
        return read

    def _positions(self, slot: int, value: int) -> np.ndarray | str:
        """Return where each slot's token stands, int64 [n, v], or why it is not one token."""
        version, corpus = self._rewriter.version(slot, value), self._trial.sample.corpus
        shape = len(self._trial.sample), len(corpus.variables)
        carriers = version.carriers
        found = np.full(shape, -1, dtype=np.int64)
        found[carriers.document, carriers.feature] = carriers.position
        if len(carriers.document) != found.size or (found < 0).any():
            return "Not every slot is one token in every document, so that none can be written."
        return found


INTERVENTION = Generate()
