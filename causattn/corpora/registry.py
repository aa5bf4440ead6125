"""Every kind of corpus by the name that a configuration gives it."""

from __future__ import annotations

from causattn.base import Registry
from causattn.corpora.contract import CorpusSource

CORPORA: Registry[CorpusSource] = Registry(
    "corpora",
    "corpus",
    "CORPUS",
    "causattn.corpora",
    "causattn.corpora.contract:CorpusSource",
    "corpus.kind",
)
