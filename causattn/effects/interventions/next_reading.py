"""What a causal model predicts of a feature, as ``effects.reads`` says.

======  ============================================================================================
next    The next token where the feature begins: the distribution over the feature's values where
        each is one token, else the probability of the document's own token.
answer  The logit of the document's own token there, less the mean logit of the wrong ones: those
        that the corpus gives (``metadata``: ``right`` and ``wrong``, answers divided by ``|``),
        else the feature's other values.
span    The log-probability of all tokens of the feature as they stand, the loss with its sign
        turned: in nats, summed.
======  ============================================================================================

A feature is read where it is first mentioned. What a model reads from left to right predicts
depends on nothing after it: only tokens of a source that stand before the target are changed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from causattn.base import DataError
from causattn.effects.contract import Reads
from causattn.effects.interventions.sample import Sample, token_rows
from causattn.models import CarrierTokens, Encoding, next_logits, single_tokens


@dataclass(frozen=True)
class Span:
    """Where a target stands in the documents that hold it: k places.

    Parameters
    ----------
    document, first, length
        int64 [k], ascending documents, and the tokens of the first mention in each.
    """

    document: np.ndarray
    first: np.ndarray
    length: np.ndarray


@dataclass(frozen=True)
class NextReading:
    """What was predicted in k documents.

    Parameters
    ----------
    number
        float64 [k], what the effect is on.
    values
        float64 [k, m], the distribution over the target's values; None where they are not read.
    whole
        float32 [k, vocabulary], the distribution of the first token; None where it is not kept.
    """

    number: np.ndarray
    values: np.ndarray | None = None
    whole: np.ndarray | None = None


class NextReader:
    """Reads what a causal model predicts of the sample's features.

    Parameters
    ----------
    sample
        The documents, their model and their features.
    reads
        What is read.
    batch_size
        Most documents in a forward pass.
    """

    def __init__(self, sample: Sample, reads: Reads, batch_size: int) -> None:
        self._sample, self.reads, self._batch_size = sample, reads, batch_size
        self._spans: dict[int, Span] = {}
        self._plain: dict[int, NextReading] = {}

    def span(self, target: int) -> Span:
        """Return where a feature is predicted: its first mention in each document after a token."""
        if target not in self._spans:
            encoding, carriers = self._sample.plain()
            self._spans[target] = first_span(encoding, carriers, target)
        return self._spans[target]

    def before(self, source: int, target: int) -> tuple[Span, np.ndarray]:
        """Return the target's places in documents where the source comes first, and its tokens.

        Returns
        -------
        span
            In the k documents with a token of the source before the target's first one.
        rows
            int64, these tokens' flat rows.
        """
        encoding, carriers = self._sample.plain()
        span = self.span(target)
        rows = token_rows(encoding, carriers, source)
        owner = np.searchsorted(encoding.bounds, rows, side="right") - 1
        begins = np.full(len(encoding), -1)
        begins[span.document] = span.first
        earlier = rows - encoding.bounds[owner] < begins[owner]
        kept = np.isin(span.document, owner[earlier])
        place = Span(span.document[kept], span.first[kept], span.length[kept])
        return place, rows[earlier]

    def order(self, source: int, target: int) -> str:
        """Return the sentence for a source that never comes before the target."""
        names = self._sample.table.names
        encoding, carriers = self._sample.plain()
        of_source, of_target = (
            np.unique(carriers.document[carriers.feature == feature])
            for feature in (source, target)
        )
        both = np.intersect1d(of_source, of_target)
        count = len(encoding)
        if len(both) < 2:
            return (
                f"Fewer than 2 of {count} sampled documents hold both {names[source]} and "
                f"{names[target]}; raise effects.documents."
            )
        if not len(self.span(target).document):
            return (
                f"{names[target]} begins every document, where a model that reads from left to "
                "right predicts nothing."
            )
        ahead = len(self.before(source, target)[0].document)
        return (
            f"{names[source]} stands after {names[target]} in {len(both) - ahead} of {len(both)} "
            f"sampled documents that hold both, and model {self._sample.model.name}, which reads "
            "from left to right, has not seen it when it predicts "
            f"{names[target]}."
        )

    def plain(self, target: int) -> NextReading:
        """Return what is predicted of a feature in the documents as they are, [its span]."""
        if target not in self._plain:
            encoding, _ = self._sample.plain()
            self._plain[target] = self.read(encoding, target, self.span(target), whole=True)
        return self._plain[target]

    def read(
        self,
        encoding: Encoding,
        target: int,
        span: Span,
        hidden: np.ndarray | None = None,
        whole: bool = False,
    ) -> NextReading:
        """Return what is predicted of a feature.

        Parameters
        ----------
        encoding
            The sample's documents as they are, or changed.
        target, span
            The feature, and where it stands in `encoding` in the k documents to read.
        hidden
            bool over the encoding's tokens: those that no token may attend to.
        whole
            Keep the first token's whole distribution.

        Raises
        ------
        DataError
            For answers that are not one token, or the same right and wrong.
        """
        count, size = len(span.document), span.length if self.reads == "span" else 1
        each = np.repeat(np.arange(count), size)
        step = np.concatenate([np.arange(k) for k in np.broadcast_to(size, count)])
        step = step.astype(np.int64) if len(step) else np.empty(0, dtype=np.int64)
        rows = (encoding.bounds[span.document] + span.first)[each] + step
        ids = encoding.ids[rows]
        tokens = self.value_tokens(target) if self.reads == "next" else None
        right, wrong = self._answers(target) if self.reads == "answer" else ({}, {})
        number = np.zeros(count)
        values = None if tokens is None else np.empty((count, len(tokens)))
        kept: np.ndarray | None = None
        passes = next_logits(self._sample.model, encoding, rows, self._batch_size, hidden)
        for places, logits in passes:
            if self.reads == "answer":
                for place, row in zip(places, logits.cpu().double(), strict=True):
                    document = int(span.document[place])
                    number[place] = row[right[document]].mean() - row[wrong[document]].mean()
            else:
                own = torch.from_numpy(ids[places]).to(logits.device)
                logarithm = logits.double().log_softmax(-1)
                found = logarithm.gather(1, own[:, None])[:, 0].cpu().numpy()
                if self.reads == "span":
                    np.add.at(number, each[places], found)
                else:
                    number[places] = np.exp(found)
                if values is not None:
                    chosen = logarithm[:, torch.from_numpy(tokens).to(logits.device)]
                    values[places] = chosen.softmax(-1).cpu().numpy()
            if whole:
                begins = step[places] == 0
                if kept is None:
                    kept = np.empty((count, logits.shape[1]), dtype=np.float32)
                kept[each[places[begins]]] = logits.softmax(-1).cpu().numpy()[begins]
        return NextReading(number, values, kept)

    def outcome(self, target: int) -> str:
        """Return what the number is, in words."""
        name = self._sample.table.names[target]
        return {
            "next": f"P(own token of {name})",
            "answer": f"logit difference of {name}",
            "span": f"log-probability of {name}",
        }[self.reads]

    def scale(self, target: int) -> float:
        """Return the unit of the number: 1 for a probability, else its standard deviation."""
        if self.reads == "next":
            return 1.0
        return float(self.plain(target).number.std()) or 1.0

    def value_tokens(self, target: int) -> np.ndarray | None:
        """Return the token of each of a slot's values, int64 [m]; None where one has several."""
        corpus, table = self._sample.corpus, self._sample.table
        name = table.names[target]
        if corpus.value_texts is None or name not in corpus.variables:
            return None
        tokens = single_tokens(self._sample.model, corpus.value_texts[corpus.variables.index(name)])
        known = len(tokens) > 1 and (tokens >= 0).all() and len(set(tokens.tolist())) == len(tokens)
        if not known or len(tokens) != len(table.categories[target] or ()):
            return None
        encoding, span = self._sample.plain()[0], self.span(target)
        own = encoding.ids[encoding.bounds[span.document] + span.first]
        return tokens if np.isin(own, tokens).all() else None

    def _answers(self, target: int) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
        """Return the right and the wrong tokens of each document that holds the target."""
        sample = self._sample
        encoding, span = sample.plain()[0], self.span(target)
        name, known = sample.table.names[target], sample.corpus.metadata
        own = encoding.ids[encoding.bounds[span.document] + span.first]
        given = None if known is None or "wrong" not in known else known
        values = None if given is not None else self.value_tokens(target)
        if given is None and values is None:
            raise DataError(
                f"There is nothing to hold the token of {name} against: not each of its values is "
                "one token, and the corpus names no wrong answers; set effects.reads=next or span, "
                "or give the corpus a column `wrong`."
            )
        right: dict[int, list[int]] = {}
        wrong: dict[int, list[int]] = {}
        for document, token in zip(span.document.tolist(), own.tolist(), strict=True):
            if given is None:
                assert values is not None
                right[document] = [token]
                wrong[document] = [k for k in values.tolist() if k != token]
                continue
            row = given.iloc[document]
            right[document] = self._tokens(row["right"]) if "right" in given else [token]
            wrong[document] = self._tokens(row["wrong"])
            if set(right[document]) & set(wrong[document]):
                raise DataError(
                    f"Document {document} has an answer that is right and wrong ({row['wrong']}); "
                    "mend its columns `right` and `wrong`."
                )
        return right, wrong

    def _tokens(self, answers: object) -> list[int]:
        """Return the tokens of answers divided by ``|``."""
        texts = [text.strip() for text in str(answers).split("|")]
        tokens = single_tokens(self._sample.model, texts)
        if (tokens < 0).any():
            text = texts[int(np.argmin(tokens))]
            raise DataError(
                f"The answer {text!r} is not one token of model {self._sample.model.name}, so that "
                "it has no logit; choose another, or set effects.reads=span."
            )
        return [int(token) for token in tokens]


def first_span(encoding: Encoding, carriers: CarrierTokens, feature: int) -> Span:
    """Return a feature's first run of tokens in each document where a token stands before it."""
    own = carriers.feature == feature
    document, position = carriers.document[own], carriers.position[own]
    starts = np.ones(len(document), dtype=bool)
    starts[1:] = (document[1:] != document[:-1]) | (position[1:] != position[:-1] + 1)
    run = np.cumsum(starts) - 1
    _, first_row = np.unique(document, return_index=True)
    length = np.bincount(run)[run[first_row]] if len(document) else first_row
    kept = position[first_row] > 0
    rows = first_row[kept]
    return Span(document[rows], position[rows], length[kept])
