"""Jobs that were composed before they are handed to a launcher.

Hydra's launchers take a job as a list of overrides, and ask a loader for its configuration: in
this process, or where the job runs. `PreparedJobs` is such a loader. What it is given is a job as
text, its configuration resolved; what it gives back is that text beside the few settings of Hydra
that running a job needs. So a job is, everywhere, exactly what its identity was made of, although
a file in ``conf/`` may have changed meanwhile, or another machine may have other files.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from hydra.conf import HydraConf
from hydra.core.config_loader import ConfigLoader
from omegaconf import DictConfig, OmegaConf, open_dict

from causattn.cli.job import PREPARED

_NEEDED = ("hydra_logging", "job", "job_logging", "mode", "output_subdir", "verbose")
_NOT_THE_JOBS = ("launcher=", "workers=")
_NOT_IN_A_NAME = (*_NOT_THE_JOBS, "plugins=", "paths.", "report=", "hydra")
_LONGEST_NAME = 160
"""Bytes of what a job was asked for with: a file's name holds 255."""


@dataclass(frozen=True)
class Job:
    """One job of a sweep.

    Parameters
    ----------
    number
        Its place in the sweep.
    overrides
        What it was asked for with.
    key
        Its identity: the hash of its resolved configuration (`causattn.results.config_key`).
    config
        The resolved configuration; empty where it is not needed any more.
    name
        Its folder's name, see `folder_name`.
    """

    number: int
    overrides: tuple[str, ...]
    key: str
    config: dict[str, Any] = field(default_factory=dict)
    name: str = ""

    @property
    def folder(self) -> str:
        """The name of its folder in that of the sweep."""
        return self.name or self.key[:16]

    @property
    def asked(self) -> list[str]:
        """Its overrides, but for those that say where it is done and not what."""
        return [text for text in self.overrides if not text.startswith(_NOT_THE_JOBS)]

    def log_line(self, session: str, status: str, reason: str, seconds: float) -> dict[str, Any]:
        """Return the line of the sweep's log that says what became of it in a command."""
        return {
            "session": session,
            "job": self.number,
            "folder": self.folder,
            "overrides": self.asked,
            "status": status,
            "reason": reason,
            "seconds": round(seconds, 3),
        }

    def to_text(self) -> str:
        """Return the job as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> Job:
        """Return the job that `to_text` wrote."""
        values = json.loads(text)
        return cls(**values | {"overrides": tuple(values["overrides"])})


def folder_name(overrides: Sequence[str], key: str, shared: Collection[str] = ()) -> str:
    """Return a name by which a person knows a job, and which ends in what finds it again.

    Parameters
    ----------
    overrides
        What the job was asked for with.
    key
        Its identity.
    shared
        What all jobs of its sweep were asked for with, the same for each of them.
    """
    own = [t for t in overrides if t not in shared and not t.startswith(_NOT_IN_A_NAME)]
    said = "_".join(re.sub(r"[^\w=.,-]+", "-", text.lstrip("+~")) for text in own)
    short = said.encode()[:_LONGEST_NAME].decode(errors="ignore").strip("-_.")
    return f"{short}_{key[:16]}" if short else key[:16]


class PreparedJobs(ConfigLoader):
    """A loader that composes nothing: a job's only override is the job itself, as text.

    Parameters
    ----------
    master
        The sweep's configuration.
    """

    def __init__(self, master: DictConfig) -> None:
        hydra = OmegaConf.structured(HydraConf())
        with open_dict(hydra):
            for name in _NEEDED:
                hydra[name] = copy.deepcopy(master.hydra._get_node(name))
            hydra.sweep.dir = str(Path(str(master.hydra.sweep.dir)).absolute())
            hydra.job.override_dirname = ""
            hydra.sweeper = hydra.launcher = None
        self._hydra, self._place = hydra, str(Path.cwd())

    def load_sweep_config(
        self, master_config: DictConfig, sweep_overrides: list[str]
    ) -> DictConfig:
        """Return what a launcher hands to `causattn.cli.job.job`."""
        (text,) = sweep_overrides
        config = OmegaConf.create(
            {PREPARED: text, "place": self._place, "hydra": copy.deepcopy(self._hydra)}
        )
        with open_dict(config):
            job = Job.from_text(text)
            config.hydra.sweep.subdir = job.folder
            config.hydra.overrides.task = list(job.overrides)
        return config

    def load_configuration(self, *_: Any, **__: Any) -> DictConfig:
        """Refuse: the jobs are composed.

        Raises
        ------
        NotImplementedError
            Always.
        """
        raise NotImplementedError("The jobs of this sweep are composed already.")

    def get_search_path(self) -> Any:
        """Return nothing: no file is read."""
        return None

    def get_sources(self) -> list[Any]:
        """Return nothing: no file is read."""
        return []

    def list_groups(self, parent_name: str) -> list[str]:
        """Return nothing: there is nothing to choose."""
        return []

    def get_group_options(self, group_name: str, *_: Any, **__: Any) -> list[str]:
        """Return nothing: there is nothing to choose."""
        return []

    def compute_defaults_list(self, *_: Any, **__: Any) -> Any:
        """Return nothing: there is nothing to choose."""
        return []
