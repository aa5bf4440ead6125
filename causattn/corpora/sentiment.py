"""Reviews whose verdict is the next word: *The food was delicious ... Overall, it was* good or bad.

Sentiment as a decoder is asked for it: by the logits of words of praise less those of blame.
Templates and words are ours. The counterpart says the opposite of food and service, in words of as
many tokens.
"""

from __future__ import annotations

from causattn.base import generator
from causattn.corpora.contract import CorpusSource
from causattn.corpora.corpus import Corpus
from causattn.corpora.prompts import ANSWER, Prompt, PromptSettings, prompt_corpus

GOOD = ("delicious", "excellent", "fantastic", "amazing", "perfect", "wonderful")
BAD = ("nasty", "horrible", "terrible", "awful", "poor", "dreadful")
PRAISE = ("great", "good", "wonderful", "amazing")
BLAME = ("terrible", "bad", "awful", "horrible")
PLACES = ("restaurant", "hotel", "bar", "cafe")
TEMPLATES = (
    "We went to a {place}. The food was {food}, the service {service}. Overall, it was {answer}",
    "On the {place}: the food was {food}, the service was {service}. In short, it was {answer}",
    "At this {place} the meal was {food} and the staff was {service}. All in all it was {answer}",
    "The {place} had {food} dishes and {service} waiters. To sum up, the evening was {answer}",
)


class Sentiment(CorpusSource):
    """Reviews that a word of praise or of blame completes."""

    name = "sentiment"
    settings = PromptSettings

    def load(self, settings: PromptSettings, seed: int) -> Corpus:
        """Return the prompts."""
        rng = generator(seed, "corpora", "sentiment")
        prompts = []
        for document in range(settings.documents):
            which = settings.template(document)
            good = document % 2 == 0
            own, other = (GOOD, BAD) if good else (BAD, GOOD)
            right, wrong = (PRAISE, BLAME) if good else (BLAME, PRAISE)
            food, service = (int(k) for k in rng.choice(len(own), 2, replace=False))
            words = {
                "place": str(rng.choice(PLACES)),
                "food": own[food],
                "service": own[service],
                ANSWER: right[0],
            }
            prompts.append(
                Prompt(
                    TEMPLATES[which],
                    words,
                    {"food": other[food], "service": other[service]},
                    right,
                    wrong,
                    {"template": which, "sentiment": "good" if good else "bad"},
                )
            )
        values = {"place": PLACES, "food": (*GOOD, *BAD), "service": (*GOOD, *BAD)}
        return prompt_corpus(self.name, prompts, {**values, ANSWER: (*PRAISE, *BLAME)}, settings)


CORPUS = Sentiment()
