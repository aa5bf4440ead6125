"""Single views for notebooks: an object that shows itself where it is the last line of a cell."""

from __future__ import annotations

import html
import sys
import tempfile
import webbrowser
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from causattn.attention import DocumentAttention
from causattn.base import say, visible
from causattn.effects import CounterfactualAttention
from causattn.graphs import CausalGraph
from causattn.report.page.attention_data import document_data
from causattn.report.page.graph_data import edges_of, graph_data
from causattn.report.page.pair_data import pair_data
from causattn.report.page.photograph import photograph
from causattn.report.page.rendering import render_page, write_page
from causattn.report.record.looked import arrays_of, words_of
from causattn.report.record.reading import KeptDocument
from causattn.report.words.truth import ATTENTION
from causattn.results import Run

ViewName = Literal["heads", "model", "neurons", "matrix", "statistics"]


@dataclass(frozen=True)
class View:
    """A view as a page of its own.

    Parameters
    ----------
    html
        The whole page; it needs no network.
    height
        How tall its frame is in a notebook, in pixels.
    rows
        What `to_frame` returns; None where a view has no rows.
    """

    html: str
    height: int
    rows: pd.DataFrame | None = field(default=None, compare=False)

    def to_frame(self) -> pd.DataFrame | None:
        """Return what it shows as rows: of looked-at texts, a word and explainer each."""
        return self.rows

    def _repr_html_(self) -> str:
        """Show the view in a frame of its own, whose scripts see nothing of the notebook."""
        return (
            f'<iframe srcdoc="{html.escape(self.html)}" sandbox="allow-scripts" '
            f'style="width: 100%; height: {self.height}px; border: 0"></iframe>'
        )

    def write(self, path: str | Path) -> Path:
        """Write the view as an HTML file, or as a picture (``.png``, ``.svg``) by its ending.

        An SVG file holds the picture in pixels, two for each of the page's; a run's figures are
        drawn in lines (`causattn export`).

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        CausattnError
            Where it cannot be written, or there is no browser to make a picture with.
        """
        path = Path(path)
        if path.suffix.lower() in (".png", ".svg"):
            return photograph(self.html, path)
        return write_page(path, self.html)

    def show(self) -> None:
        """Show the view: in a notebook where one is listening, else in the browser."""
        listening = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
        if listening is not None:
            from IPython.display import HTML, display

            display(HTML(self._repr_html_()))
            return
        path = self.write(Path(tempfile.mkdtemp(prefix="causattn_")) / "view.html")
        say(path)
        webbrowser.open(path.as_uri())

    def __repr__(self) -> str:
        return f"View({len(self.html) // 1000} kB of HTML; .write(path) keeps it)"


def show_graph(
    graph: CausalGraph, *, run: Run | None = None, truth: CausalGraph | None = None
) -> View:
    """Return a graph as a view.

    Parameters
    ----------
    graph
        What is shown.
    run
        The run it was found in, for its evidence and truth.
    truth
        A true graph over the same names, where there is no run.
    """
    data: dict[str, Any]
    if run is None:
        data = {
            "names": [visible(name) for name in graph.names],
            "kind": graph.kind,
            "edges": edges_of(graph, truth),
            "truth": None if truth is None else truth.kind,
            "screen": ATTENTION,
            "outcomes": [],
            "evidence": {"columns": []},
        }
    else:
        data = graph_data(run)
    return _view("graph", 640, graph=data)


def show_document(document: DocumentAttention | KeptDocument, view: ViewName) -> View:
    """Return a document's attention as a view."""
    if isinstance(document, DocumentAttention):
        document = KeptDocument(0, words_of(document), arrays_of(document))
    return _view(view, 760, document=document_data(document))


def show_counterfactual(record: CounterfactualAttention, title: str = "") -> View:
    """Return output and attention of a text before and after a change, and their difference."""
    return _view("pair", 640, pair=pair_data(record, title))


def _view(view: str, height: int, **parts: Any) -> View:
    data = {"kind": "view", "view": view, "graph": None, "document": None, "pair": None, **parts}
    return View(render_page("view.html", f"{view} view", data, embedded=True), height)
