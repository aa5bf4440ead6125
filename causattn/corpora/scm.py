"""Corpora of kind ``scm``: texts in natural words whose making is a known structural model.

Concepts depend on one another and make an outcome: in reviews of restaurants the stars, in notes of
a clinic how urgent a case is, in letters of application a recruiter's mark. Each is written out by
a grammar: outright or implied, in many wordings, in any order, or not at all, among sentences that
say nothing of them. All randomness (of the model, of the wording, of the order) is noise of its own
for each document and variable, and kept, so that **exact counterfactuals** exist: the same document
had the food been good (`scm_counterfactual`), in which nothing changes but what follows from that.

============== =====================================================================================
hidden         a common cause of two or more concepts that no text speaks of; the truth is then a
               skeleton over what is seen
selection      of some outcomes most texts are never written: what is left is joined by that, too
============== =====================================================================================

A domain is one file (`causattn.corpora.scm_restaurant`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from causattn.base import ConfigError, DataError, choose, generator
from causattn.corpora.contract import CorpusSource
from causattn.corpora.corpus import Corpus, Mentions
from causattn.corpora.scm_applications import APPLICATIONS
from causattn.corpora.scm_clinic import CLINIC
from causattn.corpora.scm_grammar import SEPARATOR, Concept, Domain, Language
from causattn.corpora.scm_restaurant import RESTAURANT
from causattn.graphs import CausalGraph

DOMAINS: Mapping[str, Domain] = {
    "restaurant": RESTAURANT,
    "clinic": CLINIC,
    "applications": APPLICATIONS,
}
_CLASSES = ("1", "2", "3", "4", "5")
_POOL = 8
"""Documents drawn for each that is kept, where some are not written."""


@dataclass(frozen=True)
class ScmSettings:
    """How many texts, of what, and how they are written.

    Parameters
    ----------
    documents
        How many.
    domain
        ``"restaurant"``: reviews and their stars; ``"clinic"``: notes and how urgent a case is; or
        ``"applications"``: letters of application and a recruiter's mark.
    language
        ``"english"`` or ``"chinese"``.
    mentioned
        Chance that a text speaks of a concept.
    implied
        Chance that it does so without a word for it (*I wiped my plate clean*).
    distractors
        The most sentences in a text that say nothing of any concept.
    hidden
        Have some concepts a common cause that no text speaks of (the staff's experience, the
        patient's defences, the family's means)?
    selection
        Are texts with some outcomes seldom written (three or four stars, mild cases, marks at
        either end)?
    """

    documents: int = 2000
    domain: Literal["restaurant", "clinic", "applications"] = "restaurant"
    language: Language = "english"
    mentioned: float = 0.9
    implied: float = 0.3
    distractors: int = 2
    hidden: bool = False
    selection: bool = False

    def __post_init__(self) -> None:
        most = len(DOMAINS[self.domain].distractors[self.language])
        if self.documents < 2:
            raise ConfigError(
                f"corpus.documents={self.documents} is too few for a corpus; ask for at least 2."
            )
        if not 0 < self.mentioned <= 1 or not 0 <= self.implied <= 1:
            raise ConfigError(
                f"corpus.mentioned={self.mentioned:g} must lie above 0 and corpus.implied="
                f"{self.implied:g} from 0, both up to 1."
            )
        if not 0 <= self.distractors <= most:
            raise ConfigError(f"corpus.distractors={self.distractors} must lie from 0 to {most}.")


class Scm(CorpusSource):
    """Texts in natural words from a known structural model, with exact counterfactuals."""

    name = "scm"
    settings = ScmSettings

    def load(self, settings: ScmSettings, seed: int) -> Corpus:
        """Draw the texts; equal seeds give equal ones, and fewer are the first of more."""
        return _documents(settings, seed, {})


def scm_counterfactual(corpus: Corpus, do: Mapping[str, str]) -> Corpus:
    """Return the same texts, had some concepts been set: document by document, noise kept.

    Parameters
    ----------
    corpus
        Of kind ``scm``, as it was drawn.
    do
        Concepts and their values, such as ``{"food": "good"}``.

    Raises
    ------
    ConfigError
        For a concept or value that there is not.
    DataError
        Where the corpus is of another kind.
    """
    about = dict(corpus.about)
    if about.get("kind") != "scm" or "do" in about:
        raise DataError(
            f"Corpus {corpus.name} is not as corpus=scm drew it, which counterfactuals need."
        )
    settings = ScmSettings(**{key: about[key] for key in asdict(ScmSettings())})
    codes = {}
    for name, value in do.items():
        concepts = DOMAINS[settings.domain].concepts
        concept = choose(name, {each.name: each for each in concepts}, "do")
        codes[name] = choose(value, {v: k for k, v in enumerate(concept.values)}, f"do[{name}]")
    return _documents(settings, about["seed"], codes)


def _documents(settings: ScmSettings, seed: int, do: Mapping[str, int]) -> Corpus:
    """Return the texts of a seed, with some concepts set."""
    domain = DOMAINS[settings.domain]
    count = settings.documents * (_POOL if settings.selection else 1)
    fact, outcome = _model(settings, seed, {}, count)
    rows = np.arange(count)
    if settings.selection:
        written = np.array(domain.written)[outcome]
        rows = np.flatnonzero(_noise(seed, "selection", count) < written)
        if len(rows) < settings.documents:
            raise DataError(
                f"Of {count} texts {len(rows)} were written, fewer than corpus.documents="
                f"{settings.documents}; ask for fewer."
            )
    if do:
        fact, outcome = _model(settings, seed, do, count)
    rows = rows[: settings.documents]
    values = np.stack([fact[concept.name] for concept in domain.concepts], axis=1)[rows]
    texts, mentions = _written(settings, seed, values, rows)
    return Corpus(
        name=f"scm_{settings.domain}_{settings.language}",
        texts=texts,
        variables=tuple(concept.name for concept in domain.concepts),
        values=values.astype(float),
        categories=tuple(concept.values for concept in domain.concepts),
        mentions=mentions,
        outcome=outcome[rows].astype(float),
        outcome_name=domain.outcome,
        outcome_classes=_CLASSES,
        truth=_truth(settings),
        about={
            "kind": "scm",
            "source": "made by causattn",
            **asdict(settings),
            "seed": seed,
            **({"do": {name: int(code) for name, code in do.items()}} if do else {}),
        },
    )


def _noise(seed: int, what: str, count: int) -> np.ndarray:
    """Return noise of its own for a variable or a choice of words, uniform [count]."""
    return generator(seed, "corpora", "scm", what).random(count)


def _concepts(settings: ScmSettings) -> tuple[Concept, ...]:
    domain = DOMAINS[settings.domain]
    return (domain.hidden, *domain.concepts) if settings.hidden else domain.concepts


def _model(
    settings: ScmSettings, seed: int, do: Mapping[str, int], count: int
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return the concepts' codes and the outcome's class, int64 [count] each."""
    domain = DOMAINS[settings.domain]
    # Where there is no hidden cause, its chance goes to everybody.
    average = np.full(count, domain.hidden.base)
    codes: dict[str, np.ndarray] = {}
    score = np.full(count, domain.middle)
    for concept in _concepts(settings):
        chance = np.full(count, concept.base)
        for parent, added in concept.parents.items():
            chance = chance + added * codes.get(parent, average)
        codes[concept.name] = (_noise(seed, concept.name, count) < chance).astype(np.int64)
        if concept.name in do:
            codes[concept.name] = np.full(count, do[concept.name], dtype=np.int64)
        score = score + concept.weight * (codes[concept.name] - 0.5)
    noise = generator(seed, "corpora", "scm", domain.outcome).normal(size=count)
    outcome = np.clip(np.rint(score + domain.spread * noise), 1, 5).astype(np.int64) - 1
    return codes, outcome


