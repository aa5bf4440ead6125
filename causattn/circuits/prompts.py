"""Prompts with answers as cases of a graph: some of one length, what is read, what is patched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch

from causattn.attention import HeadPaths, PathCase, Written, check_same_length
from causattn.base import CapabilityError, DataError
from causattn.circuits.settings import HeadsSettings, Patch
from causattn.corpora import ANSWER, Corpus
from causattn.models import LanguageModel, carrier_tokens, encode_texts, single_tokens

NEEDED = ("right", "wrong")


@dataclass(frozen=True)
class PromptCase(PathCase):
    """Some prompts of one length.

    Parameters
    ----------
    documents
        int64 [B], their numbers in the corpus.
    ids
        int64 [B, T].
    phrasings
        What template each has, as text; empty where that is not known.
    texts
        The prompts.
    """

    documents: np.ndarray
    ids: torch.Tensor
    phrasings: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class _Prompt:
    document: int
    ids: list[int]
    at: int
    counterpart: list[int] | None
    right: list[int]
    wrong: list[int]
    phrasing: str
    text: str


def prompt_cases(
    model: LanguageModel, corpus: Corpus, settings: HeadsSettings
) -> tuple[tuple[PromptCase, ...], tuple[PromptCase, ...]]:
    """Return the cases that a graph is found on, and others that it is tried on.

    Read is the mean logit of the right answers less that of the wrong ones: of a decoder at the
    prompt's end, of a masked model at its mask token, which stands in the answer's place.

    Raises
    ------
    CapabilityError
        Where the model predicts no tokens, or the corpus has no answers.
    DataError
        Where it has too few documents, answers of several tokens, or counterparts of other length.
    """
    needed = settings.finding + settings.trying
    if len(corpus) < needed:
        raise DataError(
            f"Corpus {corpus.name} has {len(corpus)} documents where the graph needs {needed} "
            "(graph.finding and graph.trying); set corpus.documents, or lower these."
        )
    prompts = list(_prompts(model, corpus, needed, settings.patch))
    found, tried = prompts[: settings.finding], prompts[settings.finding :]
    return _cases(model, found, settings), _cases(model, tried, settings)


def _prompts(model: LanguageModel, corpus: Corpus, count: int, patch: Patch) -> Iterator[_Prompt]:
    """Yield the first prompts of a corpus as tokens, without their answers."""
    if model.task not in ("causal", "masked"):
        raise CapabilityError(
            f"Model {model.name} ({model.task}) predicts no tokens; graph=heads needs a decoder or "
            "a masked model, such as model=smollm2."
        )
    known = corpus.metadata
    lacking = [name for name in NEEDED if known is None or name not in known.columns]
    if patch == "counterfactual" and (known is None or "counterpart" not in known.columns):
        lacking.append("counterpart")
    if lacking or known is None:
        raise CapabilityError(
            f"Corpus {corpus.name} has no column {' and '.join(lacking)}; graph=heads needs "
            "prompts with answers, such as corpus=indirect_object (without counterparts set "
            "graph.patch=resample)."
        )
    cut = _decoder_prompts if model.task == "causal" else _masked_prompts
    rows = known.head(count).to_dict("records")
    for document, (row, own) in enumerate(zip(rows, cut(model, corpus, count), strict=True)):
        other = None
        if patch == "counterfactual":
            other = own.like(str(row["counterpart"]))
            both = {f"prompt {document}": own.ids, "its counterpart": other}
            check_same_length({name: torch.tensor([ids]) for name, ids in both.items()})
        right, wrong = (_answers(model, document, side, row[side]) for side in NEEDED)
        if set(right) & set(wrong):
            raise DataError(
                f"Document {document} has an answer that is right and wrong ({row['wrong']}); mend "
                "its columns `right` and `wrong`."
            )
        phrasing = str(row.get("template", ""))
        yield _Prompt(document, own.ids, own.at, other, right, wrong, phrasing, own.text)


@dataclass(frozen=True)
class _Cut:
    """A prompt without its answer: text, tokens, where it is read, and others' tokens like it."""

    text: str
    ids: list[int]
    at: int
    like: Callable[[str], list[int]]


def _decoder_prompts(model: LanguageModel, corpus: Corpus, count: int) -> Iterator[_Cut]:
    """Yield what stands before the answers."""
    encoding = encode_texts(model, corpus.texts[:count])
    variable = corpus.variables.index(ANSWER) if ANSWER in corpus.variables else None
    carriers = None if variable is None else carrier_tokens(encoding, corpus.mentions)

    def like(counterpart: str) -> list[int]:
        other = list(model.tokenizer(counterpart)["input_ids"])
        while len(other) > 1 and other[-1] in model.tokenizer.all_special_ids:
            other.pop()  # what a tokenizer ends texts with
        return other

    for document, text in enumerate(corpus.texts[:count]):
        first, end = (int(k) for k in encoding.bounds[document : document + 2])
        if carriers is not None:
            own = (carriers.document == document) & (carriers.feature == variable)
            end = first + int(carriers.position[own].min())
            text = text[: _answer_place(corpus, document)[0]].rstrip()
        ids = encoding.ids[first:end].tolist()
        yield _Cut(text, ids, len(ids) - 1, like)


