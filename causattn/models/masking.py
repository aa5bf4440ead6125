"""What is hidden while a masked language model is trained, and by which token."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causattn.base import DataError
from causattn.corpora import Corpus
from causattn.models.carriers import carrier_tokens
from causattn.models.encoding import Encoding
from causattn.models.hiding import hiding_tokens
from causattn.models.model import LanguageModel


@dataclass(frozen=True)
class Masking:
    """Units that are hidden together: all tokens of a mention, or one token.

    Parameters
    ----------
    hiding
        int64 [t], the token that hides each token of the encoding; -1 where it is never hidden.
    leader
        int64 [t], the position in its document of the first token of a token's unit.
    """

    hiding: np.ndarray
    leader: np.ndarray

    def draw(
        self,
        encoding: Encoding,
        documents: np.ndarray,
        probability: float,
        rng: np.random.Generator,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Draw what is hidden in some documents.

        Each unit is hidden with `probability` on its own; where none would be, the one that was
        nearest to it is.

        Returns
        -------
        hidden
            bool [b, T], as in the batch of these documents (`take`).
        hiding
            int64 [b, T], the token to put there.
        """
        hiding, leader = self._batch(encoding, documents)
        draws = rng.random(hiding.shape)
        draws = np.take_along_axis(draws, leader, axis=1)
        draws[hiding < 0] = 1.0
        return draws < max(probability, float(np.nextafter(draws.min(), 2.0))), hiding

    def alone(
        self, encoding: Encoding, documents: np.ndarray, leader: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the same where one unit a document is hidden: that of the leader, int64 [b]."""
        hiding, leaders = self._batch(encoding, documents)
        return (hiding >= 0) & (leaders == leader[:, None]), hiding

    def _batch(self, encoding: Encoding, documents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return what hides each position of some documents, and its leader, int64 [b, T]."""
        lengths = encoding.lengths[documents]
        columns = np.arange(int(lengths.max()))
        inside = columns < lengths[:, None]
        flat = np.where(inside, encoding.bounds[documents][:, None] + columns, 0)
        return np.where(inside, self.hiding[flat], -1), np.where(inside, self.leader[flat], 0)


def masking(model: LanguageModel, corpus: Corpus, encoding: Encoding) -> Masking:
    """Return what may be hidden in a corpus.

    Where the corpus states variables in slots, a slot's mention is hidden as one and by its
    variable's own token (`hiding_tokens`); in other text each token for itself, by the mask token.

    Raises
    ------
    DataError
        Where there is nothing to hide.
    """
    count = len(encoding.ids)
    first = np.repeat(encoding.bounds[:-1], encoding.lengths)
    hiding = np.full(count, -1, dtype=np.int64)
    leader = np.arange(count) - first
    if corpus.value_texts is None:
        hiding[~encoding.special] = hiding_tokens(model, [None])[0]
    else:
        variables = len(corpus.variables)
        tokens = hiding_tokens(model, corpus.mask_texts or [None] * variables)
        carriers = carrier_tokens(encoding, corpus.mentions)
        flat = encoding.bounds[carriers.document] + carriers.position
        hiding[flat] = tokens[carriers.feature]
        unit = carriers.document * variables + carriers.feature
        starts = np.flatnonzero(np.diff(unit, prepend=-1))
        sizes = np.diff(np.append(starts, len(unit)))
        leader[flat] = np.repeat(carriers.position[starts], sizes)
    if (hiding < 0).all():
        raise DataError(
            f"Corpus {corpus.name} has no words that could be hidden, so no masked language model "
            "can be trained on it; check its texts."
        )
    return Masking(hiding, leader)
