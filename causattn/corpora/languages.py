"""What languages texts are in, their function words, and which words are forms of one.

Function words (articles, pronouns, prepositions, auxiliaries, light verbs such as *came*, adverbs
of degree) are those of the lists in ``function_words/``, one file a language. Inflected forms are
those with one stem by Snowball (Porter 2001, "Snowball: a language for stemming algorithms"); in
English words that differ by more than an inflection (*experience*, *experiment*) stay apart.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from causattn.base import ConfigError, listed
from causattn.corpora.occurrences import is_unspaced

LANGUAGES = {"en": "English", "zh": "Chinese", "de": "German", "fr": "French", "es": "Spanish"}
"""Languages whose function words are kept, by code."""
UNKNOWN = "unknown"
"""The code of any other language."""
AUTO = "auto"

_STEMMERS = {"en": "english", "de": "german", "fr": "french", "es": "spanish"}
_LISTS = Path(__file__).with_name("function_words")
_LEAST = 0.1
"""Share of a text's words that are its language's function words; running text has a third."""
_SPOKEN = 0.1
"""Share of the texts from which on a language is one of a corpus."""
_LOOKED_AT = 500
"""Texts that the language of a corpus is found by."""
_ANSWERS = {"yes", "no", "ja", "nein", "oui", "non", "sí"}
"""Function words that a table of values may hold in any language."""
_ENDINGS = re.compile(r"(?:'s|s'|'|ing|ed|es|er|est|s|e|d|y|i)+$")
_KANA = re.compile("[\u3040-\u30ff]")
_SPACED = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


def language_names(languages: Sequence[str]) -> str:
    """Return languages in words."""
    return " and ".join(LANGUAGES.get(code, "a language without a list") for code in languages)


def is_function_word(word: str, languages: Sequence[str]) -> bool:
    """Return whether a word in lower case is a function word of one of the languages.

    A pair of Chinese characters is one, too, where it holds a character that is (*的菜*), unless it
    is listed as a word (*目的*).
    """
    word = word.replace("’", "'")
    if any(word in _words(code) for code in languages):
        return True
    if "zh" not in languages or len(word) < 2 or not is_unspaced(word[0]):
        return False
    return f"={word}" not in _listed("zh") and any(letter in _closed() for letter in word)


@functools.cache
def _listed(code: str) -> frozenset[str]:
    """Return all entries of a language's list, exceptions with their sign."""
    if code not in LANGUAGES:
        return frozenset()
    lines = (_LISTS / f"{code}.txt").read_text("utf-8").splitlines()
    return frozenset(w for line in lines if not line.startswith("#") for w in line.split())


@functools.cache
def _words(code: str) -> frozenset[str]:
    return frozenset(word for word in _listed(code) if not word.startswith("="))


@functools.cache
def _closed() -> frozenset[str]:
    """Return the characters that mark a pair: those before the list's second comment."""
    first = (_LISTS / "zh.txt").read_text("utf-8").split("# Whole words")[0]
    lines = [line for line in first.splitlines() if not line.startswith("#")]
    return frozenset(w for line in lines for w in line.split() if len(w) == 1)


def language_of(text: str) -> str:
    """Return the code of a text's language, `UNKNOWN` where it is none of `LANGUAGES`.

    The script speaks first, then whose function words the text holds.
    """
    letters = [letter for letter in text if letter.isalpha()]
    if not letters:
        return UNKNOWN
    if sum(map(is_unspaced, letters)) > len(letters) / 3:
        han = sum("\u4e00" <= letter <= "\u9fff" for letter in letters)
        return "zh" if han > len(letters) / 3 and not _KANA.search(text) else UNKNOWN
    # Letters that stand alone may be anything.
    words = [word for word in _SPACED.findall(text.lower().replace("’", "'")) if len(word) > 1]
    words = [word for word in words if word not in _ANSWERS]
    shares = {
        code: sum(word in _words(code) for word in words) / max(len(words), 1) for code in _STEMMERS
    }
    best = max(shares, key=lambda code: shares[code])
    return best if shares[best] >= _LEAST else UNKNOWN


def language_shares(texts: Sequence[str]) -> dict[str, float]:
    """Return the share of the texts in each language, the most frequent first.

    Up to 500 texts, spread over all, are looked at. One that shows no language counts
    only where nearly all are so.
    """
    step = -(-len(texts) // _LOOKED_AT)
    counts = Counter(language_of(texts[k]) for k in range(0, len(texts), step))
    if counts.total() > counts[UNKNOWN] and counts[UNKNOWN] <= 0.8 * counts.total():
        del counts[UNKNOWN]
    return {code: number / counts.total() for code, number in counts.most_common()}


def languages_of(texts: Sequence[str], asked: str = AUTO) -> tuple[str, ...]:
    """Return the languages of a corpus, the most frequent first.

    Parameters
    ----------
    texts
        The documents.
    asked
        A code of `LANGUAGES`, ``"auto"`` to see, or ``"unknown"`` for any other language.

    Raises
    ------
    ConfigError
        For another code.
    """
    if asked == AUTO:
        return tuple(code for code, share in language_shares(texts).items() if share >= _SPOKEN)
    if asked not in (*LANGUAGES, UNKNOWN):
        raise ConfigError(
            f"features.language={asked} has no list of function words; choose one of "
            f"{listed((*LANGUAGES, AUTO, UNKNOWN))}."
        )
    return (asked,)


def stemmer_of(languages: Sequence[str]) -> Callable[[str], str]:
    """Return what maps the forms of a word to one key; without a stemmer each word is its own."""
    code = next((code for code in languages if code in _STEMMERS), None)
    if code is None:
        return lambda word: word
    import snowballstemmer

    stem: Callable[[str], str] = snowballstemmer.stemmer(_STEMMERS[code]).stemWord
    if code != "en":
        return stem
    return lambda word: _english(word.replace("’", "'"), stem(word.replace("’", "'")))


def _english(word: str, root: str) -> str:
    """Return the stem, and what is derived rather than inflected behind it."""
    length = 0
    while length < min(len(root), len(word)) and root[length] == word[length]:
        length += 1
    derived = _ENDINGS.sub("", word[length:])
    return f"{root}+{derived}" if derived else root
