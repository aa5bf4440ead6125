"""Diaries of a garden: whether it rained, the sprinkler ran, the grass is wet and slippery."""

from dataclasses import dataclass

import numpy as np

from causattn.base import generator
from causattn.corpora import Corpus, CorpusSource, Slot, render
from causattn.graphs import CausalGraph

NAMES = ("rain", "sprinkler", "grass", "path")
SLOTS = [
    Slot("It was ", ("sunny", "rainy"), "."),
    Slot("The sprinkler was ", ("off", "running"), "."),
    Slot("The grass is ", ("brown", "green"), "."),
    Slot("The path is ", ("safe", "slippery"), "."),
]
EDGES = [(0, 1), (0, 2), (1, 2), (2, 3)]


@dataclass(frozen=True)
class GardenSettings:
    """Settings of garden.

    Parameters
    ----------
    documents
        How many documents to draw.
    """

    documents: int = 1000


class Garden(CorpusSource):
    """Diaries of a garden, after the example of the sprinkler."""

    name = "garden"
    settings = GardenSettings
    paper = "Pearl (2009), Causality, section 1.2"

    def load(self, settings, seed):
        """Return the diaries."""
        rng = generator(seed, "corpora", self.name)
        rain = rng.random(settings.documents) < 0.4
        sprinkler = rng.random(settings.documents) < np.where(rain, 0.1, 0.7)
        grass = rng.random(settings.documents) < np.where(rain, 0.6, 0.1) + 0.35 * sprinkler
        path = rng.random(settings.documents) < np.where(grass, 0.8, 0.1)
        codes = np.column_stack([rain, sprinkler, grass, path]).astype(np.int64)
        texts, mentions = render(codes, np.arange(4)[None], SLOTS)
        adjacency = np.zeros((4, 4))
        adjacency[tuple(zip(*EDGES, strict=True))] = 1
        words = tuple(slot.values for slot in SLOTS)
        return Corpus(
            name=self.name,
            texts=texts,
            variables=NAMES,
            values=codes.astype(float),
            categories=words,
            mentions=mentions,
            value_texts=words,
            truth=CausalGraph.from_adjacency(adjacency, NAMES, direction="from row to column"),
            about={"kind": self.name},
        )


CORPUS = Garden()
