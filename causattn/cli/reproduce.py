"""``causattn reproduce``: results of papers, the published figure beside ours."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from causattn.base import CausattnError, ConfigError
from causattn.cli.arguments import Parser, parse

if TYPE_CHECKING:
    from causattn.papers import Figure

_STYLES = {"pass": "green", "gap": "red", "shown": "dim"}
_FAILED = 3
_WIDTH_OF_A_FILE = 140


def reproduce(arguments: list[str]) -> int:
    """Reproduce papers by name, list them, or do all of them."""
    parser = Parser(
        prog="causattn reproduce",
        description="Results of papers: the published figure beside ours.",
        usage="causattn reproduce [-h] [--short] [--results RESULTS] NAME|list|all [KEY=VALUE ...]",
        epilog="Settings stand behind the name: paper.steps=1024 paths.data=FOLDER seed=1; those "
        "of a paper are in conf/experiment/paper/NAME.yaml.",
    )
    parser.add_argument("name", help="a paper's name, list, or all")
    parser.add_argument("--short", action="store_true", help="the short version, in a minute")
    parser.add_argument(
        "--results",
        type=Path,
        default=Path("results/papers"),
        help="where the outcome is written (%(default)s)",
    )
    overrides = [part for part in arguments if "=" in part and not part.startswith("-")]
    given = parse(parser, [part for part in arguments if part not in overrides])
    if given is None:
        return 0
    from causattn.papers import PAPERS

    if given.name == "list":
        return _list()
    if given.name != "all":
        _one(given.name, overrides, given.short, given.results)
        _gather(given.results)
        return 0
    if any(override.startswith("paper.") for override in overrides):
        raise ConfigError(
            "causattn reproduce all takes no paper.KEY=VALUE, whose meaning differs from paper to "
            "paper; reproduce that paper by its name."
        )
    failed = []
    for name in PAPERS:
        try:
            _one(name, overrides, given.short, given.results)
        except CausattnError as error:
            print(f"{name}: {error}", file=sys.stderr)
            failed.append(name)
    if len(failed) < len(PAPERS):
        _gather(given.results)
    if failed:
        print(f"Not reproduced: {', '.join(failed)}.", file=sys.stderr)
    return _FAILED if failed else 0


def _list() -> int:
    """Name the papers."""
    from causattn.papers import PAPERS, load_paper

    table = Table(box=None, padding=(0, 2, 0, 0))
    for header in ("name", "claim", "paper", "label"):
        table.add_column(header)
    for name in PAPERS:
        paper = load_paper(name)
        table.add_row(name, Text(paper.claim), Text(paper.citation), ", ".join(paper.labels))
    _console().print(table)
    return 0


def _console() -> Console:
    """Return where tables are printed: as wide as the terminal, or as a file can be read."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_WIDTH_OF_A_FILE)


def _one(name: str, overrides: list[str], short: bool, results: Path) -> None:
    """Do one paper, print its figures and write its outcome."""
    from causattn.papers import Work, load_paper, write_outcome
    from causattn.papers import reproduce as do

    paper = load_paper(name)
    config = _config(name, overrides)
    settings = dict(config["paper"])
    shortened = settings.pop("short", None) or {}
    settings.pop("kind", None)
    if short:
        settings |= shortened
    typed = ["causattn", "reproduce", name, *(["--short"] if short else []), *overrides]
    command = shlex.join(part for part in typed if not part.startswith("paths."))
    with TemporaryDirectory(prefix="causattn-") as folder:
        work = Work(
            folder=Path(folder),
            data=Path(config["paths"]["data"]),
            cache=Path(config["paths"]["cache"]),
            seed=int(config["seed"]),
        )
        outcome, findings = do(paper, settings, work, command=command, short=short)
        page = write_outcome(outcome, findings, results)
    console = _console()
    console.print(Text(f"{paper.citation}\n{paper.claim}", style="bold"))
    console.print(_figures(outcome.figures))
    for remark in outcome.remarks:
        console.print(Text(f"· {remark}"))
    console.print(Text(f"{outcome.seconds:g} s. {page}"))


def _gather(results: Path) -> None:
    """Write the page over all results beside the folder of papers, where it is called that."""
    from causattn.base import write_text
    from causattn.papers import gathering_page

    if results.name == "papers":
        write_text(results.parent / "README.md", gathering_page(results.parent))


def _figures(figures: list[Figure]) -> Table:
    """Return the figures as a table for the terminal."""
    from causattn.papers.pages import figure_row

    table = Table(box=None, padding=(0, 2, 0, 0))
    for header in ("figure", "published", "here", "agreed", "outcome", "proves", "note"):
        right = header in ("published", "here")
        table.add_column(header, justify="right" if right else "left")
    for figure in figures:
        cells = [Text(cell) for cell in figure_row(figure)]
        cells[4].stylize(_STYLES[figure.outcome])
        table.add_row(*cells)
    return table


def _config(name: str, overrides: list[str]) -> dict[str, Any]:
    """Return the resolved configuration of a paper."""
    from omegaconf import OmegaConf

    from causattn.cli.compose import compose_config

    config = compose_config([f"experiment=paper/{name}", *overrides])
    container = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    assert isinstance(container, dict)
    return {str(key): value for key, value in container.items()}
