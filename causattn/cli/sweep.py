"""The sweep that Hydra runs in this process, remembered for what is said at its end."""

from pathlib import Path
from typing import Any, ClassVar

from hydra.experimental.callback import Callback
from omegaconf import DictConfig

from causattn.cli.progress import SESSION, Progress


class Sweep(Callback):
    """Remembers the sweep that Hydra begins, whichever sweeper does it."""

    _begun: ClassVar[list[Progress]] = []

    def on_multirun_start(self, config: DictConfig, **_: Any) -> None:
        """Note the sweep's folder, which only Hydra's own part of the configuration knows."""
        session = str(config.hydra.job.env_set.get(SESSION, ""))
        folder, report = Path(str(config.hydra.sweep.dir)), bool(config.get("report"))
        self._begun[:] = [Progress(folder, session, report=report)]

    @classmethod
    def current(cls) -> Progress:
        """Return the sweep that runs."""
        return cls._begun[-1]

    @classmethod
    def take(cls) -> Progress | None:
        """Return the last sweep, once; None after a single run."""
        return cls._begun.pop() if cls._begun else None
