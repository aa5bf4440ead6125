"""Which sequences are run: documents, or documents with one feature hidden, each once.

Documents that read alike and carry the same features at the same positions (of a small network in
fixed order there are often only a few hundred) are run once and counted as often as they occur.
That is exact, for one model pays the same attention to the same tokens.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causattn.models import CarrierTokens, Encoding

OBSERVED = -1
"""In place of a feature: nothing is hidden, all features attend."""
_EXAMPLES = 4
"""The most sequences on which a capture is checked."""


@dataclass(frozen=True)
class Work:
    """Sequences to run, one row each.

    Parameters
    ----------
    document
        int64 [s], the document as it stands in the encoding.
    feature
        int64 [s], the feature that attends (and is hidden where it can be), or `OBSERVED`.
    multiplicity
        int64 [s], how many documents this sequence stands for.
    kind
        int64 [s], equal for documents of the same length with the same features.
    """

    document: np.ndarray
    feature: np.ndarray
    multiplicity: np.ndarray
    kind: np.ndarray

    def __len__(self) -> int:
        return len(self.document)

    def batches(self, lengths: np.ndarray, tokens: int, padding: bool = True) -> list[np.ndarray]:
        """Return rows of this work, batch by batch, at most `tokens` tokens each with padding.

        The longest come first: what follows fits into the memory that they gave back, and what
        does not fit at all fails at once.

        Parameters
        ----------
        lengths
            int64 [n], tokens of each document.
        tokens
            The most tokens in a batch; a longer document is a batch of its own.
        padding
            Whether documents of different lengths may share a batch.
        """
        own = lengths[self.document]
        order = np.lexsort((self.document, self.feature, self.kind, own))
        own, kind, feature = own[order], self.kind[order], self.feature[order]
        new = (kind[1:] != kind[:-1]) | (feature[1:] != feature[:-1])
        # Few kinds: never mix them, so that a whole batch is summed in one step.
        if (np.count_nonzero(new) + 1) * 8 > len(order):
            new = np.zeros_like(new) if padding else own[1:] != own[:-1]
        ends = np.append(np.flatnonzero(new) + 1, len(order))
        cuts = []
        first = 0
        for end in ends.tolist():
            while first < end:
                last = min(end, first + max(1, tokens // int(own[first])))
                # Lengths rise: the last row says how far all are padded.
                last = min(last, first + max(1, tokens // int(own[last - 1])))
                cuts.append(order[first:last])
                first = last
        return cuts[::-1]

    def mixed(self, lengths: np.ndarray, tokens: int) -> np.ndarray:
        """Return a few rows, the shortest and the longest, on which a model shows how it masks.

        A batch of documents of one length shows nothing of that, and the longest batch often is
        one.

        Parameters
        ----------
        lengths
            int64 [n], tokens of each document.
        tokens
            The most tokens of all rows with padding; documents that fit beside no other are left
            out, and if none fits, one is returned, for none is ever padded.
        """
        own = lengths[self.document]
        order = np.argsort(own, kind="stable")
        fitting = order[own[order] * 2 <= tokens]
        if not len(fitting):
            return order[:1]
        count = min(_EXAMPLES, tokens // int(own[fitting[-1]]))
        some: np.ndarray = np.unique(
            np.concatenate([fitting[: count // 2], fitting[len(fitting) - (count - count // 2) :]])
        )
        return some


def observed_work(encoding: Encoding, carriers: CarrierTokens) -> Work:
    """Return the documents, each different one once."""
    layout = _numbers(encoding, carriers, positions=True)
    first, times = _different(encoding, layout, np.arange(len(encoding)), None, None)
    feature = np.full(len(first), OBSERVED, dtype=np.int64)
    return Work(first, feature, times, _numbers(encoding, carriers, positions=False)[first])


def masked_work(
    encoding: Encoding, carriers: CarrierTokens, hidden: np.ndarray, apart: bool = False
) -> Work:
    """Return every document with each of its features hidden in turn, each different one once.

    Parameters
    ----------
    encoding, carriers
        The documents and the tokens that carry their features.
    hidden
        int64 [f], the token id that hides each feature, -1 where it attends without being hidden.
    apart
        Whether documents that differ in what is hidden are kept apart.
    """
    layout = _numbers(encoding, carriers, positions=True)
    kind = _numbers(encoding, carriers, positions=False)
    parts = []
    for feature in np.unique(carriers.feature):
        rows = carriers.feature == feature
        documents = np.unique(carriers.document[rows])
        tokens = encoding.bounds[carriers.document[rows]] + carriers.position[rows]
        cover = -1 if apart else int(hidden[feature])
        first, times = _different(encoding, layout, documents, tokens, cover)
        parts.append((first, np.full(len(first), feature), times, kind[first]))
    document, feature, times, kind = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Work(document, feature, times, kind)


def _numbers(encoding: Encoding, carriers: CarrierTokens, positions: bool) -> np.ndarray:
    """Return a number per document, int64 [n], equal where length and features are equal.

    With `positions`, equal only where the same positions carry the features too.
    """
    numbers: dict[tuple[int, bytes, bytes], int] = {}
    number = np.empty(len(encoding), dtype=np.int64)
    bounds = carriers.bounds.tolist()
    for document, length in enumerate(encoding.lengths.tolist()):
        rows = slice(bounds[document], bounds[document + 1])
        where = carriers.position[rows].tobytes() if positions else b""
        key = (length, carriers.feature[rows].tobytes(), where)
        number[document] = numbers.setdefault(key, len(numbers))
    return number


def _different(
    encoding: Encoding,
    layout: np.ndarray,
    documents: np.ndarray,
    covered: np.ndarray | None,
    cover: int | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the first document of each kind, and how often the kind occurs.

    Documents are of one kind where layout and ids are equal, the flat tokens `covered` holding
    the id `cover` (unless it is negative).
    """
    ids = encoding.ids
    if covered is not None and cover is not None and cover >= 0:
        ids = ids.copy()
        ids[covered] = cover
    place: dict[tuple[int, bytes], int] = {}
    first: list[int] = []
    times: list[int] = []
    for document in documents.tolist():
        text = ids[encoding.bounds[document] : encoding.bounds[document + 1]].tobytes()
        number = place.setdefault((int(layout[document]), text), len(first))
        if number == len(first):
            first.append(document)
            times.append(0)
        times[number] += 1
    return np.array(first, dtype=np.int64), np.array(times, dtype=np.int64)
