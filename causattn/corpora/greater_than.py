"""Prompts that a later year completes: *The war lasted from the year 1742 to the year 17*.

The task of Hanna, Liu and Variengien (2023), "How does GPT-2 compute greater-than?"; nouns and
templates are ours. The answer is the decade's digit, as tokenizers that write digits one by one
have it: every digit above that of the first year is right, every one below it is wrong. The
counterpart begins with the first year of a century, after which every decade may come.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from causattn.base import ConfigError, generator
from causattn.corpora.contract import CorpusSource
from causattn.corpora.corpus import Corpus
from causattn.corpora.prompts import ANSWER, Prompt, prompt_corpus

NOUNS = ("war", "siege", "reign", "trial", "project", "voyage", "plague", "journey")
CENTURIES = ("11", "12", "13", "14", "15", "16", "17", "18")
TEMPLATES = (
    "The {noun} lasted from the year {century}{decade}{year} to the year {again}{answer}",
    "The {noun} went on from {century}{decade}{year} to {again}{answer}",
    "The {noun} began in {century}{decade}{year} and ended in {again}{answer}",
    "From {century}{decade}{year} the {noun} went on until {again}{answer}",
)
DIGITS = tuple("0123456789")


@dataclass(frozen=True)
class GreaterThanSettings:
    """Which prompts.

    Parameters
    ----------
    documents
        How many to draw.
    templates
        Which of the four templates, from 0.
    """

    documents: int = 60
    templates: tuple[int, ...] = (0, 1, 2, 3)

    def __post_init__(self) -> None:
        if not self.templates or not set(self.templates) <= set(range(len(TEMPLATES))):
            raise ConfigError(
                f"corpus.templates={list(self.templates)} must name some of the templates 0 to "
                f"{len(TEMPLATES) - 1}."
            )


class GreaterThan(CorpusSource):
    """Prompts that a later year completes."""

    name = "greater_than"
    settings = GreaterThanSettings
    paper = "Hanna et al. (2023), How does GPT-2 compute greater-than?"

    def load(self, settings: GreaterThanSettings, seed: int) -> Corpus:
        """Return the prompts."""
        rng = generator(seed, "corpora", "greater_than")
        prompts = []
        for document in range(settings.documents):
            which = settings.templates[document // 2 % len(settings.templates)]
            decade = int(rng.integers(2, 8))
            century = str(rng.choice(CENTURIES))
            words = {"noun": str(rng.choice(NOUNS)), "century": century, "again": century}
            words |= {"decade": str(decade), "year": str(rng.integers(2, 9))}
            answer = str(rng.integers(decade + 1, 10))
            prompts.append(
                Prompt(
                    TEMPLATES[which],
                    {**words, ANSWER: answer},
                    {"decade": "0", "year": "1"},
                    DIGITS[decade + 1 :],
                    DIGITS[:decade],
                    {"template": which},
                )
            )
        values = {"noun": NOUNS, "century": CENTURIES, "decade": DIGITS, "year": DIGITS}
        values |= {"again": CENTURIES, ANSWER: DIGITS}
        about = {"kind": self.name, **asdict(settings), "templates": list(settings.templates)}
        return prompt_corpus(self.name, prompts, values, about)


CORPUS = GreaterThan()
