"""Features of one's own: whether a word of a document ends in certain letters."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from causattn.corpora import Corpus, Mentions
from causattn.features import Columns, FeatureBuilder, FeatureKind, FeatureTable, assemble


@dataclass(frozen=True)
class EndingSettings:
    """Which endings.

    Parameters
    ----------
    endings
        The letters at the end of a word.
    """

    endings: tuple[str, ...]


class Endings(FeatureBuilder):
    """Presence of a word that ends in certain letters."""

    name = "endings"
    settings = EndingSettings

    def build(
        self, settings: EndingSettings, corpus: Corpus, model: Any, seed: int
    ) -> FeatureTable:
        """Look for every ending in every document."""
        found = [
            (document, column, match.start(), match.end())
            for document, text in enumerate(corpus.texts)
            for column, ending in enumerate(settings.endings)
            for match in re.finditer(rf"\w*{re.escape(ending)}\b", text)
        ]
        carriers = Mentions(*np.array(found, dtype=np.int64).reshape(-1, 4).T)
        width = len(settings.endings)
        values = np.zeros((len(corpus.texts), width))
        values[carriers.document, carriers.variable] = 1
        kinds, told = (FeatureKind.PRESENCE,) * width, (("absent", "present"),) * width
        columns = Columns(settings.endings, kinds, values, told, carriers)
        about = {"kind": self.name, "endings": list(settings.endings)}
        return assemble(corpus, columns, about, outcome=True, missing="error", collinear="error")

    def transfer(self, table: FeatureTable, corpus: Corpus, model: Any) -> FeatureTable:
        """Look for the same endings."""
        return self.build(EndingSettings(tuple(table.about["endings"])), corpus, model, 0)


FEATURES = Endings()
