"""Corpora of kind ``shortcut``: documents in which one word gives the label away, wrongly.

A guest writes of a meal in short sentences, one slot each, and is satisfied or not. One word causes
the label (or two words do: the soup is as it was ordered), another, the shortcut, agrees with it
with a probability that is set: high where a model is trained, chance or below where it is tried.
The rest is noise. Which sentence stands where is drawn for each document.

============== =====================================================================================
mechanism      truth (an edge for each arrow, over the variables and ``label``)
============== =====================================================================================
consequence    cause -> label -> shortcut: the seat was given after the label was known. The label
               is not all in its cause (``label_noise``), so that in training the shortcut says
               more of it than the cause does, and a good predictor there has to use it. This is
               the setting of coloured digits (Arjovsky, Bottou, Gulrajani and Lopez-Paz 2019,
               "Invariant risk minimization", section 5.2), in words.
common_cause   town -> cause -> label and town -> shortcut: both follow from a third word. The
               shortcut says nothing of the label beyond the cause, and a model that uses it
               does so because learning found it, not because it had to.
============== =====================================================================================

Each variable has draws of its own, named by the variable, so that documents of one seed that differ
in `strength` differ in the shortcut's word and in nothing else.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Literal

import numpy as np

from causattn.base import CapabilityError, ConfigError, generator
from causattn.corpora.contract import CorpusSource
from causattn.corpora.corpus import Corpus
from causattn.corpora.render import Slot, render
from causattn.graphs import CausalGraph

LABEL, CAUSE, SECOND_CAUSE, SHORTCUT, COMMON_CAUSE = (
    "label",
    "cause",
    "second_cause",
    "shortcut",
    "common_cause",
)
IRRELEVANT = ("day", "weather", "shirt")
CLASSES = ("dissatisfied", "satisfied")

_SLOTS = {
    CAUSE: Slot("The soup was ", ("cold", "hot"), "."),
    SECOND_CAUSE: Slot("We ordered it ", ("iced", "warm"), "."),
    SHORTCUT: Slot("We sat at the ", ("door", "window"), "."),
    COMMON_CAUSE: Slot("This was in ", ("york", "bath"), "."),
    "day": Slot("We came on ", ("monday", "tuesday", "friday"), "."),
    "weather": Slot("Outside it was ", ("dry", "wet"), "."),
    "shirt": Slot("The waiter wore ", ("red", "green", "blue", "black"), "."),
}


@dataclass(frozen=True)
class ShortcutSettings:
    """How to draw and write documents with a shortcut.

    Made from templates.

    Parameters
    ----------
    documents
        How many documents to draw.
    strength, strength_out
        Probability that the shortcut agrees with the label; and the same out of distribution
        (`out_of_distribution`), where 0.5 is chance.
    causes
        1 word causes the label, or 2: whether they agree.
    label_noise
        Probability that the label is not what its causes say.
    mechanism
        ``"consequence"`` (cause -> label -> shortcut) or ``"common_cause"`` (town -> cause ->
        label, town -> shortcut).
    confounding
        Probability that the cause says what the common cause says; for common_cause alone.
    order
        ``"shuffled"`` (the sentences of each document by itself) or ``"fixed"`` (one order drawn
        for all).
    """

    documents: int = 4000
    strength: float = 0.95
    strength_out: float = 0.05
    causes: Literal[1, 2] = 1
    label_noise: float = 0.2
    mechanism: Literal["consequence", "common_cause"] = "consequence"
    confounding: float = 0.97
    order: Literal["shuffled", "fixed"] = "shuffled"

    def __post_init__(self) -> None:
        if self.documents < 2:
            raise ConfigError(
                f"corpus.documents={self.documents} is too few for a corpus; ask for at least 2."
            )
        for name in ("strength", "strength_out", "confounding"):
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigError(
                    f"corpus.{name}={getattr(self, name)} is a probability; set it from 0 to 1."
                )
        if not 0 <= self.label_noise < 0.5:
            raise ConfigError(
                f"corpus.label_noise={self.label_noise} must be at least 0 and below 0.5, or the "
                "cause says nothing of the label."
            )
        if self.mechanism == "common_cause":
            if self.causes != 1:
                raise ConfigError(
                    "corpus.causes=2 goes with corpus.mechanism=consequence only; set "
                    "corpus.causes=1."
                )
            reach = _agreement(self)
            for name in ("strength", "strength_out"):
                if not 1 - reach <= getattr(self, name) <= reach:
                    raise ConfigError(
                        f"corpus.{name}={getattr(self, name)} is out of reach: through the common "
                        f"cause the shortcut agrees with the label with probability "
                        f"{1 - reach:.3g} to {reach:.3g}; lower corpus.label_noise or raise "
                        "corpus.confounding."
                    )


class Shortcut(CorpusSource):
    """Documents whose label one word causes and another, the shortcut, gives away."""

    name = "shortcut"
    settings = ShortcutSettings

    def load(self, settings: ShortcutSettings, seed: int) -> Corpus:
        """Draw documents with a shortcut and write them in English.

        Raises
        ------
        ConfigError
            For settings that cannot be (from `ShortcutSettings`).
        """
        codes, label = _draw(settings, seed)
        variables = tuple(codes)
        slots = [_SLOTS[name] for name in variables]
        rng = generator(seed, "corpora", "shortcut", "order")
        places = np.tile(np.arange(len(variables)), (settings.documents, 1))
        order = rng.permuted(places, axis=1) if settings.order == "shuffled" else places[:1].copy()
        if settings.order == "fixed":
            order = rng.permuted(order, axis=1)
        values = np.stack([codes[name] for name in variables], axis=1)
        texts, mentions = render(values, order, slots)
        return Corpus(
            name="shortcut",
            texts=texts,
            variables=variables,
            values=values.astype(float),
            categories=tuple(slot.values for slot in slots),
            mentions=mentions,
            value_texts=tuple(slot.values for slot in slots),
            outcome=label.astype(float),
            outcome_name=LABEL,
            outcome_classes=CLASSES,
            truth=_truth(settings, variables),
            about={
                "kind": "shortcut",
                "source": "templates",
                **asdict(settings),
                "drawn_with": seed,
            },
        )


def out_of_distribution(corpus: Corpus, strength: float | None = None) -> Corpus:
    """Return the same documents where the shortcut agrees with the label as often as said.

    Parameters
    ----------
    corpus
        A corpus of kind ``shortcut``.
    strength
        Probability that the shortcut agrees with the label; the corpus's own `strength_out` where
        None.

    Raises
    ------
    CapabilityError
        For any other corpus, or one whose documents were permuted.
    """
    about = corpus.about
    if about.get("kind") != "shortcut" or "permuted" in about:
        raise CapabilityError(
            f"Corpus {corpus.name} has no shortcut whose strength could be another; use "
            "corpus=shortcut as it was drawn."
        )
    known = {name: about[name] for name in ShortcutSettings.__dataclass_fields__}
    settings = ShortcutSettings(**known)
    wanted = settings.strength_out if strength is None else strength
    return CORPUS.load(replace(settings, strength=wanted), int(about["drawn_with"]))


def _draw(settings: ShortcutSettings, seed: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return the codes of each variable, int64 [n] by name, and the label, int64 [n]."""
    count = settings.documents

    def chance(name: str, probability: float) -> np.ndarray:
        draws = generator(seed, "corpora", "shortcut", name).random(count)
        return (draws < probability).astype(np.int64)

    codes: dict[str, np.ndarray] = {}
    confounded = settings.mechanism == "common_cause"
    town = chance(COMMON_CAUSE, 0.5)
    agrees = chance("cause agrees", settings.confounding)
    codes[CAUSE] = _same(town, agrees) if confounded else chance(CAUSE, 0.5)
    says = codes[CAUSE]
    if settings.causes == 2:
        codes[SECOND_CAUSE] = chance(SECOND_CAUSE, 0.5)
        says = _same(says, codes[SECOND_CAUSE])
    label = _same(says, 1 - chance(LABEL, settings.label_noise))
    if confounded:
        reach = _agreement(settings)
        through = (settings.strength - (1 - reach)) / (2 * reach - 1)
        codes[SHORTCUT] = _same(town, chance(SHORTCUT, through))
        codes[COMMON_CAUSE] = town
    else:
        codes[SHORTCUT] = _same(label, chance(SHORTCUT, settings.strength))
    for name in IRRELEVANT:
        rng = generator(seed, "corpora", "shortcut", name)
        codes[name] = rng.integers(0, len(_SLOTS[name].values), count)
    return codes, label


def _same(code: np.ndarray, agrees: np.ndarray) -> np.ndarray:
    """Return `code` where `agrees` is 1, and the other of its two values where it is 0."""
    return np.where(agrees == 1, code, 1 - code)


def _agreement(settings: ShortcutSettings) -> float:
    """Return the probability that the label says what the common cause says."""
    confounding, noise = settings.confounding, settings.label_noise
    return confounding * (1 - noise) + (1 - confounding) * noise


def _truth(settings: ShortcutSettings, variables: tuple[str, ...]) -> CausalGraph:
    """Return the true graph over the variables and the label."""
    names = (*variables, LABEL)
    edges = [(name, LABEL) for name in (CAUSE, SECOND_CAUSE) if name in names]
    if settings.mechanism == "common_cause":
        edges += [(COMMON_CAUSE, CAUSE), (COMMON_CAUSE, SHORTCUT)]
    else:
        edges.append((LABEL, SHORTCUT))
    adjacency = np.zeros((len(names), len(names)), dtype=np.uint8)
    for source, target in edges:
        adjacency[names.index(source), names.index(target)] = 1
    return CausalGraph.from_adjacency(
        adjacency, names, direction="from row to column", algorithm="as drawn"
    )


CORPUS = Shortcut()
