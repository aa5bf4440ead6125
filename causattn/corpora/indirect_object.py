"""Prompts that an indirect object completes: *When Mary and John ... John gave a drink to Mary*.

The task of Wang, Variengien, Conmy, Shlegeris and Steinhardt (2023), "Interpretability in the wild:
a circuit for indirect object identification in GPT-2 small"; templates and lists of names are ours.
Two orders: the indirect object may be named first or second. The counterpart has three names that
are all different, so that it asks for nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from causattn.base import ConfigError, generator
from causattn.corpora.contract import CorpusSource
from causattn.corpora.corpus import Corpus
from causattn.corpora.prompts import ANSWER, Prompt, PromptSettings, prompt_corpus

NAMES = (
    *("Mary", "John", "Tom", "James", "Alice", "Anna", "Sarah", "Peter", "Paul", "David", "Emma"),
    *("Lisa", "Mark", "Laura", "Kate", "Jack", "Jane", "Anne", "Sam", "Ben", "Lucy", "Robert"),
    *("Michael", "Kevin", "Susan", "Karen", "Helen", "Martin", "Steve", "Adam", "Brian", "Chris"),
    *("Daniel", "Eric", "Frank", "George", "Henry", "Jason", "Julia", "Kelly", "Linda", "Maria"),
)
PLACES = ("store", "park", "school", "office", "station", "market", "garden", "library")
THINGS = ("drink", "book", "ring", "ball", "letter", "gift", "key", "ticket")
TEMPLATES = (
    "When {first} and {second} went to the {place}, {again} gave a {thing} to {answer}",
    "Then, {first} and {second} were at the {place}, and {again} handed a {thing} to {answer}",
    "After {first} and {second} left the {place}, {again} offered a {thing} to {answer}",
    "While {first} and {second} sat in the {place}, {again} showed a {thing} to {answer}",
)
CHINESE = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜谢邹喻苏潘葛范彭鲁韦昌",
    ("商店", "公园", "学校", "车站", "市场", "花园"),
    ("书", "球", "信", "票", "花", "笔"),
    (
        "{first}和{second}去了{place}，{again}把{thing}给了{answer}",
        "昨天{first}和{second}在{place}，后来{again}把{thing}送给{answer}",
        "{first}跟{second}到了{place}以后，{again}把{thing}交给{answer}",
        "在{place}里{first}遇见{second}，{again}就把{thing}递给{answer}",
    ),
)
"""Names of one character, places, things and templates."""


@dataclass(frozen=True)
class IndirectObjectSettings(PromptSettings):
    """Which prompts.

    Parameters
    ----------
    documents
        How many to draw; the two orders alternate.
    names
        How many of the 42 names, each one token of common decoders.
    language
        English, or Chinese with names of one character.
    """

    names: int = len(NAMES)
    language: Literal["en", "zh"] = "en"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 5 <= self.names <= len(NAMES):
            raise ConfigError(f"corpus.names={self.names} must lie between 5 and {len(NAMES)}.")


class IndirectObject(CorpusSource):
    """Prompts in which one of two names is to be repeated: the indirect object's."""

    name = "indirect_object"
    settings = IndirectObjectSettings
    paper = "Wang et al. (2023), Interpretability in the wild"

    def load(self, settings: IndirectObjectSettings, seed: int) -> Corpus:
        """Return the prompts."""
        rng = generator(seed, "corpora", "indirect_object")
        own = (NAMES, PLACES, THINGS, TEMPLATES) if settings.language == "en" else CHINESE
        names, (places, things, templates) = tuple(own[0][: settings.names]), own[1:]
        prompts = []
        for document in range(settings.documents):
            which = settings.template(document)
            obj, subject, *others = rng.choice(names, 5, replace=False).tolist()
            place, thing = str(rng.choice(places)), str(rng.choice(things))
            ahead = document % 2 == 0
            first, second = (obj, subject) if ahead else (subject, obj)
            words = {"first": first, "second": second, "place": place, "again": subject}
            prompts.append(
                Prompt(
                    templates[which],
                    {**words, "thing": thing, ANSWER: obj},
                    dict(zip(("first", "second", "again"), others, strict=True)),
                    (obj,),
                    (subject,),
                    {"template": which, "order": "object first" if ahead else "subject first"},
                    {"indirect_object": obj, "subject": subject},
                )
            )
        values = {
            "first": names,
            "second": names,
            "place": places,
            "again": names,
            "thing": things,
            ANSWER: names,
        }
        return prompt_corpus(self.name, prompts, values, settings)


CORPUS = IndirectObject()
