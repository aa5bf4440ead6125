"""Corpora of kind ``tuebingen``: pairs of a cause and its effect, each a data set of two columns.

Mooij, Peters, Janzing, Zscheischler and Schoelkopf (2016), "Distinguishing cause from effect using
observational data: methods and benchmarks", JMLR 17(32). The pairs are published at
webdav.tuebingen.mpg.de/cause-effect and are no part of this project. ``pairmeta.txt`` has a line a
pair: its number, the first and last column of the cause and of the effect, and its weight, by which
related pairs count as one. Pairs of more than one column a side are no data set of two variables.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import numpy as np

from causattn.base import Bounds, DataError, configured, generator
from causattn.corpora.contract import CorpusSource
from causattn.corpora.corpus import Corpus
from causattn.corpora.tabular import tabular_corpus
from causattn.graphs import CausalGraph

SOURCE = "webdav.tuebingen.mpg.de/cause-effect, pairs.zip"
NAMES = ("x", "y")
"""The columns, in the order of the file, which is not that of cause and effect."""


@dataclass(frozen=True)
class TuebingenSettings:
    """Which pair.

    Goes with experiment=discovery, which asks for no model.

    Parameters
    ----------
    pair
        Its number.
    folder
        Holds pairmeta.txt and pair0001.txt and so on, as published.
    documents
        Most rows to take, drawn with the run's seed; None for all.
    """

    pair: Annotated[int, Bounds(least=1)] = 1
    folder: str = configured("${paths.data}/tuebingen", default="data/tuebingen")
    documents: Annotated[int, Bounds(least=2)] | None = None


class Tuebingen(CorpusSource):
    """A Tuebingen cause-effect pair: two measured columns, and which of them is the cause."""

    name = "tuebingen"
    settings = TuebingenSettings
    paper = "Mooij et al. (2016), Distinguishing cause from effect using observational data"

    def check(self, settings: TuebingenSettings) -> None:
        """Raise where there is no such pair."""
        for path in self.files(settings):
            if not path.is_file():
                raise DataError(
                    f"There is no {path}; put the files of {SOURCE} there, or set paths.data, "
                    "CAUSATTN_DATA or corpus.folder."
                )

    def files(self, settings: TuebingenSettings) -> list[Path]:
        """Return the list of the pairs and the pair."""
        folder = Path(settings.folder).expanduser()
        return [folder / "pairmeta.txt", folder / f"pair{settings.pair:04d}.txt"]

    def load(self, settings: TuebingenSettings, seed: int) -> Corpus:
        """Read a pair.

        Raises
        ------
        DataError
            Where a file is missing or cannot be read, or the pair has more than two columns.
        """
        self.check(settings)
        listed, path = self.files(settings)
        pairs = {int(row[0]): row for row in _numbers(listed)}
        if settings.pair not in pairs or len(pairs[settings.pair]) != 6:
            raise DataError(f"{listed} has no line of six numbers for pair {settings.pair}.")
        _, cause, cause_end, effect, effect_end, weight = pairs[settings.pair]
        values = _numbers(path)
        if {cause, effect} != {1, 2} or (cause, effect) != (cause_end, effect_end):
            raise DataError(
                f"Pair {settings.pair} has more than one column a side, and a graph of two "
                "variables has none; choose another (corpus.pair)."
            )
        if values.shape[1] != 2:
            raise DataError(f"{path} has {values.shape[1]} columns where a pair has 2.")
        if settings.documents is not None and settings.documents < len(values):
            rng = generator(seed, "corpora", "tuebingen", "rows")
            values = values[np.sort(rng.permutation(len(values))[: settings.documents])]
        adjacency = np.zeros((2, 2), dtype=np.uint8)
        adjacency[int(cause) - 1, int(effect) - 1] = 1
        return tabular_corpus(
            f"tuebingen_{settings.pair}",
            NAMES,
            values,
            [None, None],
            truth=CausalGraph.from_adjacency(adjacency, NAMES, direction="from row to column"),
            about={"kind": "tuebingen", "source": SOURCE, "weight": weight, **asdict(settings)},
        )


def _numbers(path: Path) -> np.ndarray:
    """Return a file's numbers, float64 [rows, columns]."""
    try:
        return np.loadtxt(path, ndmin=2)
    except (ValueError, OSError) as error:
        raise DataError(f"{path} cannot be read ({error}); take that of {SOURCE}.") from None


CORPUS = Tuebingen()
