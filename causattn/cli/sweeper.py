"""Hydra's sweeper of ``causattn sweep``: it starts the jobs that are missing, and no others.

A job's identity is the hash of its resolved configuration. The sweeper composes every job
(`JobComposer`), looks into the folder that belongs to its identity, and hands those that are not
finished to Hydra's launcher, whichever was chosen, each with its configuration (`PreparedJobs`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.plugins import Plugins
from hydra.core.utils import env_override
from hydra.errors import HydraException
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from causattn.base import ArtefactError, CausattnError, ConfigError, one_line
from causattn.cli.compose import plain
from causattn.cli.compose_jobs import JobComposer
from causattn.cli.errors import sentence
from causattn.cli.follow import follow
from causattn.cli.hydra import Sweep as Begun
from causattn.cli.job import run_prepared
from causattn.cli.prepared import Job, PreparedJobs, folder_name
from causattn.cli.processes import ProcessLauncher, what_others_wait_for_first
from causattn.cli.processes import begin as begin_to_load
from causattn.cli.progress import LOG, Progress, job_folders
from causattn.cli.quoting import read_as_typed

_PLUGINS = "hydra_plugins"
_SUBDIR = "${causattn.job:}"
_STOPPED = "a job failed, and --stop-at-first-failure was given"


def register() -> None:
    """Make the sweeper known to Hydra, which takes plugins from the package ``hydra_plugins`` only.

    So this module is given a second name there, instead of installing one that every other Hydra
    application in the environment would have to import.
    """
    try:
        import_module(_PLUGINS)
    except ImportError:  # no plugin is installed
        sys.modules[_PLUGINS] = ModuleType(_PLUGINS)
    sys.modules[f"{_PLUGINS}.causattn"] = sys.modules[__name__]
    for plugin in (ResumingSweeper, ProcessLauncher):
        plugin.__module__ = f"{_PLUGINS}.causattn"
        Plugins.instance().register(plugin)


class ResumingSweeper(Sweeper):
    """Every combination of the values given; those that are finished are left alone.

    Parameters
    ----------
    max_batch_size
        How many jobs a launcher is given at once, None for all.
    params
        The sweep that an experiment's file declares: values by key. What stands on the command
        line replaces the values of the same key.
    """

    def __init__(
        self, max_batch_size: int | None = None, params: Mapping[str, Any] | None = None
    ) -> None:
        self.max_batch_size = max_batch_size
        self.params = dict(params or {})

    def setup(
        self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig
    ) -> None:
        """Remember what Hydra gives; the launcher is made when there is something to launch."""
        self.hydra_context, self.config = hydra_context, config
        self._task = task_function

    def sweep(self, arguments: list[str]) -> None:
        """Do the sweep.

        Raises
        ------
        ConfigError
            Where there is no job.
        ArtefactError
            Where the sweep's folder cannot be used.
        """
        if Begun.stop and not self._is_plain():
            raise ConfigError(
                "--stop-at-first-failure is for launcher=basic, one job after another; others have "
                "begun several before the first fails: leave it out."
            )
        self._make_folder()
        progress = Begun.current()
        by_processes = self._launcher() == ProcessLauncher.__name__
        if by_processes and not (progress.folder / LOG).exists():  # none of them is finished
            begin_to_load()
        asked = self._expand(arguments)
        progress.asked = len(asked)
        jobs = self._compose(asked, progress)
        progress.note_command(Begun.command)
        missing = progress.leave_out_finished({job.number: job.key for job in jobs.values()})
        ordered = [jobs[number] for number in missing]
        if not self._is_plain():
            ordered = what_others_wait_for_first(ordered)
        if by_processes and ordered:
            begin_to_load()
        size = self.max_batch_size or max(len(ordered), 1)
        for start in range(0, len(ordered), size):
            if Begun.stop and progress.failed:
                progress.broken = _STOPPED
                return
            self._launch(ordered[start : start + size], progress)

    def _make_folder(self) -> None:
        """Make the sweep's folder."""
        assert self.config is not None
        raw = self.config.hydra.sweep._get_node("subdir")._value()
        if raw != _SUBDIR:
            raise ConfigError(
                f"hydra.sweep.subdir={raw} cannot be set: a job's folder is named by what the job "
                "is, so that it is found again; leave it out, or choose hydra/sweeper=basic."
            )
        folder = Path(str(self.config.hydra.sweep.dir))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            writable = os.access(folder, os.W_OK)
        except OSError as error:
            raise ArtefactError(
                f"The sweep's folder {folder} cannot be made ({error.strerror}); set paths.sweeps "
                "to a folder that can be written."
            ) from None
        if not writable:
            raise ArtefactError(
                f"The sweep's folder {folder} cannot be written; set paths.sweeps to one that can, "
                "or change its permissions."
            )

    def _expand(self, arguments: list[str]) -> list[list[str]]:
        """Return the overrides of every job."""
        from hydra._internal.core_plugins.basic_sweeper import BasicSweeper

        assert self.hydra_context is not None
        parser = OverridesParser.create(config_loader=self.hydra_context.config_loader)
        read_as_typed()
        overrides = parser.parse_overrides(
            [*(f"{key}={value}" for key, value in self.params.items()), *arguments]
        )
        for each in overrides:
            if each.is_discrete_sweep() and not list(each.sweep_string_iterator()):
                raise ConfigError(
                    f"The sweep is empty: {each.input_line} stands for no value; give it some."
                )
        jobs: list[list[str]] = BasicSweeper.split_arguments(overrides, None)[0]
        return jobs

    def _compose(self, asked: Sequence[Sequence[str]], progress: Progress) -> dict[int, Job]:
        """Return all jobs that have a configuration, by number; the others have failed already.

        What no file or key fits is an error of the whole sweep, found before any job starts.
        """
        from causattn.results import config_key

        assert self.hydra_context is not None
        assert self.config is not None
        composer = JobComposer(self.hydra_context.config_loader, self.config)
        configs = [composer.compose(overrides) for overrides in asked]
        progress.report = False
        jobs, there = {}, job_folders(progress.folder)
        shared = set.intersection(*map(set, asked)) if len(asked) > 1 else set()
        known: DictConfig | None = None
        for number, (overrides, (config, whole)) in enumerate(zip(asked, configs, strict=True)):
            if whole is not known:  # for values such as ${hydra:runtime.choices.corpus}
                HydraConfig.instance().set_config(known := whole)
            unresolved = OmegaConf.to_container(config, resolve=False)
            assert isinstance(unresolved, dict)
            try:
                resolved = plain(config) | {"workers": None}  # which is the sweep's affair
                key = config_key(resolved)
                name = there.setdefault(key[:16], folder_name(overrides, key, shared))
                jobs[number] = Job(number, tuple(overrides), key, resolved, name)
                progress.report |= bool(resolved.get("report"))
            except (CausattnError, HydraException, OmegaConfBaseException) as error:
                name = config_key({str(key): value for key, value in unresolved.items()})[:16]
                progress.fail(number, name, overrides, sentence(error))
        return jobs

    def _launch(self, jobs: Sequence[Job], progress: Progress) -> None:
        """Do the jobs, here or through a launcher; note where that ends before its jobs do."""
        assert self.hydra_context is not None
        assert self.config is not None
        if self._is_plain():
            with env_override(dict(self.config.hydra.job.env_set)):
                for job in jobs:
                    line = run_prepared(job, progress.folder, say=True)
                    progress.failed |= line["status"] == "failed"
                    if Begun.stop and progress.failed:
                        progress.broken = _STOPPED
                        return
            return
        context = HydraContext(
            config_loader=PreparedJobs(self.config), callbacks=self.hydra_context.callbacks
        )
        try:
            launcher = Plugins.instance().instantiate_launcher(
                hydra_context=context, task_function=self._task, config=self.config
            )
            with follow(progress.folder, progress.session):
                results = launcher.launch(
                    [[job.to_text()] for job in jobs], initial_job_idx=jobs[0].number
                )
            _end_idle_workers()
            for result in results:
                _ = result.return_value  # raises what a job could not catch itself
        except (CausattnError, HydraException):
            raise
        except Exception as error:
            progress.broken = f"{type(error).__name__}: {one_line(error)[:300]}"

    def _is_plain(self) -> bool:
        """Return whether jobs can be done one after another without Hydra around each of them.

        Its basic launcher copies all of Hydra's own configuration several times a job, for the
        sake of callbacks and of a working folder a job; where neither is asked for, jobs are done
        here.
        """
        assert self.config is not None
        hydra = self.config.hydra
        return (
            self._launcher() == "BasicLauncher"
            and not hydra.job.chdir
            and set(hydra.callbacks) <= {"causattn"}
        )

    def _launcher(self) -> str:
        """Return the name of the launcher's class."""
        assert self.config is not None
        return str(self.config.hydra.launcher.get("_target_", "")).rpartition(".")[2]


def _end_idle_workers() -> None:
    """End joblib's workers, which have nothing left to do.

    It keeps them for a next call; this process would wait at its end while they, one after another,
    take apart what they had imported.
    """
    if "joblib.externals.loky" in sys.modules:
        from joblib.externals.loky import get_reusable_executor

        get_reusable_executor(reuse=True).shutdown(wait=True, kill_workers=True)
