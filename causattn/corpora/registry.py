"""Every kind of corpus by the name that a configuration gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causattn.base import Registry

if TYPE_CHECKING:
    from causattn.corpora.contract import CorpusSource

CORPORA: Registry[CorpusSource] = Registry(
    "corpora",
    "corpus",
    "CORPUS",
    "causattn.corpora",
    "causattn.corpora.contract:CorpusSource",
    "corpus.kind",
)
