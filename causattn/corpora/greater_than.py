"""Prompts that a later year completes: *The war lasted from the year 1742 to the year 17*.

The task of Hanna, Liu and Variengien (2023), "How does GPT-2 compute greater-than?"; nouns and
templates are ours. The answer is the decade's digit, as tokenizers that write digits one by one
have it: every digit above that of the first year is right, every one below it is wrong. The
counterpart begins with the first year of a century, after which every decade may come.
"""

from __future__ import annotations

from causattn.base import generator
from causattn.corpora.contract import CorpusSource
from causattn.corpora.corpus import Corpus
from causattn.corpora.prompts import ANSWER, Prompt, PromptSettings, prompt_corpus

NOUNS = ("war", "siege", "reign", "trial", "project", "voyage", "plague", "journey")
CENTURIES = ("11", "12", "13", "14", "15", "16", "17", "18")
TEMPLATES = (
    "The {noun} lasted from the year {century}{decade}{year} to the year {again}{answer}",
    "The {noun} went on from {century}{decade}{year} to {again}{answer}",
    "The {noun} began in {century}{decade}{year} and ended in {again}{answer}",
    "From {century}{decade}{year} the {noun} went on until {again}{answer}",
)
DIGITS = tuple("0123456789")


class GreaterThan(CorpusSource):
    """Prompts that a later year completes."""

    name = "greater_than"
    settings = PromptSettings
    paper = "Hanna et al. (2023), How does GPT-2 compute greater-than?"

    def load(self, settings: PromptSettings, seed: int) -> Corpus:
        """Return the prompts."""
        rng = generator(seed, "corpora", "greater_than")
        prompts = []
        for document in range(settings.documents):
            which = settings.template(document)
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
                    {"century": century},
                )
            )
        values = {"noun": NOUNS, "century": CENTURIES, "decade": DIGITS, "year": DIGITS}
        values |= {"again": CENTURIES, ANSWER: DIGITS}
        return prompt_corpus(self.name, prompts, values, settings)


CORPUS = GreaterThan()
