"""One job: what Hydra calls with a composed configuration, alone or as one of a sweep."""

from __future__ import annotations

import logging
import os
import shlex
import sys
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, chdir, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig

from causattn.base import ConfigError, load_plugins, one_line, quiet, say, typed
from causattn.cli.compose import plain
from causattn.cli.hydra import SESSION, STOP, register_names

if TYPE_CHECKING:
    from causattn.cli.prepared import Job

register_names()  # a launcher's worker imports this module and nothing else of the package
PREPARED = "prepared_job"
"""Key under which a sweep hands a job to a launcher; see `causattn.cli.prepared`."""
_failure: list[Exception] = []
_LOUD = ("causallearn", "dowhy", "matplotlib", "pgmpy", "transformers", "numba", "fontTools")
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def take_failure() -> Exception | None:
    """Return what made the last single run of this process fail, once."""
    return _failure.pop() if _failure else None


def job(config: DictConfig) -> None:
    """Do one job; Hydra's task function.

    It never raises a user's error to Hydra, which would print it in its own words: a single run's
    is kept for `take_failure`, that of a job of a sweep is said at once and written down.
    """
    settings = HydraConfig.get()
    folder = Path(settings.runtime.output_dir)
    if settings.mode is not RunMode.MULTIRUN:
        # Relative paths are those of the person, whatever hydra.job.chdir is; Hydra goes back.
        os.chdir(settings.runtime.cwd)
    if PREPARED in config:
        from causattn.cli.prepared import Job

        with chdir(config.place):
            run_prepared(Job.from_text(config[PREPARED]), folder.parent, say=False)
        return
    if settings.mode is RunMode.MULTIRUN:  # of another sweeper than ours
        if os.environ.get(STOP):
            raise ConfigError(
                "--stop-at-first-failure is for causattn's own sweeper, others go on; a file chose "
                "another (hydra/sweeper): leave that out, or the flag."
            )
        asked = list(settings.overrides.task)
        _sweep_job(lambda: plain(config), folder, int(settings.job.num), asked, say=True)
        return
    try:
        _single_job(config, folder, list(settings.overrides.task))
    except Exception as error:
        _remove_if_empty(folder)
        _failure.append(error)


def run_prepared(prepared: Job, sweep: Path, *, say: bool) -> dict[str, Any]:
    """Do one job whose configuration is resolved, in its folder below that of the sweep.

    Parameters
    ----------
    prepared
        The job.
    sweep
        The sweep's folder.
    say
        Whether to print how it went, which is for the process that the person sees.

    Returns
    -------
    dict
        The line of the sweep's log that says how it went.
    """
    folder = sweep / prepared.folder
    return _sweep_job(lambda: prepared.config, folder, prepared.number, prepared.asked, say=say)


def perform(
    config: dict[str, Any],
    folder: Path,
    *,
    overrides: Sequence[str] = (),
    resume: bool = False,
    stages: Mapping[str, Callable[..., Any]] | None = None,
) -> bool:
    """Run the study of a plain configuration in a folder; False where it was finished already.

    Parameters
    ----------
    config
        The resolved configuration.
    folder
        The run's folder (see `causattn.results.run_in_folder`).
    overrides
        What the configuration was asked for with, for the command that does it again.
    resume
        Whether the run is a job of a sweep, kept where finished and kept as failed where failed.
    stages
        Own functions to do stages with.
    """
    from causattn.results import run_in_folder

    load_plugins(config.get("plugins") or ())
    if not config.get("verbose"):
        quiet_libraries()

    def work(target: Path) -> None:
        limit_threads(int(config.get("threads") or os.cpu_count() or 1))
        from causattn.study import run_study

        run_study(config, target, **({"stages": stages} if stages else {}))

    with quiet(bool(config.get("quiet"))), _limits(config.get("limits") or {}):
        # What was done with functions of a program, no command line does again.
        command = "" if stages else shlex.join(["causattn", "run", *overrides])
        return run_in_folder(folder, config, work, resume=resume, command=command)


def _limits(most: Mapping[str, float | None]) -> AbstractContextManager[None]:
    """Return the limits of a run, where there are any."""
    if not any(most.values()):
        return nullcontext()
    from causattn.cli.limits import limits

    return limits(**{"timeout_s": None, "memory_gb": None} | dict(most))


def quiet_libraries() -> None:
    """Silence third-party warnings, progress bars and loggers in this process and its children.

    Warnings asked for with ``python -W`` or PYTHONWARNINGS stay as they were asked for.
    """
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
        warnings.filterwarnings("default", module=r"causattn(\..*)?$")
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.ERROR)


def limit_threads(count: int) -> None:
    """Limit linear algebra and torch to `count` threads.

    A run without a model never imports torch, which takes longer than many a search. Where it is
    imported later, it takes its number from the environment.

    A busy machine makes more threads far slower than one, and jobs of a parallel sweep share the
    cores; so that every run says how many it takes.
    """
    from threadpoolctl import threadpool_limits

    for variable in _THREADS:
        os.environ[variable] = str(count)
    threadpool_limits(count)
    if (torch := sys.modules.get("torch")) is not None:
        torch.set_num_threads(count)


def _single_job(config: DictConfig, folder: Path, overrides: list[str]) -> None:
    """Do a single run and show its result."""
    try:
        resolved = plain(config)
        perform(resolved, folder, overrides=overrides)
    except KeyboardInterrupt as error:
        raise type(error)(f"Interrupted; {typed(folder)} is marked unfinished.") from None
    except Exception as error:
        from causattn.cli.errors import USER_ERRORS

        if not isinstance(error, USER_ERRORS) and (folder / "traceback.txt").is_file():
            error.add_note(f"the traceback is in {typed(folder / 'traceback.txt')}.")
        raise
    if not resolved.get("quiet"):
        from causattn.report import print_run
        from causattn.results import load_run

        print_run(load_run(folder))
    say(typed(folder))


def _sweep_job(
    make_config: Callable[[], dict[str, Any]],
    folder: Path,
    number: int,
    overrides: list[str],
    *,
    say: bool,
) -> dict[str, Any]:
    """Do one job of a sweep; say how it went, and write it down beside the others."""
    from causattn.cli.errors import USER_ERRORS, sentence
    from causattn.cli.progress import say_line, write_line

    began, start, processor = time.time(), time.perf_counter(), time.process_time()
    status, reason = "finished", ""
    try:
        if not perform(make_config(), folder, overrides=overrides, resume=True):
            status = "kept"
    except USER_ERRORS as error:
        status, reason = "failed", sentence(error)
    except KeyboardInterrupt as error:
        raise type(error)(f"Interrupted; {typed(folder)} is marked unfinished.") from None
    except Exception as error:
        said = one_line(error)
        reason = f"{type(error).__name__}: {said} (traceback: {typed(folder / 'traceback.txt')})"
        status = "failed"
    line = {
        "session": os.environ.get(SESSION, ""),
        "job": number,
        "folder": folder.name,
        "overrides": overrides,
        "status": status,
        "reason": reason,
        "process": os.getpid(),
        "began": round(began, 3),
        "seconds": round(time.perf_counter() - start, 3),
        "processor_seconds": round(time.process_time() - processor, 3),
    }
    if say:
        say_line(line, folder.parent)
    _remove_if_empty(folder)
    write_line(folder.parent, line)
    return line


def _remove_if_empty(folder: Path) -> None:
    """Remove a folder that Hydra made for a run that then could not begin."""
    try:
        folder.rmdir()
    except OSError:  # it holds something, and so it is a run that began
        return
