"""Corpora of kind ``planted``: a label made by a rule from known words, to try explainers on.

==========  ======================================================================================
rule        the label is good where
==========  ======================================================================================
token       the soup is *fresh*
context     the soup is *really fresh* or *not stale*
pair        a *bell* is heard first and a *drum* second; the sentences are the same but for order
==========  ======================================================================================

Beside them stand words without effect: fillers; a **decoy** that may attract attention, being the
causal word itself said of another thing (*the bread is fresh*) or a rare exclamation at the
beginning; a **confounded** word, which goes with the label because the season makes both it and the
causal word.

The rule and the role of each variable are in ``corpus.about``, so that `planted_labels` and
`planted_causes` give the truth of any document, rewritten ones too. The three
rules are the kinds of shortcut that Bastings et al. (2022), "Will you find these shortcuts?",
section 3, plant into reviews; here they are the label itself, and the texts are our own.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np

from causattn.base import ConfigError, generator
from causattn.corpora.contract import CorpusSource
from causattn.corpora.corpus import Corpus
from causattn.corpora.planted_words import WORDINGS, Clause, Wording
from causattn.corpora.render import Slot, render
from causattn.graphs import CausalGraph

Rule = Literal["token", "context", "pair"]
Decoy = Literal["none", "same_words", "rare"]
Role = Literal["cause", "decoy", "common_cause", "confounded", "filler"]

_LABELS: dict[str, list[int] | list[list[int]]] = {
    "token": [0, 1],
    "context": [[1, 0], [0, 1]],
    "pair": [[0, 1], [0, 0]],
}
"""The label by the codes of the rule's variables, in their order."""

_NEGATED = 0.25
"""Share of negated sentences. With one half, no word by itself would say anything of the label,
and small models take very long to see that two together do."""


@dataclass(frozen=True)
class PlantedSettings:
    """Which words make the label, and what stands beside them.

    All truth rides along.

    Parameters
    ----------
    rule
        ``"token"`` (one word), ``"context"`` (a word and what negates it), ``"pair"`` (two words in
        this order).
    language
        ``"english"`` or ``"chinese"``.
    documents
        How many documents to draw.
    fillers
        How many clauses without effect a document has (at most 6).
    decoy
        What may attract attention without effect: ``"same_words"``, the words that count for the
        soup are said of the bread, too, where they do not (with the sounds of rule ``"pair"`` it is
        a third sound at the end); ``"rare"``, a rare word at the beginning; or ``"none"``.
    confounding
        Correlation of the causal word with one that hangs on the same common cause; 0 leaves that
        word and the common cause out. Only with rule ``"token"``.
    label_noise
        Share of the documents that get the other label.
    """

    rule: Rule = "token"
    language: Literal["english", "chinese"] = "english"
    documents: int = 2000
    fillers: int = 4
    decoy: Decoy = "same_words"
    confounding: float = 0.6
    label_noise: float = 0.05

    def __post_init__(self) -> None:
        most = len(WORDINGS[self.language].fillers)
        if self.documents < 2:
            raise ConfigError(
                f"corpus.documents={self.documents} is too few for a corpus; ask for at least 2."
            )
        if not 0 <= self.fillers <= most:
            raise ConfigError(f"corpus.fillers={self.fillers} must lie between 0 and {most}.")
        if not 0 <= self.label_noise < 0.5:
            raise ConfigError(
                f"corpus.label_noise={self.label_noise:g} must be at least 0 and below 0.5, where "
                "the rule would be gone."
            )
        if not 0 <= self.confounding < 1:
            raise ConfigError(
                f"corpus.confounding={self.confounding:g} is a correlation between two words; give "
                "one of at least 0 and below 1."
            )
        if self.confounding and self.rule != "token":
            raise ConfigError(
                f"corpus.rule={self.rule} needs words that are independent of one another, which "
                "corpus.confounding would end; set corpus.confounding=0 or corpus.rule=token."
            )


