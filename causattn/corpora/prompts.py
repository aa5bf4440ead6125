"""Prompts from templates: texts with named slots, each with its answer and its counterpart.

The answer is the last slot of a document, so that a decoder can be asked for it and an effect can
be read there (``effects.reads``). The columns ``right`` and ``wrong`` of the corpus's metadata hold
the answers that count, divided by ``|``; ``counterpart`` is the same prompt with other words in it,
token for token, that says nothing of the answer. More columns hold the words of roles, where these
are not the slots themselves (``features=roles``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from string import Formatter
from typing import Annotated, Any

import numpy as np
import pandas as pd

from causattn.base import Bounds, ConfigError
from causattn.corpora.corpus import Corpus, Mentions

ANSWER = "answer"
_TEMPLATES = 4
"""How many every corpus of prompts has."""


@dataclass(frozen=True)
class PromptSettings:
    """Which prompts.

    Parameters
    ----------
    documents
        How many to draw; prompts of two kinds alternate.
    templates
        Which of the four templates, from 0.
    """

    documents: Annotated[int, Bounds(least=2)] = 60
    templates: tuple[int, ...] = tuple(range(_TEMPLATES))

    def __post_init__(self) -> None:
        if not self.templates or not set(self.templates) <= set(range(_TEMPLATES)):
            raise ConfigError(
                f"corpus.templates={list(self.templates)} must name some of the templates 0 to "
                f"{_TEMPLATES - 1}."
            )

    def template(self, document: int) -> int:
        """Return which template a document has: two in turn have the same."""
        return self.templates[document // 2 % len(self.templates)]


@dataclass(frozen=True)
class Prompt:
    """One document.

    Parameters
    ----------
    template
        Text with slots in braces, ``{answer}`` the last of them.
    words
        What stands in each slot.
    counterpart
        The same for the counterpart; its answer is left out.
    right, wrong
        Answers that count for and against.
    about
        More columns of the metadata.
    roles
        The word of each role, whichever slots hold it; all prompts of a corpus have the same roles.
    """

    template: str
    words: Mapping[str, str]
    counterpart: Mapping[str, str]
    right: tuple[str, ...]
    wrong: tuple[str, ...]
    about: Mapping[str, Any]
    roles: Mapping[str, str] = field(default_factory=dict)


def prompt_corpus(
    name: str,
    prompts: Sequence[Prompt],
    values: Mapping[str, tuple[str, ...]],
    settings: PromptSettings,
) -> Corpus:
    """Return prompts as a corpus.

    Parameters
    ----------
    name
        The kind of corpus.
    prompts
        The documents.
    values
        By slot, in order, the words that may stand there; a variable each.
    settings
        What was asked for.
    """
    variables = tuple(values)
    texts: list[str] = []
    rows: list[tuple[int, int, int, int]] = []
    codes = np.full((len(prompts), len(variables)), np.nan)
    for document, prompt in enumerate(prompts):
        text = ""
        for literal, slot, _, _ in Formatter().parse(prompt.template):
            text += literal
            if slot is not None:
                word, variable = prompt.words[slot], variables.index(slot)
                rows.append((document, variable, len(text), len(text) + len(word)))
                codes[document, variable] = values[slot].index(word)
                text += word
        texts.append(text)
    columns = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    metadata = [
        {
            "right": "|".join(prompt.right),
            "wrong": "|".join(prompt.wrong),
            "counterpart": question(prompt.template).format(
                **{**prompt.words, **prompt.counterpart}
            ),
            **prompt.about,
            **prompt.roles,
        }
        for prompt in prompts
    ]
    return Corpus(
        name=name,
        texts=texts,
        variables=variables,
        values=codes,
        categories=tuple(values.values()),
        mentions=Mentions(*columns),
        value_texts=tuple(values.values()),
        metadata=pd.DataFrame(metadata),
        about={
            "kind": name,
            **asdict(settings),
            "templates": list(settings.templates),
            "role_columns": list(prompts[0].roles),
        },
    )


def question(template: str) -> str:
    """Return a template up to its answer."""
    return template[: template.index(f"{{{ANSWER}}}")].rstrip()
