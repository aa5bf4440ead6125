"""Where terms stand: words, wildcards, phrases and regular expressions, and what negates them.

=============== ==================================================================================
``cheap``       that word, in upper or lower case
``cost*``       words that begin so; in scripts without spaces the characters themselves
``value for *`` words in a row
``/p[a-z]+y/``  a regular expression
=============== ==================================================================================

A negation reaches from its word to the end of the clause (punctuation, or a word such as *but*), at
most five words: *not very good, but cheap* denies *good* alone. It is the simple scope of NegEx
(Chapman, Bridewell, Hanbury, Cooper, Buchanan 2001, "A simple algorithm for identifying negated
findings and diseases in discharge summaries").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from causattn.base import ConfigError
from causattn.corpora import Mentions, is_unspaced

_NEGATORS = {
    "en": r"\b(?:not|no|never|without|neither|nor|hardly|barely|cannot)\b|n['’]t\b",
    "de": r"\b(?:nicht|kein\w*|nie|niemals|ohne|weder|kaum)\b",
    "fr": r"\b(?:pas|jamais|sans|aucune?|ni|guère)\b",
    "es": r"\b(?:no|nunca|jamás|sin|ning[uú]n\w*|tampoco|ni)\b",
    "zh": r"不|没有|没|无|别|未",
}
_ENDS = {
    "en": r"but|however|although|though|yet|except",
    "de": r"aber|jedoch|obwohl|sondern|doch",
    "fr": r"mais|cependant|pourtant|bien que",
    "es": r"pero|sino|aunque|sin embargo",
    "zh": r"但是|但|可是|不过|然而",
}
_STOPS = r"[.,;:!?()\n。，；：！？、（）]"
_WORDS, _CHARACTERS = 5, 6
"""How far a negation reaches: words, and characters where there are no spaces."""


def compiled_term(entry: str, where: str) -> str:
    """Return an entry as the source of a regular expression.

    Parameters
    ----------
    entry
        A word, wildcard, phrase, or regular expression between slashes.
    where
        Where it is written, for messages.

    Raises
    ------
    ConfigError
        Where it is empty, or no regular expression.
    """
    entry = str(entry).strip()
    if len(entry) > 2 and entry[0] == entry[-1] == "/":
        source = entry[1:-1]
        try:
            empty = re.compile(source).match("")
        except re.error as error:
            raise ConfigError(f"{where} has {entry}, no regular expression: {error}.") from None
        if empty:
            raise ConfigError(f"{where} has {entry}, which matches nothing at all everywhere.")
        return f"(?:{source})"
    words = [re.escape(word).replace(r"\*", r"\w*") for word in entry.split()]
    if not words or not entry.replace("*", "").strip():
        raise ConfigError(f"{where} has an empty term {entry!r}; write a word.")
    source = r"\s+".join(words)
    before = "" if is_unspaced(entry[0]) else r"(?<!\w)"
    after = "" if is_unspaced(entry[-1]) or entry[-1] == "*" else r"(?!\w)"
    # A wildcard goes on to the end of a word, which scripts without spaces do not show.
    source = source if not is_unspaced(entry[0]) else source.replace(r"\w*", "")
    return f"{before}{source}{after}"


def find_terms(
    texts: Sequence[str], terms: Mapping[str, str], languages: Sequence[str], negation: str
) -> Mentions:
    """Return where each term stands; no two overlap, the one named first keeps the place.

    Parameters
    ----------
    texts
        The documents.
    terms
        Sources of regular expressions by name; ``Mentions.variable`` counts them.
    languages
        Whose negations count.
    negation
        ``"ignore"``; ``"drop"`` leaves out what is negated; ``"split"`` gives it the number of the
        term plus that of all terms.
    """
    patterns = [re.compile(source, re.IGNORECASE) for source in terms.values()]
    rows: list[tuple[int, int, int, int]] = []
    for document, text in enumerate(texts):
        scopes = [] if negation == "ignore" else list(negated(text, languages))
        taken = np.zeros(len(text), dtype=bool)
        for term, pattern in enumerate(patterns):
            for found in pattern.finditer(text):
                start, end = found.span()
                if start == end or taken[start:end].any():
                    continue
                taken[start:end] = True
                if any(low <= start < high for low, high in scopes):
                    if negation == "split":
                        rows.append((document, term + len(patterns), start, end))
                    continue
                rows.append((document, term, start, end))
    columns = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    return Mentions(*columns)


def negated(text: str, languages: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the spans of a text that a negation reaches."""
    for language in languages:
        if language not in _NEGATORS:
            continue
        spaced = language != "zh"
        contrast = rf"\b(?:{_ENDS[language]})\b" if spaced else _ENDS[language]
        ends = re.compile(rf"{_STOPS}|{contrast}", re.IGNORECASE)
        reach = (
            re.compile(rf"(?:\s*\S+){{1,{_WORDS}}}")
            if spaced
            else re.compile(rf".{{1,{_CHARACTERS}}}")
        )
        for found in re.finditer(_NEGATORS[language], text, re.IGNORECASE):
            start = found.end()
            far = reach.match(text, start)
            if far is None:
                continue
            stop = ends.search(text, start, far.end())
            yield start, stop.start() if stop else far.end()
