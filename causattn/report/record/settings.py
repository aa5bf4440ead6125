"""Settings of what a run keeps to be looked at: the key `page` of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from causattn.base import Bounds, settings_from


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

    documents: Annotated[int, Bounds(least=0)] = 3
    tokens: Annotated[int, Bounds(least=1)] = 128
    sample: Annotated[int, Bounds(least=2)] = 100
    examples: Annotated[int, Bounds(least=0)] = 3
    edits: Annotated[int, Bounds(least=0)] = 4
    tries: Annotated[int, Bounds(least=1)] = 500
    surrogate: Annotated[int, Bounds(least=0)] = 300
    continuation: Annotated[int, Bounds(least=0)] = 10


def page_settings(settings: Mapping[str, Any] | None) -> PageSettings:
    """Return the settings, checked.

    Raises
    ------
    ConfigError
        For an unknown key, or a number that makes no sense.
    """
    return settings_from(PageSettings, settings or {}, "page")