class Planted(CorpusSource):
    """Texts whose label a known word makes, beside a decoy and a confounded word."""

    name = "planted"
    settings = PlantedSettings

    def load(self, settings: PlantedSettings, seed: int) -> Corpus:
        """Draw documents and label them by the rule.

        Equal seeds give equal documents, and fewer documents are the first of more.
        """
        wording = WORDINGS[settings.language]
        clauses = _clauses(settings, wording)
        placed = [(name, slot, role) for clause, role in clauses for name, slot in clause]
        names = tuple(name for name, _, _ in placed)
        roles = tuple(role for _, _, role in placed)
        slots = [slot for _, slot, _ in placed]
        # A negation is what the next slot goes on from: nothing stands behind it.
        negations = [k for k, slot in enumerate(slots) if not slot.after]
        values = generator(seed, "corpora", "planted", "values")
        codes = _draw(settings, slots, roles, negations, values)
        order = _order(settings, clauses, generator(seed, "corpora", "planted", "order"))
        texts, mentions = render(codes, order, slots, wording.separator)
        read = [k for k, role in enumerate(roles) if role == "cause"]
        label = np.array(_LABELS[settings.rule])[tuple(codes[:, read].T)]
        noise = generator(seed, "corpora", "planted", "label_noise").random(settings.documents)
        label = np.where(noise < settings.label_noise, 1 - label, label)
        return Corpus(
            name=f"planted_{settings.rule}_{settings.language}",
            texts=texts,
            variables=names,
            values=codes.astype(float),
            categories=tuple(slot.values for slot in slots),
            mentions=mentions,
            value_texts=tuple(slot.values for slot in slots),
            outcome=label.astype(float),
            outcome_name=wording.outcome,
            outcome_classes=wording.classes,
            truth=_truth(names, roles, wording.outcome),
            about={
                "kind": "planted",
                "source": "made by causattn",
                **asdict(settings),
                "roles": list(roles),
                "labels": _LABELS[settings.rule],
            },
        )


def _clauses(settings: PlantedSettings, wording: Wording) -> list[tuple[Clause, Role]]:
    """Return the clauses of every document and the role of their words."""
    clauses: list[tuple[Clause, Role]] = []
    if settings.decoy == "rare":
        clauses.append((wording.rare, "decoy"))
    elif settings.decoy == "same_words":
        clauses.append((wording.same_words[settings.rule], "decoy"))
    if settings.rule == "token":
        clauses.append((wording.token, "cause"))
    elif settings.rule == "context":
        clauses.append((wording.context, "cause"))
    else:
        clauses += [(clause, "cause") for clause in wording.pair]
    if settings.confounding:
        clauses += [(wording.common_cause, "common_cause"), (wording.confounded, "confounded")]
    return clauses + [(clause, "filler") for clause in wording.fillers[: settings.fillers]]


def _draw(
    settings: PlantedSettings,
    slots: list[Slot],
    roles: tuple[Role, ...],
    negations: list[int],
    rng: np.random.Generator,
) -> np.ndarray:
    """Return codes, int [n, v]: uniform, but for negations and what the common cause makes."""
    chance = rng.random((settings.documents, len(slots)))
    codes = (chance * np.array([len(slot.values) for slot in slots])).astype(np.int64)
    codes[:, negations] = chance[:, negations] >= _NEGATED
    if settings.confounding:
        cause = codes[:, roles.index("common_cause")]
        # Two words that each agree with a fair coin with probability a correlate by (2a - 1)^2.
        agrees = (1 + np.sqrt(settings.confounding)) / 2
        for column in (roles.index("cause"), roles.index("confounded")):
            codes[:, column] = np.where(chance[:, column] < agrees, cause, 1 - cause)
    return codes


def _order(
    settings: PlantedSettings, clauses: list[tuple[Clause, Role]], rng: np.random.Generator
) -> np.ndarray:
    """Return which variable stands where, int [n, v]: clauses shuffled, a rare word first."""
    place = rng.random((settings.documents, len(clauses)))
    roles = [role for _, role in clauses]
    if settings.decoy == "rare":
        place[:, roles.index("decoy")] = -1
    if settings.rule == "pair":
        if settings.decoy == "same_words":
            place[:, roles.index("decoy")] = 2
        two = [k for k, role in enumerate(roles) if role == "cause"]
        place[:, two] = np.sort(place[:, two], axis=1)
    return np.argsort(
        np.repeat(place, [len(clause) for clause, _ in clauses], axis=1), axis=1, kind="stable"
    )


def _truth(names: tuple[str, ...], roles: tuple[Role, ...], outcome: str) -> CausalGraph:
    """Return the true graph over the variables and the label."""
    adjacency = np.zeros((len(names) + 1, len(names) + 1), dtype=int)
    causes = [k for k, role in enumerate(roles) if role == "cause"]
    adjacency[causes, -1] = 1
    if "common_cause" in roles:
        source = roles.index("common_cause")
        adjacency[source, [*causes, roles.index("confounded")]] = 1
    return CausalGraph.from_adjacency(
        adjacency,
        [*names, outcome],
        direction="from row to column",
        kind="dag",
        algorithm="planted rule",
    )


CORPUS = Planted()
