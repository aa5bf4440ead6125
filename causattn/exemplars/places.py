"""Where a document can be edited, and what may stand there instead.

Two sources of replacements: what the corpus itself says at such a place in other documents (another
value of the same variable), and what a masked language model would put there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from causattn.base import CapabilityError
from causattn.corpora import POOLED, find_words
from causattn.features import FeatureTable
from causattn.models import LanguageModel, encode_texts, take

_PROPOSED = 8
"""Times as many tokens are looked at as proposals are wanted: pieces and signs are left out."""


@dataclass(frozen=True)
class EditPlace:
    """Some characters of a document, and the texts that may stand there instead.

    Parameters
    ----------
    start, end
        The characters, end excluded.
    texts
        What may stand there; an empty text takes the characters out.
    feature
        The feature that is mentioned there, None where that is not known.
    """

    start: int
    end: int
    texts: tuple[str, ...]
    feature: int | None = None


class CorpusValues:
    """What the documents of a corpus say where they mention a feature.

    Parameters
    ----------
    table
        Documents by features, with their carriers.
    texts
        The documents of the table's rows.
    most
        Most replacements of a place.
    """

    def __init__(self, table: FeatureTable, texts: Sequence[str], most: int = 3) -> None:
        self._table, self._texts, self._most = table, texts, most
        self._bounds = table.carriers.of_documents(len(texts))
        self._said: dict[int, dict[float, Counter[str]]] = {}
        carriers = table.carriers
        inside = (carriers.start != POOLED) & (carriers.start < carriers.end)
        for mention in np.flatnonzero(inside & (carriers.document < len(texts))).tolist():
            row, feature = int(carriers.document[mention]), int(carriers.variable[mention])
            said = texts[row][carriers.start[mention] : carriers.end[mention]]
            by_value = self._said.setdefault(feature, {})
            by_value.setdefault(float(table.values[row, feature]), Counter())[said] += 1

    def places(self, row: int, without: Sequence[int] = ()) -> list[EditPlace]:
        """Return where a document mentions features, and how others give other values of these.

        Where no other document has another value, the words can be taken out. Of mentions that
        share characters only the first counts.

        Parameters
        ----------
        row
            Row of the table.
        without
            Features that are left as they are.
        """
        carriers, found, done = self._table.carriers, [], 0
        spans = [
            (int(carriers.start[k]), int(carriers.end[k]), int(carriers.variable[k]))
            for k in range(self._bounds[row], self._bounds[row + 1])
        ]
        barred = [(start, end) for start, end, feature in spans if feature in without]
        for start, end, feature in sorted(spans):
            if start == POOLED or start >= end or start < done or feature in without:
                continue
            if any(low < end and start < high for low, high in barred):
                continue
            others = self._others(row, feature, self._texts[row][start:end])
            found.append(EditPlace(start, end, others, feature))
            done = end
        return found

    def _others(self, row: int, feature: int, said: str) -> tuple[str, ...]:
        """Return the texts that give other values, the commonest first."""
        own = float(self._table.values[row, feature])
        counts: Counter[str] = Counter()
        for value, texts in self._said[feature].items():
            if value != own:
                counts += texts
        del counts[said]
        ranked = sorted(counts, key=lambda text: (-counts[text], text))
        return tuple(ranked[: self._most]) or ("",)


def proposed_places(model: LanguageModel, text: str, most: int = 3) -> list[EditPlace]:
    """Return a document's words, each with what a masked language model would rather put there.

    Parameters
    ----------
    model
        A masked language model with a mask token.
    text
        The document; words beyond what the model reads are left out.
    most
        Most proposals a word.

    Raises
    ------
    CapabilityError
        Where the model fills in no hidden words.
    """
    mask = model.tokenizer.mask_token
    if model.task != "masked" or mask is None:
        raise CapabilityError(
            f"Model {model.name} ({model.task}) fills in no hidden words, so that it proposes "
            "none; take a masked language model, or the corpus's own values."
        )
    words = find_words([text], unspaced="characters")
    found = []
    for start, end in zip(words.start.tolist(), words.end.tolist(), strict=True):
        hidden = f"{text[:start]}{mask}{text[end:]}"
        encoding = encode_texts(model, [hidden], "truncate")
        places = np.flatnonzero(encoding.ids == model.tokenizer.mask_token_id)
        if len(places) != 1:
            continue
        inputs = take(encoding, np.array([0])).to(model.device).inputs
        with torch.inference_mode():
            logits = model.network(**inputs).logits[0, int(places[0])]
        order = logits.float().argsort(descending=True, stable=True)[: _PROPOSED * most + 8]
        texts = [str(model.tokenizer.decode([token])).strip() for token in order.tolist()]
        own = text[start:end]
        kept = [each for each in texts if _is_whole_word(each) and each.lower() != own.lower()]
        if kept:
            found.append(EditPlace(start, end, tuple(dict.fromkeys(kept))[:most]))
    return found


def _is_whole_word(text: str) -> bool:
    """Return whether a token is one whole word: no piece, sign or special token."""
    words = find_words([text], unspaced="characters")
    return len(words.start) == 1 and int(words.start[0]) == 0 and int(words.end[0]) == len(text)
