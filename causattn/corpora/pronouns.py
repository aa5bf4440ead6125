"""Prompts whose person has a gender: *The queen said that she*, and people whose work suggests one.

The mediation protocol of Vig et al. (2020), "Investigating gender bias in language models using
causal mediation analysis", in English templates of ours. Half of the people have a gender by their
word, half have a profession. The counterpart has a person of the other gender, or of a profession
that is said of the other more often.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from causattn.base import ConfigError, generator
from causattn.corpora.contract import CorpusSource
from causattn.corpora.corpus import Corpus
from causattn.corpora.prompts import ANSWER, Prompt, prompt_corpus

SHE = ("woman", "queen", "mother", "sister", "nurse", "secretary", "dancer", "librarian")
HE = ("man", "king", "father", "brother", "mechanic", "farmer", "driver", "carpenter")
TEMPLATES = (
    "The {person} {opening} that {answer}",
    "Yesterday the {person} {opening} that {answer}",
    "Later the old {person} {opening} that {answer}",
    "We heard that the {person} {opening} that {answer}",
)
OPENINGS = ("said", "thought", "knew", "wrote", "hoped", "believed")


@dataclass(frozen=True)
class PronounSettings:
    """Which prompts.

    Parameters
    ----------
    documents
        How many to draw; the two pronouns alternate.
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


class Pronouns(CorpusSource):
    """Prompts that a pronoun completes, by the gender of a person or a profession."""

    name = "pronouns"
    settings = PronounSettings
    paper = "Vig et al. (2020), Investigating gender bias using causal mediation analysis"

    def load(self, settings: PronounSettings, seed: int) -> Corpus:
        """Return the prompts."""
        rng = generator(seed, "corpora", "pronouns")
        prompts = []
        for document in range(settings.documents):
            which = settings.templates[document // 2 % len(settings.templates)]
            own, other = (SHE, HE) if document % 2 == 0 else (HE, SHE)
            right, wrong = ("she", "he") if document % 2 == 0 else ("he", "she")
            person = int(rng.integers(len(own)))
            words = {"person": own[person], "opening": str(rng.choice(OPENINGS)), ANSWER: right}
            prompts.append(
                Prompt(
                    TEMPLATES[which],
                    words,
                    {"person": other[person]},
                    (right,),
                    (wrong,),
                    {"template": which, "known_by": "word" if person < 4 else "profession"},
                )
            )
        values = {"person": (*SHE, *HE), "opening": OPENINGS, ANSWER: ("she", "he")}
        about = {"kind": self.name, **asdict(settings), "templates": list(settings.templates)}
        return prompt_corpus(self.name, prompts, values, about)


CORPUS = Pronouns()