def _written(
    settings: ScmSettings, seed: int, values: np.ndarray, rows: np.ndarray
) -> tuple[list[str], Mentions]:
    """Return some texts, and where each concept is spoken of.

    Of a concept said outright its word carries it, of one implied the sentence.
    """
    count = int(rows.max()) + 1

    def drawn(what: str) -> np.ndarray:
        return _noise(seed, what, count)[rows]

    domain = DOMAINS[settings.domain]
    said, nothing = domain.said[settings.language], domain.distractors[settings.language]
    parts: list[list[tuple[float, str, int, int, int]]] = [[] for _ in rows]
    for variable, concept in enumerate(domain.concepts):
        name = concept.name
        speaks, implies, frame, word, place = (
            drawn(f"{name} {what}") for what in ("mentioned", "implied", "frame", "word", "place")
        )
        for row, code in enumerate(values[:, variable].tolist()):
            if speaks[row] >= settings.mentioned:
                continue
            way = said[name][code]
            if implies[row] < settings.implied:
                text = _one_of(way.implied, word[row])
                low, high = 0, len(text)
            else:
                before, after = _one_of(way.frames, frame[row]).split("{}")
                own = _one_of(way.words, word[row])
                own = own if before else own[:1].upper() + own[1:]
                text, low = before + own + after, len(before)
                high = low + len(own)
            parts[row].append((float(place[row]), text, variable, low, high))
    for k in range(settings.distractors):
        there, which, place = (
            drawn(f"distractor {k} {what}") for what in ("there", "which", "place")
        )
        for row in np.flatnonzero(there < 0.5).tolist():
            text = _one_of(nothing, which[row])
            if all(text != other for _, other, *_ in parts[row]):
                parts[row].append((float(place[row]), text, -1, 0, 0))
    return _joined(parts, SEPARATOR[settings.language], nothing[0])


def _joined(
    parts: list[list[tuple[float, str, int, int, int]]], separator: str, nothing: str
) -> tuple[list[str], Mentions]:
    """Return the sentences of each text in their order; one that says nothing says `nothing`."""
    texts, columns = [], []
    for document, own in enumerate(parts):
        text = ""
        for _, sentence, variable, low, high in sorted(own):
            text += separator if text else ""
            if variable >= 0:
                columns.append((document, variable, len(text) + low, len(text) + high))
            text += sentence
        texts.append(text or nothing)
    return texts, Mentions(*np.array(columns, dtype=np.int64).reshape(-1, 4).T)


def _one_of(choices: tuple[str, ...], noise: Any) -> str:
    return choices[int(noise * len(choices))]


def _truth(settings: ScmSettings) -> CausalGraph:
    """Return the true graph over concepts and outcome, and what is hidden where something is."""
    domain, every = DOMAINS[settings.domain], _concepts(settings)
    names = [*(concept.name for concept in every), domain.outcome]
    adjacency = np.zeros((len(names), len(names)), dtype=int)
    for concept in every:
        for parent in concept.parents:
            if parent != domain.hidden.name or settings.hidden:
                adjacency[names.index(parent), names.index(concept.name)] = 1
        if concept.weight:
            adjacency[names.index(concept.name), -1] = 1
    return CausalGraph.from_adjacency(
        adjacency, names, direction="from row to column", kind="dag", algorithm="structural model"
    )


CORPUS = Scm()
