"""A corpus of one's own: two coins, and whether they agree, in words."""

from dataclasses import dataclass

import numpy as np

from causattn.base import above_zero, generator
from causattn.corpora import Corpus, CorpusSource, Slot, render
from causattn.graphs import CausalGraph

SIDES = ("heads", "tails")
SLOTS = [
    Slot("left=", SIDES, ""),
    Slot("right=", SIDES, ""),
    Slot("agree=", ("no", "yes"), ""),
]


@dataclass(frozen=True)
class CoinSettings:
    """How many throws, and how often their report is wrong.

    Parameters
    ----------
    documents
        How many documents to draw.
    noise
        How often what is said of their agreement is wrong.
    """

    documents: int = 200
    noise: float = 0.1

    def __post_init__(self) -> None:
        above_zero(self, "corpus", "documents")


class Coins(CorpusSource):
    """Two coins and whether they agree."""

    name = "coins"
    settings = CoinSettings

    def load(self, settings: CoinSettings, seed: int) -> Corpus:
        """Throw the coins."""
        rng = generator(seed, "corpora", "coins")
        coins = rng.integers(0, 2, (settings.documents, 2))
        wrong = rng.random(settings.documents) < settings.noise
        codes = np.column_stack([coins, (coins[:, 0] == coins[:, 1]) ^ wrong]).astype(int)
        texts, mentions = render(codes, np.array([[0, 1, 2]]), SLOTS)
        names = ("left", "right", "agree")
        truth = np.array([[0, 0, 1], [0, 0, 1], [0, 0, 0]])
        return Corpus(
            name="coins",
            texts=texts,
            variables=names,
            values=codes.astype(float),
            categories=tuple(slot.values for slot in SLOTS),
            mentions=mentions,
            value_texts=tuple(slot.values for slot in SLOTS),
            truth=CausalGraph.from_adjacency(truth, names, direction="from row to column"),
            about={"kind": "coins", "documents": settings.documents, "noise": settings.noise},
        )


CORPUS = Coins()
