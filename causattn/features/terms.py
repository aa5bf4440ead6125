"""Features of kind ``terms``: groups of words, regular expressions and n-grams that a person chose.

A place in a text belongs to one term, the one named first; a document has a term where a place is
its. So a word inside a phrase that is a term of its own does not count twice, and no edge between
the two is an artefact of that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import yaml

from causattn.base import ConfigError, DataError, listed
from causattn.corpora import Corpus, Mentions, StoredTexts, languages_of
from causattn.features.assemble import Columns, Missing, assemble
from causattn.features.checks import Collinear
from causattn.features.contract import FeatureBuilder
from causattn.features.ngrams import ngram_terms
from causattn.features.table import FeatureKind, FeatureTable
from causattn.features.term_places import compiled_term, find_terms
from causattn.features.transfer import known_values, moved
from causattn.features.words import ABSENT_PRESENT

Negation = Literal["ignore", "drop", "split"]


@dataclass(frozen=True)
class TermSettings:
    """Which terms.

    Parameters
    ----------
    groups
        Words by the feature that they speak of: ``{price: [cheap, expensive, cost*, value for
        money], view: [view, /window (seat|table)/]}``. A star stands for the rest of a word,
        slashes hold a regular expression.
    file
        A YAML file of such groups; those in groups come first.
    ngrams
        Also take n-grams of up to so many words that the texts hold (0: none): content words, and
        phrases whose words stand together more often than by chance, longer ones first.
    top
        How many of these, those whose presence differs most between documents first.
    min_share, max_share
        The share of documents that hold an n-gram; a group is used however rare it is.
    negation
        A term that is denied (*not cheap*): ``"ignore"`` that; ``"drop"`` the place; or ``"split"``
        it off as a feature of its own, called not_NAME, where min_share of the documents hold it.
    language
        As of features=words; whose negations and function words count.
    metadata
        Variables of the corpus (such as year and city of corpus.columns) that stand beside the
        terms as features without a text: they come before all terms (assumed), attention does not
        restrict their edges, and no intervention on the model reaches them.
    outcome
        Is the corpus's outcome, if it has one, a feature too?
    missing
        A document with an unknown value: ``"error"``, or ``"drop"`` it and count it.
    collinear
        A column that is a linear combination of others, or the same in every document:
        ``"error"``, or ``"drop"`` it and name it.
    """

    groups: dict[str, Any] | None = None
    file: str | None = None
    ngrams: int = 0
    top: int = 20
    min_share: float = 0.02
    max_share: float = 0.8
    negation: Negation = "ignore"
    language: str = "auto"
    metadata: list[str] = field(default_factory=list)
    outcome: bool = True
    missing: Missing = "error"
    collinear: Collinear = "error"

    def __post_init__(self) -> None:
        if self.ngrams < 0 or self.top < 0:
            raise ConfigError("features.ngrams and features.top must not be negative.")
        if not 0 <= self.min_share <= self.max_share <= 1:
            raise ConfigError(
                f"features.min_share={self.min_share:g} and features.max_share="
                f"{self.max_share:g} are no band; give shares, the smaller first."
            )


class Terms(FeatureBuilder):
    """Groups of words, regular expressions and n-grams, with what is denied apart."""

    name = "terms"
    settings = TermSettings

    def build(self, settings: TermSettings, corpus: Corpus, model: Any, seed: int) -> FeatureTable:
        """Return the presence of the terms as a table.

        Raises
        ------
        ConfigError
            Where no term is named, or one cannot be read.
        DataError
            Where a group occurs nowhere, and for constant, like or dependent columns.
        """
        if isinstance(corpus.texts, StoredTexts):
            raise ConfigError(
                "features=terms keeps every place of a term, which texts on disk are too many for; "
                "use features=words, or corpus=file."
            )
        languages = languages_of(corpus.texts, settings.language)
        terms = group_terms(settings)
        named = len(terms)
        if settings.ngrams:
            terms |= ngram_terms(settings, corpus.texts, languages, terms)
        if not terms:
            raise ConfigError(
                "features=terms has no term; name groups (features.groups={price: [cheap, cost*]} "
                "or features.file=FILE), or ask for n-grams (features.ngrams=2)."
            )
        found = find_terms(corpus.texts, terms, languages, settings.negation)
        names, kept = _kept(settings, corpus, list(terms), named, found)
        columns = _columns(len(corpus), names, kept, found)
        about = {
            "kind": "terms",
            "languages": list(languages),
            "terms": terms,
            "negation": settings.negation,
            "columns": dict(zip(names, kept, strict=True)),
        }
        return assemble(
            corpus,
            columns,
            about,
            outcome=settings.outcome,
            missing=settings.missing,
            collinear=settings.collinear,
            metadata=settings.metadata,
        )

    def transfer(self, table: FeatureTable, corpus: Corpus, model: Any) -> FeatureTable:
        """Return the same terms in another corpus."""
        about = table.about
        found = find_terms(corpus.texts, about["terms"], about["languages"], about["negation"])
        names = [name for name in table.names if name in about["columns"]]
        columns = _columns(len(corpus), names, [about["columns"][name] for name in names], found)
        beside = [  # metadata and the outcome stand last, where they are features
            known_values(corpus, name, kind)
            for name, kind in zip(table.names, table.kinds, strict=True)
            if name not in about["columns"]
        ]
        return moved(table, np.column_stack([columns.values, *beside]), columns.carriers, corpus)


def group_terms(settings: TermSettings) -> dict[str, str]:
    """Return the regular expression of each group, those of the settings first.

    Raises
    ------
    ConfigError
        For a file that is no YAML of groups, and a term that cannot be read.
    """
    groups = dict(settings.groups or {})
    if settings.file is not None:
        for name, entries in read_groups(Path(settings.file).expanduser()).items():
            groups.setdefault(name, entries)
    found = {}
    for name, entries in groups.items():
        if isinstance(entries, str) or not isinstance(entries, Sequence) or not entries:
            raise ConfigError(f"The group {name} of features.groups is no list of words.")
        # Longer ones first: the first that fits is taken.
        ordered = sorted(map(str, entries), key=len, reverse=True)
        found[str(name)] = "|".join(compiled_term(entry, f"Group {name}") for entry in ordered)
    return found


def read_groups(path: Path) -> dict[str, list[str]]:
    """Return the groups of a YAML file.

    Raises
    ------
    ConfigError
        Where it is missing or no mapping of lists.
    """
    try:
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"There is no file {path} (features.file).") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        line = str(error).splitlines()[0]
        raise ConfigError(f"{path} (features.file) cannot be read as YAML: {line}.") from None
    if not isinstance(read, Mapping):
        raise ConfigError(
            f"{path} (features.file) has no groups; write lines such as price: [cheap, cost*]."
        )
    return dict(read)


def _kept(
    settings: TermSettings, corpus: Corpus, names: list[str], named: int, found: Mentions
) -> tuple[list[str], list[int]]:
    """Return the columns' names and their numbers in `found`: terms, then what is denied.

    Raises
    ------
    DataError
        Naming the groups that occur nowhere.
    """
    documents = np.zeros(2 * len(names), dtype=np.int64)
    pairs = np.unique(np.stack([found.variable, found.document]), axis=1)
    np.add.at(documents, pairs[0], 1)
    nowhere = [names[k] for k in range(named) if not documents[k] and not documents[k + len(names)]]
    if nowhere:
        raise DataError(
            f"No text of corpus {corpus.name} holds a word of {listed(nowhere)} that no earlier "
            "group has taken; mend the group (features.groups, features.file) or leave it out."
        )
    least = settings.min_share * len(corpus)
    kept = [k for k in range(len(names)) if documents[k]]
    denied = [k for k in range(len(names), 2 * len(names)) if documents[k] >= max(least, 1)]
    labels = [*names, *(f"not_{name}" for name in names)]
    return [labels[k] for k in (*kept, *denied)], [*kept, *denied]


def _columns(count: int, names: Sequence[str], kept: Sequence[int], found: Mentions) -> Columns:
    """Return the presence of these terms, carried by their places."""
    place = np.full(max([int(found.variable.max(initial=0)), *kept]) + 1, -1)
    place[list(kept)] = np.arange(len(kept))
    carriers = found.renumbered(variables=place)
    values = np.zeros((count, len(kept)))
    values[carriers.document, carriers.variable] = 1.0
    return Columns(
        names=tuple(names),
        kinds=(FeatureKind.PRESENCE,) * len(names),
        values=values,
        categories=(ABSENT_PRESENT,) * len(names),
        carriers=carriers,
    )


FEATURES = Terms()
