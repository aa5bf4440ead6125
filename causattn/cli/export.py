"""``causattn export``: a run's graph, evidence and pictures as files for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from causattn.base import ConfigError, disk_error, listed, say, write_text
from causattn.cli.main import Parser, parse

if TYPE_CHECKING:
    from causattn.graphs import GraphForm
    from causattn.results import Run

_FORMS: dict[str, GraphForm] = {
    ".dot": "dot",
    ".gv": "dot",
    ".mmd": "mermaid",
    ".graphml": "graphml",
    ".csv": "csv",
    ".txt": "tetrad",
}
_PICTURES = (".svg", ".png")
_EPILOG = """\
endings:
  .dot .gv     the graph for Graphviz
  .mmd         for Mermaid                      .graphml   for networkx, Gephi, yEd, R
  .csv         0 and 1, from row to column (what corpus.truth= reads)
  .txt         as Tetrad and causal-learn do    .json      as causattn does
  .tex         its edges and their evidence as a LaTeX table (booktabs)
  .svg .png    a picture by its name: graph, attention, candidates, effects, surrogate
  .parquet     all evidence, a row an ordered pair

  causattn export RUN graph.graphml graph.csv evidence.tex attention.svg
"""


def export(arguments: list[str]) -> int:
    """Write the files and name them."""
    import argparse

    parser = Parser(
        prog="causattn export",
        description="A run's graph, evidence and pictures for other programs: the ending says how.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("run", type=Path, metavar="RUN", help="the folder of a run")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="what to write")
    given = parse(parser, arguments)
    if given is None:
        return 0
    from causattn.report import show_run

    run = show_run(given.run)
    contents = {path: _content(run, path) for path in given.files}  # nothing is written in halves
    for path, content in contents.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                path.write_bytes(content)
            else:
                write_text(path, content)
        except OSError as error:
            raise disk_error(error, path, "choose another place") or error from None
        say(path)
    return 0


def _content(run: Run, path: Path) -> str | bytes:
    """Return what a file is to hold.

    Raises
    ------
    ConfigError
        For an ending that is not known, or a picture that there is not.
    """
    ending = path.suffix.lower()
    if ending in _FORMS:
        return run.graph.text(_FORMS[ending])
    if ending == ".json":
        return (run.folder / "graph.json").read_text(encoding="utf-8")
    if ending == ".parquet":
        return (run.folder / "evidence.parquet").read_bytes()
    if ending == ".tex":
        from causattn.report import evidence_latex

        return evidence_latex(run)
    if ending in _PICTURES:
        found = run.figures.get(path.stem)
        if found is None:
            raise ConfigError(
                f"{run.folder} has no picture {path.stem}; it has {listed(run.figures) or 'none'} "
                "(causattn report draws them again)."
            )
        return found.with_suffix(ending).read_bytes()
    known = ", ".join([*_FORMS, ".json", ".parquet", ".tex", *_PICTURES])
    raise ConfigError(f"{path} ends in {ending or 'nothing'}; use one of {known}.")
