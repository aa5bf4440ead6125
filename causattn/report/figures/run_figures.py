"""The pictures of a run, as SVG and PNG."""

from __future__ import annotations

import base64
import io
import uuid
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from causattn.base import own_folder, visible
from causattn.report.figures.circuit import circuit_figure
from causattn.report.figures.effects import effect_figure
from causattn.report.figures.fonts import font_families
from causattn.report.figures.graph import graph_figure
from causattn.report.figures.heat import heat_figure
from causattn.report.figures.palette import RC
from causattn.report.figures.recall import recall_figure
from causattn.report.record.surrogate import read_surrogate
from causattn.report.words.truth import (
    ATTENTION,
    by_verdict,
    chosen_pairs,
    overlay,
    prevalence,
    scored_by,
    scored_by_data,
    screen_qualities,
)
from causattn.results import Run, matrix

if TYPE_CHECKING:
    from causattn.attribution import Surrogate

_DOTS_PER_INCH = 160


def draw_figures(run: Run, *, use_dot: bool = True) -> dict[str, Path]:
    """Draw a run's figures into its folder.

    =================== ==================================================================
    ``graph``           the graph over the truth, or with each edge's verdict
    ``attention``       who attends to whom
    ``candidates``      precision and recall of the candidates (where the truth is known)
    ``effects``         the edges' effects with intervals (where there are any)
    ``circuit``         what the paths of a graph of heads keep (where it is one)
    ``surrogate``       a small tree of what the model says (where it was asked)
    =================== ==================================================================

    Parameters
    ----------
    run
        The run, with its tables and graphs written.
    use_dot
        Whether Graphviz may lay out the graph where it is installed.

    Returns
    -------
    dict
        The PNG files by name; an SVG lies beside each.
    """
    families = font_families([visible(text) for text in _texts(run)])
    folder = own_folder(run.folder / "figures")
    with matplotlib.rc_context():
        matplotlib.rcParams.update(RC)
        matplotlib.rcParams["font.family"] = families
        return {
            name: save_figure(figure, folder / name)
            for name, figure in _figures(run, use_dot=use_dot)
        }


def _texts(run: Run) -> Iterator[str]:
    """Yield what the figures of a run write, whatever script it is in: names, levels, values."""
    yield from run.graph.names
    yield from run.screens
    for column in ("data_outcome", "data_from", "data_to", "model_outcome"):
        if column in run.evidence:
            yield from (text for text in run.evidence[column].unique() if isinstance(text, str))


def _figures(run: Run, *, use_dot: bool) -> Iterable[tuple[str, Figure]]:
    graph, truth = run.graph, run.truth
    edges = overlay(graph, truth) if truth is not None else by_verdict(graph, run.evidence)
    yield "graph", graph_figure(graph, truth, edges, use_dot=use_dot)
    names = list(dict.fromkeys(run.candidates["source"]))
    if "score" in run.candidates:
        score, scored = matrix(run.candidates, "score"), scored_by(run)
        yield "attention", heat_figure(score, names, truth, scored, _ends(run, scored))
    if qualities := screen_qualities(run):
        yield "candidates", recall_figure(qualities, chosen_pairs(run), prevalence(run))
    if (effects := effect_figure(run.evidence, patched="circuit" in run.summary)) is not None:
        yield "effects", effects
    curves, paths = (run.folder / f"{name}.parquet" for name in ("curves", "paths"))
    if "circuit" in run.summary and curves.is_file() and paths.is_file():
        yield "circuit", circuit_figure(pd.read_parquet(curves), pd.read_parquet(paths))
    if (found := read_surrogate(run)) is not None:
        from causattn.report.figures.surrogate import surrogate_figure

        yield "surrogate", surrogate_figure(found.tree)


def _ends(run: Run, scored: str) -> tuple[str, str]:
    """Return what a column and a row of the scores are."""
    if scored_by_data(run):
        return "", ""
    return ("attended to", "attending") if scored == ATTENTION else ("contributing", "explained")


def surrogate_address(surrogate: Surrogate) -> str:
    """Return a surrogate's picture as the address of an SVG that stands in a page itself."""
    from causattn.report.figures.surrogate import surrogate_figure

    written = io.BytesIO()
    with matplotlib.rc_context(RC), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        figure = surrogate_figure(surrogate)
        FigureCanvasAgg(figure)
        figure.savefig(written, format="svg", metadata={"Date": None})
    return f"data:image/svg+xml;base64,{base64.b64encode(written.getvalue()).decode()}"


def save_figure(figure: Figure, stem: Path) -> Path:
    """Write a figure as SVG and PNG by rename; equal figures give equal files."""
    FigureCanvasAgg(figure)
    for ending, metadata in (("svg", {"Date": None}), ("png", {"Software": None})):
        target = stem.with_name(f"{stem.name}.{ending}")
        temporary = stem.with_name(f".{stem.name}.{uuid.uuid4().hex[:8]}.{ending}")
        try:
            with warnings.catch_warnings():  # `font_families` has named what no font has
                warnings.filterwarnings("ignore", "Glyph .* missing from font")
                figure.savefig(temporary, dpi=_DOTS_PER_INCH, metadata=metadata)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    return stem.with_name(f"{stem.name}.png")
