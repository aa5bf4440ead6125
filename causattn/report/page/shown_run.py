"""A run whose graph and attention show themselves in a notebook.

>>> run = causattn.load_run(folder)  # doctest: +SKIP
>>> run.graph.show()  # doctest: +SKIP
>>> run.attention.head_view(doc=3)  # doctest: +SKIP
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from causattn.base import ArtefactError
from causattn.corpora import Corpus, read_corpus
from causattn.features import FeatureTable, read_features
from causattn.graphs import CausalGraph
from causattn.models import LanguageModel, read_model
from causattn.report.page.views import View, ViewName, show_document, show_graph
from causattn.report.record.looked import arrays_of, look, words_of
from causattn.report.record.reading import KeptDocument, recorded
from causattn.results import Run, load_run


@dataclass(frozen=True, repr=False)
class ShownGraph(CausalGraph):
    """A `CausalGraph` that knows the run it was found in."""

    def show(self) -> View:
        """Show the graph with the run's evidence."""
        return show_graph(self, run=getattr(self, "_run", None))


class RunAttention:
    """A run's attention, document by document.

    Documents that the run kept whole are at hand; for others model and corpus are taken from the
    cache.

    Parameters
    ----------
    run
        The run.
    """

    def __init__(self, run: ShownRun) -> None:
        self._run = run
        self._looked: dict[int, KeptDocument] = {}

    def __repr__(self) -> str:
        kept = self._numbers() or "none"
        return f"RunAttention(run={self._run.folder}, documents kept whole: {kept})"

    def show(self) -> View:
        """Show tokens joined by lines in the first document that was kept whole."""
        return self.head_view(next(iter(self._numbers()), 0))

    def _repr_html_(self) -> str | None:
        """Show it; in words alone where no document was kept."""
        return self.show()._repr_html_() if self._numbers() else None

    def document(self, doc: int) -> KeptDocument:
        """Return one document's attention.

        Parameters
        ----------
        doc
            Its number in the corpus, from 0.

        Raises
        ------
        ArtefactError
            Where the run kept nothing of it, and model or corpus are not in the cache any more.
        """
        if doc not in self._looked:
            self._looked[doc] = self._kept(doc) or self._read(doc)
        return self._looked[doc]

    def head_view(self, doc: int = 0) -> View:
        """Show tokens joined by lines, one colour a head."""
        return self._show(doc, "heads")

    def model_view(self, doc: int = 0) -> View:
        """Show all layers and heads at once."""
        return self._show(doc, "model")

    def neuron_view(self, doc: int = 0) -> View:
        """Show how queries and keys multiply into weights."""
        return self._show(doc, "neurons")

    def matrix(self, doc: int = 0) -> View:
        """Show attention as a heat map, rollout and flow beside it."""
        return self._show(doc, "matrix")

    def statistics(self, doc: int = 0) -> View:
        """Show what each head does in the document."""
        return self._show(doc, "statistics")

    def to_bertviz(self, doc: int = 0) -> dict[str, Any]:
        """Return the arguments of ``bertviz.head_view`` and ``bertviz.model_view``.

        Returns
        -------
        dict
            ``attention``, one float32 tensor [1, H, T, T] a layer, and ``tokens``.
        """
        found = self.document(doc)
        weights = torch.from_numpy(found.arrays["weights"])
        return {
            "attention": [layer[None] for layer in weights],
            "tokens": list(found.words["tokens"]),
        }

    def _numbers(self) -> list[int]:
        """Return which documents the run kept whole."""
        found = recorded(self._run)
        return [] if found is None else [int(each["number"]) for each in found.about["documents"]]

    def _show(self, doc: int, view: ViewName) -> View:
        return show_document(self.document(doc), view)

    def _kept(self, doc: int) -> KeptDocument | None:
        found = recorded(self._run)
        documents = [] if found is None else found.documents
        return next((each for each in documents if each.number == doc), None)

    def _read(self, doc: int) -> KeptDocument:
        found = recorded(self._run)
        folders = [artefact_folder(self._run, kind) for kind in ("corpus", "model")]
        if None in folders:
            kept = self._numbers()
            raise ArtefactError(
                f"Document {doc} is none of those that {self._run.folder} kept whole ({kept}), and "
                f"its model and corpus are not in the cache {self._run.config['paths']['cache']}; "
                "choose one of these, or run the study again with page.documents raised."
            )
        corpus, model = self._run.corpus, self._run.model
        if not 0 <= doc < len(corpus):
            raise ArtefactError(
                f"The corpus has documents 0 to {len(corpus) - 1}; choose one of them, not {doc}."
            )
        document, why = look(model, corpus.texts[doc])
        query = None if found is None else found.about.get("query")
        return KeptDocument(doc, words_of(document, query), arrays_of(document), why)


def artefact_folder(run: Run, kind: str) -> Path | None:
    """Return where a run's corpus, model or features are stored; None where they are not."""
    found = recorded(run)
    key = None if found is None else found.about["artefacts"].get(kind)
    folder = Path(run.config["paths"]["cache"]) / kind / str(key) / "content"
    return folder if key is not None and folder.is_dir() else None


class ShownRun(Run):
    """A `Run` whose ``graph.show()`` and ``attention`` draw, with what it was made from.

    `corpus`, `model` and `features` are read from the cache, where a run leaves them.
    """

    @cached_property
    def corpus(self) -> Corpus:
        """The documents.

        Raises
        ------
        ArtefactError
            Where they are not in the cache any more.
        """
        return read_corpus(self._stored("corpus"))

    @cached_property
    def model(self) -> LanguageModel:
        """The model, as it was trained or loaded; raises as `corpus` does."""
        return read_model(self._stored("model"))

    @cached_property
    def features(self) -> FeatureTable:
        """The feature table; raises as `corpus` does."""
        return read_features(self._stored("features"))

    def show(self) -> View:
        """Show the graph with its evidence."""
        return self.graph.show()

    def to_frame(self) -> pd.DataFrame:
        """Return the evidence table: one row an ordered pair."""
        return self.evidence

    def _repr_html_(self) -> str:
        """Show the graph with its evidence."""
        return self.show()._repr_html_()

    def _stored(self, kind: str) -> Path:
        folder = artefact_folder(self, kind)
        if folder is None:
            raise ArtefactError(
                f"The {kind} of {self.folder} is not in the cache "
                f"{self.config['paths']['cache']}: the run had none, was made with report=false, "
                "or the cache was emptied; run it again."
            )
        return folder

    @cached_property
    def graph(self) -> ShownGraph:
        """The graph that was found."""
        found = Run.graph.func(self)  # type: ignore[attr-defined]
        shown = ShownGraph(**{f.name: getattr(found, f.name) for f in fields(CausalGraph)})
        object.__setattr__(shown, "_run", self)
        return shown

    @cached_property
    def attention(self) -> RunAttention:
        """The run's attention, to be looked at."""
        return RunAttention(self)


def show_run(folder: str | Path) -> ShownRun:
    """Return the run in a folder, ready for a notebook (see `causattn.results.load_run`)."""
    return ShownRun(load_run(folder).folder)
