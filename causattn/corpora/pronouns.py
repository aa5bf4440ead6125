"""Prompts whose person has a gender: *The queen said that she*, and people whose work suggests one.

The mediation protocol of Vig et al. (2020), "Investigating gender bias in language models using
causal mediation analysis", in English templates of ours. Half of the people have a gender by their
word, half have a profession. The counterpart has a person of the other gender, or of a profession
that is said of the other more often.
"""

from __future__ import annotations

from causattn.base import generator
from causattn.corpora.contract import CorpusSource
from causattn.corpora.corpus import Corpus
from causattn.corpora.prompts import ANSWER, Prompt, PromptSettings, prompt_corpus

SHE = ("woman", "queen", "mother", "sister", "nurse", "secretary", "dancer", "librarian")
HE = ("man", "king", "father", "brother", "mechanic", "farmer", "driver", "carpenter")
TEMPLATES = (
    "The {person} {opening} that {answer}",
    "Yesterday the {person} {opening} that {answer}",
    "Later the old {person} {opening} that {answer}",
    "We heard that the {person} {opening} that {answer}",
)
OPENINGS = ("said", "thought", "knew", "wrote", "hoped", "believed")


class Pronouns(CorpusSource):
    """Prompts that a pronoun completes, by the gender of a person or a profession."""

    name = "pronouns"
    settings = PromptSettings
    paper = "Vig et al. (2020), Investigating gender bias using causal mediation analysis"

    def load(self, settings: PromptSettings, seed: int) -> Corpus:
        """Return the prompts."""
        rng = generator(seed, "corpora", "pronouns")
        prompts = []
        for document in range(settings.documents):
            which = settings.template(document)
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
        return prompt_corpus(self.name, prompts, values, settings)


CORPUS = Pronouns()
