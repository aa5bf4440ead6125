"""Settings of what a run keeps to be looked at: the key `page` of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from causattn.base import ConfigError, settings_from


@dataclass(frozen=True)
class PageSettings:
    """How much of the corpus a run keeps for its page.

    Parameters
    ----------
    documents
        Documents whose attention is kept whole.
    tokens
        Longest document of which it is kept, in tokens.
    sample
        Documents read for the heads' statistics and for the documents behind an edge.
    examples
        Most documents shown behind an edge, and of each kind of example.
    edits
        Most edits of a document after which its model says something else; 0 looks for none.
    tries
        Most texts that are read in the search for them, a document.
    surrogate
        Documents to which a small tree is fitted that describes what the model says; 0 for none.
    continuation
        Tokens that a causal language model adds to a document's beginning; 0 for none.
    """

    documents: int = 3
    tokens: int = 128
    sample: int = 100
    examples: int = 3
    edits: int = 4
    tries: int = 500
    surrogate: int = 300
    continuation: int = 10


def page_settings(settings: Mapping[str, Any] | None) -> PageSettings:
    """Return the settings, checked.

    Raises
    ------
    ConfigError
        For an unknown key, or a number that makes no sense.
    """
    chosen = settings_from(PageSettings, settings or {}, "page")
    least_of = {"documents": 0, "tokens": 1, "sample": 2, "examples": 0}
    least_of |= {"edits": 0, "tries": 1, "surrogate": 0, "continuation": 0}
    for key, least in least_of.items():
        if getattr(chosen, key) < least:
            raise ConfigError(
                f"page.{key}={getattr(chosen, key)} is too few; give {least} or more."
            )
    return chosen
