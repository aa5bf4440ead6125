"""``causattn reproduce``: papers, studies and benchmarks, the published figure beside ours."""

from __future__ import annotations

import os
import shlex
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from causattn.base import CausattnError, ConfigError, say, terminal
from causattn.cli.main import Parser, parse

if TYPE_CHECKING:
    from causattn.reproduction import Experiment, ExperimentPlan, Figure, Record

_STYLES = {"pass": "green", "gap": "red", "shown": "dim"}
_FAILED = 3
_WIDTH_OF_A_FILE = 140
_PATHS = {
    "paths.data": ("CAUSATTN_DATA", "data"),
    "paths.cache": ("CAUSATTN_CACHE", "results/cache"),
}


def reproduce(arguments: list[str]) -> int:
    """Measure experiments by name or path, list them, or do all of them."""
    parser = Parser(
        prog="causattn reproduce",
        description="Papers, studies and benchmarks: the published figure beside ours. What was "
        "measured before and kept in paths.cache is not measured again.",
        usage="causattn reproduce [options] NAME|PATH|all|list [KEY=VALUE ...]",
        epilog="Settings stand behind the name: steps=1024 seed=1 paths.data=FOLDER "
        "paths.cache=FOLDER; those of an experiment are in its protocol.yaml. list NAME prints its "
        "jobs and which are measured.",
    )
    add = parser.add_argument
    add("words", nargs="+", help="an experiment's name, the path of its folder, all or list")
    add("--short", action="store_true", help="the short version, which proves less")
    add("--fresh", action="store_true", help="measure again what is in the cache")
    add("--keep", action="store_true", help="keep the record's rows of jobs not measured now")
    add("--stale", action="store_true", help="measure the record's stale rows again, keep others")
    add("--only", default="", help="only jobs whose names have this in them")
    add("--minutes", type=float, default=float("inf"), help="begin no job after so many")
    add("--workers", type=int, default=1, help="jobs measured at the same time")
    add("--page", action="store_true", help="write the page again from the record, measure nothing")
    add("--results", type=Path, help="where the record is written (results/NAME)")
    given = parse(parser, arguments)
    if given is None:
        return 0
    values = _values([word for word in given.words if "=" in word])
    if not (names := [word for word in given.words if "=" not in word]):
        raise ConfigError("causattn reproduce needs a name: an experiment's, all or list.")
    first, *others = names
    if first == "list":
        return _jobs(others[0], given, values) if others else _list(values)
    if others:
        raise ConfigError(f"causattn reproduce takes one name, not {' '.join(names)}.")
    if first != "all":
        return 0 if _one(first, given, values) else _FAILED
    return _all(given, values)


def _all(given: Namespace, values: dict[str, Any]) -> int:
    """Do all experiments, whatever becomes of each."""
    from causattn.reproduction import experiment_names

    own = [key for key in values if key != "seed" and key not in _PATHS]
    if own:
        raise ConfigError(
            f"causattn reproduce all takes no {own[0]}=VALUE, whose meaning differs from one "
            "experiment to another; reproduce that one by its name."
        )
    failed = []
    for name in experiment_names():
        try:
            if not _one(name, given, values):
                failed.append(name)
        except CausattnError as error:
            say(f"{name}: {error}", error=True)
            failed.append(name)
    if failed:
        say(f"Not reproduced: {', '.join(failed)}.", error=True)
    return _FAILED if failed else 0


def _list(values: dict[str, Any]) -> int:
    """Name the experiments: what they are about, what the cache has and what is recorded."""
    from causattn.reproduction import (
        cached_jobs,
        experiment_names,
        find_experiment,
        read_record,
        stale_jobs,
    )

    table = Table(box=None, padding=(0, 2, 0, 0))
    for header in ("name", "about", "paper", "in the cache", "recorded at", "stale"):
        table.add_column(header)
    for name in experiment_names():
        experiment = find_experiment(name)
        cached = cached_jobs(experiment, _folder(values, "paths.cache"))
        try:
            place = _results(experiment, short=False)
            record, rows = read_record(place, "job", "code", "commit")
            recorded = ", ".join(dict.fromkeys(str(each["commit"]) for each in record.made))
            old = len(stale_jobs(experiment.name, experiment.code, rows))
        except CausattnError:
            recorded, old = "nowhere", 0
        table.add_row(
            name,
            Text(experiment.title),
            Text(experiment.protocol.paper),
            f"{cached} jobs" if cached else "nothing",
            recorded,
            f"{old} jobs" if old else "",
        )
    terminal(_WIDTH_OF_A_FILE).print(table)
    return 0


