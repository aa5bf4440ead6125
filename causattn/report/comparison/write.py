"""Writing a comparison into a folder: a page, tables, figures, the same bytes for the same runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import matplotlib
import pandas as pd
from matplotlib.figure import Figure

from causattn.base import (
    ArtefactError,
    csv_cell,
    file_sha256,
    read_json,
    visible,
    write_json,
    write_text,
)
from causattn.report.comparison.content import tables
from causattn.report.comparison.difference_figure import difference_figure
from causattn.report.comparison.front_figure import front_figure
from causattn.report.comparison.page import page
from causattn.report.comparison.path_figure import path_figure
from causattn.report.comparison.profile_figure import profile_figure
from causattn.report.comparison.rank_figure import rank_figure
from causattn.report.comparison.runtime_figure import runtime_figure
from causattn.report.comparison.style import styles
from causattn.report.figures.fonts import font_families
from causattn.report.figures.palette import RC
from causattn.report.figures.run_figures import save_figure
from causattn.results import Comparison, Ranking

_MANIFEST = "manifest.json"


def write_comparison(
    comparison: Comparison, folder: str | Path, *, command: str = "causattn compare FOLDER"
) -> Path:
    """Write a comparison: ``README.md``, ``jobs.csv``, tables and figures.

    Tables are Markdown (in the page), LaTeX and CSV; figures are PNG and SVG. Files of an earlier
    comparison in the folder that are not made any more are deleted.

    Parameters
    ----------
    comparison
        Of `causattn.compare_runs`.
    folder
        Where to.
    command
        What a person types to make it again; it stands on the page.

    Returns
    -------
    pathlib.Path
        The page.

    Raises
    ------
    ArtefactError
        Where the folder cannot be written.
    """
    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
        before = _listed(place)
        names = _write(comparison, place, command)
        for name in sorted(before - set(names) - {_MANIFEST}):
            (place / name).unlink(missing_ok=True)
        hashes = {name: file_sha256(place / name) for name in sorted(names)}
        write_json(place / _MANIFEST, {"kind": "comparison", "schema": 1, "files": hashes})
    except OSError as error:
        raise ArtefactError(
            f"The comparison cannot be written into {place} ({error.strerror}); choose another "
            "folder (--output)."
        ) from None
    return place / "README.md"


def _write(comparison: Comparison, place: Path, command: str) -> list[str]:
    """Write everything but the manifest; return the files' names."""
    _write_csv(place / "jobs.csv", comparison.jobs)
    names = ["jobs.csv"]
    made = []
    for table, frame in tables(comparison):
        _write_csv(place / f"{table.name}.csv", frame)
        write_text(place / f"{table.name}.tex", table.latex())
        names += [f"{table.name}.csv", f"{table.name}.tex"]
        made.append(table)
    if len(comparison.paths):
        _write_csv(place / "paths.csv", comparison.paths)
        names.append("paths.csv")
    captions = {}
    labels = [*comparison.contestants["contestant"], *comparison.data_sets["data_set"]]
    with matplotlib.rc_context():
        matplotlib.rcParams.update(RC)
        matplotlib.rcParams["font.family"] = font_families(map(visible, labels))
        for name, figure, caption in _figures(comparison):
            save_figure(figure, place / name)
            captions[name] = caption
            names += [f"{name}.png", f"{name}.svg"]
    write_text(place / "README.md", page(comparison, made, captions, command))
    return [*names, "README.md"]


def _figures(comparison: Comparison) -> Iterator[tuple[str, Figure, str]]:
    """Yield each figure's name, the figure and its caption."""
    looks = styles(comparison)
    for found in comparison.metrics.values():
        slug, title = found.metric.slug, found.metric.title
        name = title[:1].upper() + title[1:]
        yield (
            f"means_{slug}",
            profile_figure(comparison, found, looks),
            f"{name} by data set: means over seeds with 95% bootstrap intervals",
        )
        if isinstance(found.ranking, Ranking):
            yield (
                f"ranks_{slug}",
                rank_figure(found.ranking, looks, f"Mean ranks by {title}"),
                f"Mean ranks by {title}; a bar joins those within the critical difference",
            )
        if len(found.differences) > 1:
            yield (
                f"differences_{slug}",
                difference_figure(found, looks),
                f"Paired differences of {title}: row minus column",
            )
        if len(found.front) > 1:
            yield (
                f"front_{slug}",
                front_figure(found, looks),
                f"{name} and time of those that finished on every data set",
            )
    if len(comparison.runtimes) and (figure := runtime_figure(comparison, looks)) is not None:
        yield "runtime", figure, "Median seconds of discovery by size"
    if len(comparison.paths):
        yield "paths", path_figure(comparison), "ROC curves of the adjacencies that were found"


def _write_csv(path: Path, frame: pd.DataFrame) -> None:
    safe = frame.rename(columns=csv_cell)
    for column in safe.select_dtypes(exclude=["number", "bool"]):
        safe[column] = safe[column].astype(object).map(csv_cell)
    write_text(path, safe.to_csv(index=False, lineterminator="\n"))


def _listed(place: Path) -> set[str]:
    """Return the files that an earlier comparison wrote here, by name."""
    if not (place / _MANIFEST).is_file():
        return set()
    try:
        files = read_json(place / _MANIFEST)["files"]
    except (ArtefactError, KeyError, TypeError):
        return set()
    return {name for name in files if Path(name).name == name}
