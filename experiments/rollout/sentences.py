"""English sentences whose verb must agree with its subject, with other nouns in between.

The phenomenon is that of Linzen, Dupoux and Goldberg (2016), "Assessing the ability of LSTMs to
learn syntax-sensitive dependencies", TACL: *the keys to the cabinet are on the table*. Sentences
are drawn from a grammar of our own:

    sentence = [opening ,] phrase modifier* [adverb] is|are ending .
    modifier = preposition phrase | that phrase past-verb
    phrase   = determiner [adjective] noun

Only the subject's number decides the verb. Every other noun has a number of its own, by a fair
coin; past verbs have none.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from causattn.corpora import Corpus, Mentions

VERBS = ("is", "are")
"""The verb by number, singular first."""

UNKNOWN = "[UNK]"
"""What stands where a word is blanked out."""

NOUNS = (
    ("key", "keys"),
    ("book", "books"),
    ("letter", "letters"),
    ("house", "houses"),
    ("door", "doors"),
    ("picture", "pictures"),
    ("teacher", "teachers"),
    ("doctor", "doctors"),
    ("boy", "boys"),
    ("box", "boxes"),
    ("lady", "ladies"),
    ("city", "cities"),
    ("knife", "knives"),
    ("child", "children"),
    ("woman", "women"),
    ("mouse", "mice"),
)
"""Singular and plural."""
_DETERMINERS = {
    None: ("the", "my", "our", "some"),
    False: ("this", "that", "a", "every"),
    True: ("these", "those", "many", "several"),
}
_ADJECTIVES = ("old", "new", "small", "famous", "green", "lost", "heavy", "quiet")
_PREPOSITIONS = ("near", "behind", "with", "beside", "of", "under", "above", "for")
_PAST_VERBS = ("saw", "found", "liked", "forgot", "knew", "praised", "bought", "missed")
_ADVERBS = ("clearly", "often", "still", "now", "perhaps")
_OPENINGS = ("today", "yesterday", "sometimes", "here")
_ENDINGS = ("very good", "in the garden", "rather slow", "at home", "on the way", "gone")


@dataclass(frozen=True)
class Grammar:
    """How often the optional parts occur.

    Parameters
    ----------
    modifiers
        The most modifiers of a subject; their number is uniform from 0.
    clause
        Probability that a modifier is a clause and not a preposition's phrase.
    marked
        Probability that a determiner shows its noun's number.
    adjective, adverb, opening
        Probability of each.
    """

    modifiers: int = 2
    clause: float = 0.3
    marked: float = 0.6
    adjective: float = 0.3
    adverb: float = 0.3
    opening: float = 0.4


@dataclass(frozen=True)
class Sentence:
    """A sentence and what is known of it.

    Parameters
    ----------
    words
        T words and marks.
    plural
        The subject's number, and so the verb's.
    subject, verb
        Their places among the words.
    attractors
        Places of nouns between subject and verb that have the other number.
    """

    words: tuple[str, ...]
    plural: bool
    subject: int
    verb: int
    attractors: tuple[int, ...] = field(default=())

    def hidden(self, mask: str) -> tuple[str, ...]:
        """Return the words with the verb hidden."""
        return (*self.words[: self.verb], mask, *self.words[self.verb + 1 :])


def draw_sentences(
    count: int, rng: np.random.Generator, grammar: Grammar | None = None
) -> list[Sentence]:
    """Draw sentences, half of them plural (one more singular where `count` is odd), shuffled."""
    chosen = grammar or Grammar()
    plural = rng.permutation(np.arange(count) % 2 == 1)
    return [draw_sentence(bool(number), rng, chosen) for number in plural]


def draw_sentence(plural: bool, rng: np.random.Generator, grammar: Grammar) -> Sentence:
    """Draw a sentence whose subject has the given number."""
    words: list[str] = []
    if rng.random() < grammar.opening:
        if rng.random() < 0.5:
            words.append(_one(_OPENINGS, rng))
        else:
            words += [_one(_PREPOSITIONS, rng), *_phrase(_coin(rng), rng, grammar)]
        words.append(",")
    words += _phrase(plural, rng, grammar)
    subject = len(words) - 1
    attractors = []
    for _ in range(rng.integers(grammar.modifiers + 1)):
        other = _coin(rng)
        clause = rng.random() < grammar.clause
        words += ["that" if clause else _one(_PREPOSITIONS, rng), *_phrase(other, rng, grammar)]
        if other != plural:
            attractors.append(len(words) - 1)
        if clause:
            words.append(_one(_PAST_VERBS, rng))
    if rng.random() < grammar.adverb:
        words.append(_one(_ADVERBS, rng))
    verb = len(words)
    words += [VERBS[plural], *_one(_ENDINGS, rng).split(), "."]
    return Sentence(tuple(words), plural, subject, verb, tuple(attractors))


def agreement_corpus(sentences: list[Sentence], unknown: float, rng: np.random.Generator) -> Corpus:
    """Return a corpus of one variable, the verb's number, stated by the verb.

    Parameters
    ----------
    sentences
        The documents.
    unknown
        Probability that a word other than the verb is blanked out, so that a model knows what it
        is not to see a word.
    rng
        Draws which.
    """
    texts, starts = [], []
    for sentence in sentences:
        blanked = rng.random(len(sentence.words)) < unknown
        blanked[sentence.verb] = False
        words = [
            UNKNOWN if gone else word for word, gone in zip(sentence.words, blanked, strict=True)
        ]
        texts.append(" ".join(words))
        starts.append(sum(len(word) + 1 for word in words[: sentence.verb]))
    plural = np.array([sentence.plural for sentence in sentences])
    start = np.array(starts)
    return Corpus(
        "agreement",
        texts,
        variables=("number",),
        values=plural[:, None].astype(float),
        categories=(("singular", "plural"),),
        mentions=Mentions(
            np.arange(len(texts)),
            np.zeros(len(texts)),
            start,
            start + np.where(plural, len(VERBS[True]), len(VERBS[False])),
        ),
        value_texts=(VERBS,),
    )


def _phrase(plural: bool, rng: np.random.Generator, grammar: Grammar) -> list[str]:
    """Draw a determiner, perhaps an adjective, and a noun."""
    shown = plural if rng.random() < grammar.marked else None
    words = [_one(_DETERMINERS[shown], rng)]
    if rng.random() < grammar.adjective:
        words.append(_one(_ADJECTIVES, rng))
    return [*words, NOUNS[rng.integers(len(NOUNS))][plural]]


def _coin(rng: np.random.Generator) -> bool:
    return bool(rng.random() < 0.5)


def _one(choices: tuple[str, ...], rng: np.random.Generator) -> str:
    return choices[rng.integers(len(choices))]
