"""Features of kind ``slots``: the variables whose values the documents state in so many words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from causattn.corpora import Corpus
from causattn.features.assemble import Columns, Missing, assemble, chosen_variables
from causattn.features.checks import Collinear
from causattn.features.contract import FeatureBuilder
from causattn.features.table import FeatureKind, FeatureTable


@dataclass(frozen=True)
class SlotSettings:
    """Which variables.

    Parameters
    ----------
    include, exclude
        Variables to use (all, where none is named) and to leave out.
    outcome
        Is the corpus's outcome, if it has one, a feature too?
    missing
        A document with an unknown value: ``"error"``, or ``"drop"`` it and count it.
    collinear
        A column that is a linear combination of others, or the same in every document:
        ``"error"``, or ``"drop"`` it and name it.
    """

    include: list[str] = field(default_factory=list)
    exclude: list[str] = field(default_factory=list)
    outcome: bool = True
    missing: Missing = "error"
    collinear: Collinear = "error"


class Slots(FeatureBuilder):
    """The variables whose values the documents state in so many words."""

    name = "slots"
    settings = SlotSettings

    def build(self, settings: SlotSettings, corpus: Corpus, model: Any, seed: int) -> FeatureTable:
        """Return the corpus's variables as a table, their mentions as carriers.

        Raises
        ------
        ConfigError
            Where the corpus has no variables, or a named one is unknown.
        DataError
            For gaps, constant, like, dependent or unseen columns.
        """
        variables = chosen_variables(corpus, settings.include, settings.exclude, "slots")
        return assemble(
            corpus,
            slot_columns(corpus, variables),
            {"kind": "slots"},
            outcome=settings.outcome,
            missing=settings.missing,
            collinear=settings.collinear,
        )


def slot_columns(corpus: Corpus, variables: list[int]) -> Columns:
    """Return these variables as columns."""
    assert corpus.values is not None
    column = np.full(len(corpus.variables), -1)
    column[variables] = np.arange(len(variables))
    return Columns(
        names=tuple(corpus.variables[variable] for variable in variables),
        kinds=(FeatureKind.SLOT,) * len(variables),
        values=corpus.values[:, variables],
        categories=tuple(corpus.categories[variable] for variable in variables),
        carriers=corpus.mentions.renumbered(variables=column),
    )


FEATURES = Slots()
