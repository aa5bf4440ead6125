"""Corpora of kind ``bayesnet``: texts rendered from a Bayesian network, the true graph with them.

Every document is one draw and states every variable once. In style ``words`` a value is one word
(``smoke=yes``; ``smoke=?`` hides it); in style ``sentences`` it stands in a short sentence
(``smoke is yes.``) and the mention is the value alone.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np

from causattn.base import Bounds, generator
from causattn.corpora.contract import CorpusSource
from causattn.corpora.corpus import Corpus
from causattn.corpora.network import ENDINGS, Network, check_network, load_network
from causattn.corpora.render import HIDDEN, Slot, render, safe_words


@dataclass(frozen=True)
class BayesNetSettings:
    """Which network, and how it is drawn and written.

    Parameters
    ----------
    network
        A network that pgmpy bundles, such as hailfinder (an unknown name lists those there are), or
        a ``.bif`` or ``.bif.gz`` file.
    documents
        How many documents to draw.
    style
        ``"words"`` (smoke=yes) or ``"sentences"`` (smoke is yes.)
    order
        ``"shuffled"`` in each document by itself; ``"fixed"``, one order drawn for the whole corpus
        (the network file's own is often causal and would give it away); or ``"causal"``, parents
        first.
    """

    network: str
    documents: Annotated[int, Bounds(least=2)] = 20_000
    style: Literal["words", "sentences"] = "words"
    order: Literal["fixed", "shuffled", "causal"] = "shuffled"


class BayesNet(CorpusSource):
    """Texts rendered from a Bayesian network; its true graph rides along."""

    name = "bayesnet"
    settings = BayesNetSettings

    def files(self, settings: BayesNetSettings) -> list[Path]:
        """Return the network's file, where it is one."""
        return [Path(settings.network).expanduser()] if settings.network.endswith(ENDINGS) else []

    def check(self, settings: BayesNetSettings) -> None:
        """Raise where there is no such network."""
        check_network(settings.network)

    def load(self, settings: BayesNetSettings, seed: int) -> Corpus:
        """Draw a network and render it as text.

        Raises
        ------
        ConfigError
            For an unknown network.
        """
        network = load_network(settings.network)
        codes = network.sample(settings.documents, generator(seed, "corpora", "bayesnet", "values"))
        order = _order(network, settings, generator(seed, "corpora", "bayesnet", "order"))
        slots = _slots(network, settings.style)
        texts, mentions = render(codes, order, slots)
        words = settings.style == "words"
        return Corpus(
            name=network.name,
            texts=texts,
            variables=network.variables,
            values=codes.astype(float),
            categories=network.states,
            mentions=mentions,
            value_texts=tuple(slot.values for slot in slots),
            mask_texts=tuple(
                f"{name}={HIDDEN}" for name in safe_words(network.variables, forbidden="=")
            )
            if words
            else None,
            truth=network.graph(),
            about={"kind": "bayesnet", "source": "pgmpy example models", **asdict(settings)},
        )


def _order(network: Network, settings: BayesNetSettings, rng: np.random.Generator) -> np.ndarray:
    """Return which variable stands where, int [n, v], or [1, v] where all documents agree."""
    width = len(network.variables)
    if settings.order == "causal":
        return np.array([network.causal_order()])
    if settings.order == "fixed":
        return rng.permutation(width)[None, :]
    return rng.permuted(np.tile(np.arange(width), (settings.documents, 1)), axis=1)


def _slots(network: Network, style: str) -> list[Slot]:
    """Return how each variable of the network is written."""
    if style == "words":
        names = safe_words(network.variables, forbidden="=")
        return [
            Slot("", tuple(f"{name}={value}" for value in safe_words(states, [HIDDEN])), "")
            for name, states in zip(names, network.states, strict=True)
        ]
    return [
        Slot(f"{name} is ", safe_words(states), ".")
        for name, states in zip(_phrases(network.variables), network.states, strict=True)
    ]


def _phrases(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names with spaces for underscores, unless two would become the same."""
    words = safe_words(names)
    spaced = tuple(word.replace("_", " ").strip() for word in words)
    different = len({phrase.casefold() for phrase in spaced}) == len(spaced)
    return spaced if different and all(spaced) else words


CORPUS = BayesNet()