def _masked_prompts(model: LanguageModel, corpus: Corpus, count: int) -> Iterator[_Cut]:
    """Yield the texts with a mask token in place of the answers."""
    mask = str(model.tokenizer.mask_token)
    for document, text in enumerate(corpus.texts[:count]):
        rest = ""
        if ANSWER in corpus.variables:
            start, end = _answer_place(corpus, document)
            before = text[:start].rstrip()
            rest = f"{text[len(before) : start]}{mask}{text[end:]}"
            text = f"{before}{rest}"

        def like(counterpart: str, rest: str = rest) -> list[int]:
            return list(model.tokenizer(f"{counterpart.rstrip()}{rest}")["input_ids"])

        ids = like(text, "")
        places = [k for k, token in enumerate(ids) if token == model.tokenizer.mask_token_id]
        if len(places) != 1:
            raise DataError(
                f"Document {document} has {len(places)} places marked {mask} where the answer is "
                f"read; write one, or name the answers (a variable {ANSWER})."
            )
        yield _Cut(text, ids, places[0], like)


def _answer_place(corpus: Corpus, document: int) -> tuple[int, int]:
    """Return which characters of a document are its answer."""
    mentions = corpus.mentions
    here = mentions.document == document
    here &= mentions.variable == corpus.variables.index(ANSWER)
    return int(mentions.start[here].min()), int(mentions.end[here].max())


def _answers(model: LanguageModel, document: int, side: str, given: object) -> list[int]:
    """Return the token of each answer, divided by ``|``."""
    texts = [] if pd.isna(given) else [text for text in str(given).split("|") if text.strip()]
    if not texts:
        raise DataError(f"Document {document} has no {side} answer; fill its column `{side}`.")
    found = single_tokens(model, texts).tolist()
    several = [text for text, token in zip(texts, found, strict=True) if token < 0]
    if several:
        raise DataError(
            f"The answer {several[0]!r} of document {document} is not one token of model "
            f"{model.name}; graph=heads reads answers of one token, give others."
        )
    return found


def _cases(
    model: LanguageModel, prompts: list[_Prompt], settings: HeadsSettings
) -> tuple[PromptCase, ...]:
    """Return prompts of equal length together."""
    by_length: dict[int, list[_Prompt]] = {}
    for prompt in prompts:
        by_length.setdefault(len(prompt.ids), []).append(prompt)
    found = []
    for _, group in sorted(by_length.items()):
        for first in range(0, len(group), settings.batch_size):
            found.append(_case(model, group[first : first + settings.batch_size], settings.patch))
    return tuple(found)


def _case(model: LanguageModel, some: list[_Prompt], patch: Patch) -> PromptCase:
    """Return prompts of one length as a case."""
    right, wrong = [one.right for one in some], [one.wrong for one in some]

    def metric(logits: torch.Tensor) -> torch.Tensor:
        each = zip(logits[:, -1], right, wrong, strict=True)
        return torch.stack([last[yes].mean() - last[no].mean() for last, yes, no in each])

    ids = torch.tensor([one.ids for one in some], device=model.device)
    paths = HeadPaths(model.network, ids, torch.tensor([[one.at] for one in some]))
    return PromptCase(
        paths,
        _other(model, paths, some, patch),
        metric,
        np.array([one.document for one in some]),
        ids,
        tuple(one.phrasing for one in some),
        tuple(one.text for one in some),
    )


def _other(model: LanguageModel, paths: HeadPaths, some: list[_Prompt], patch: Patch) -> Written:
    """Return what stands in the place of what is patched."""
    if patch == "counterfactual":
        others = torch.tensor([one.counterpart for one in some], device=model.device)
        return HeadPaths(model.network, others).written().counterfactual()
    if patch == "zero":
        return paths.written().zero()
    if len(some) < 2:
        raise DataError(
            f"Prompt {some[0].document} is the only one of {len(some[0].ids)} tokens in its batch, "
            f"so that graph.patch={patch} has no other to take; raise graph.batch_size or the "
            "number of documents, or set graph.patch=counterfactual."
        )
    if patch == "mean":
        return paths.written().mean()
    return paths.written().resample(torch.arange(len(some)).roll(1))
