"""Readings of the same documents with the words of some features drawn again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from causattn.base import CapabilityError, ConfigError, choose
from causattn.corpora import Corpus, Mentions, rewrite


class CausalReadings:
    """Rewrites documents: features that should not matter, each from another document.

    Parameters
    ----------
    corpus
        Documents with slots that can be rewritten.
    names
        The features to draw again; each takes the value that it has in a document drawn for it,
        so that frequencies stay and dependence goes.
    rng
        Draws.

    Raises
    ------
    CapabilityError
        Where the corpus has no slots to rewrite.
    ConfigError
        Where a name is no variable, or none or every variable is named.
    """

    def __init__(self, corpus: Corpus, names: Sequence[str], rng: np.random.Generator) -> None:
        if corpus.value_texts is None or corpus.values is None:
            raise CapabilityError(
                f"Corpus {corpus.name} has no slots whose words could be drawn again; use "
                "model.causal_kind=graph, or a corpus with slots, such as corpus=shortcut."
            )
        index = {name: k for k, name in enumerate(corpus.variables)}
        self.drawn = np.array(
            [choose(name, index, "model.causal_resample") for name in names], dtype=np.int64
        )
        if not 0 < len(set(self.drawn.tolist())) < len(index):
            raise ConfigError(
                f"{len(set(self.drawn.tolist()))} of the {len(index)} variables of corpus "
                f"{corpus.name} are to be drawn again, where some must be and some must stay; name "
                "them in model.causal_resample."
            )
        self._corpus, self._rng = corpus, rng
        self._bounds = corpus.mentions.of_documents(len(corpus))

    def draw(self, documents: np.ndarray, copies: int) -> Corpus:
        """Return some documents as they are, and after them `copies` rewritten readings of each.

        Parameters
        ----------
        documents
            int64 [b].
        copies
            How many readings of each.

        Returns
        -------
        Corpus
            (1 + copies) x b documents: all of them once, then all of them rewritten, and again.
        """
        assert self._corpus.values is not None
        rows = np.tile(documents, 1 + copies)
        some = _documents(self._corpus, rows, self._bounds)
        values = np.full((len(rows), len(self._corpus.variables)), np.nan)
        count = copies * len(documents)
        donors = self._rng.integers(0, len(self._corpus), (count, len(self.drawn)))
        values[len(documents) :, self.drawn] = self._corpus.values[donors, self.drawn]
        return rewrite(some, values)


def _documents(corpus: Corpus, rows: np.ndarray, bounds: np.ndarray) -> Corpus:
    """Return these documents alone, int64 [b], which may repeat."""
    mentions = corpus.mentions
    counts = bounds[rows + 1] - bounds[rows]
    offset = np.repeat(bounds[rows] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    taken = np.arange(int(counts.sum())) + offset
    assert corpus.values is not None
    return replace(
        corpus,
        texts=[corpus.texts[int(row)] for row in rows],
        values=corpus.values[rows],
        mentions=Mentions(
            np.repeat(np.arange(len(rows)), counts),
            mentions.variable[taken],
            mentions.start[taken],
            mentions.end[taken],
        ),
        outcome=None,
        metadata=None,
    )