def _jobs(name: str, given: Namespace, values: dict[str, Any]) -> int:
    """Name an experiment's jobs, and whether the cache has them."""
    from causattn.reproduction import find_experiment

    for job, there in _plan(find_experiment(name), given, values).jobs():
        if given.only in job.name:
            say(f"{'measured ' if there else 'to do    '} {job.name}")
    return 0


def _one(name: str, given: Namespace, values: dict[str, Any]) -> bool:
    """Do one experiment and print its figures; return whether all its jobs are measured."""
    from causattn.reproduction import (
        experiments_folder,
        find_experiment,
        rewrite_page,
        write_overview,
    )
    from causattn.reproduction import reproduce as do

    experiment = find_experiment(name)
    plan = _plan(experiment, given, values)
    results = given.results or _results(experiment, short=given.short)
    if given.page:
        done = rewrite_page(plan, results)
    else:
        keys = ("fresh", "keep", "stale", "only", "minutes", "workers")
        how = {key: vars(given)[key] for key in keys}
        found = do(plan, results, **how, said=lambda line: say(line))
        if found is None:
            left = sum(not there for _, there in plan.jobs())
            say(f"{experiment.name}: {left} jobs are to do; the same command goes on.")
            return False
        done = found
    _show(*done)
    own = experiments_folder()
    if own is not None and results.parent.resolve() == own.parent / "results":
        write_overview(results.parent)
    return True


def _plan(experiment: Experiment, given: Namespace, values: dict[str, Any]) -> ExperimentPlan:
    """Return what of an experiment is wanted."""
    from causattn.reproduction import ExperimentPlan

    own = {key: value for key, value in values.items() if key not in _PATHS}
    seed = own.pop("seed", experiment.protocol.seed)
    if not isinstance(seed, int) or seed < 0:
        raise ConfigError(f"seed={seed} should be a whole number from 0; change it.")
    words = ["causattn", "reproduce", experiment.name, *(["--short"] if given.short else [])]
    typed = [f"{key}={value}" for key, value in values.items() if key not in _PATHS]
    return ExperimentPlan(
        experiment=experiment,
        settings=experiment.settings(short=given.short, given=own),
        files=_folder(values, "paths.data"),
        cache=_folder(values, "paths.cache"),
        seed=seed,
        short=given.short,
        command=shlex.join([*words, *typed]),
    )


def _folder(values: dict[str, Any], key: str) -> Path:
    variable, default = _PATHS[key]
    return Path(str(values.get(key) or os.environ.get(variable, default)))


def _results(experiment: Experiment, *, short: bool) -> Path:
    """Return where a record goes: ``results/NAME``, or beside a folder of the user's own.

    The short version goes where git does not look.
    """
    from causattn.reproduction import experiments_folder

    own = experiments_folder()
    if own is None or experiment.folder.parent != own:
        return experiment.folder / "results" / ("short" if short else "")
    return own.parent / "results" / ("short" if short else "") / experiment.name


def _values(given: list[str]) -> dict[str, Any]:
    """Return what was set, by key."""
    import yaml

    values = {}
    for part in given:
        key, _, text = part.partition("=")
        if key.startswith("paper."):
            raise ConfigError(f"{key} is now called {key.removeprefix('paper.')}; change it.")
        try:
            values[key] = yaml.safe_load(text)
        except yaml.YAMLError:
            raise ConfigError(f"{part} cannot be read: {text} is no YAML value.") from None
    return values


def _show(record: Record, page: Path) -> None:
    """Print what came out."""
    from causattn.reproduction import seconds

    console = terminal(_WIDTH_OF_A_FILE)
    console.print(Text("\n".join(filter(None, (record.paper, record.claim))), style="bold"))
    if record.findings.figures:
        console.print(_figures(record.findings.figures))
    for remark in record.findings.remarks:
        console.print(Text(f"· {remark}"))
    console.print(Text(f"{seconds(*record.made)} s. {page}"))


def _figures(figures: list[Figure]) -> Table:
    """Return the figures as a table for the terminal."""
    from causattn.reproduction import FIGURE_HEADER, figure_row

    table = Table(box=None, padding=(0, 2, 0, 0))
    for header in FIGURE_HEADER:
        right = header in ("published", "here")
        table.add_column(header, justify="right" if right else "left")
    for figure in figures:
        cells = [Text(cell) for cell in figure_row(figure)]
        cells[4].stylize(_STYLES[figure.outcome])
        table.add_row(*cells)
    return table
