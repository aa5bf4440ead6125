"""An experiment's folder: found by name or path, its protocol read, its code imported."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, is_dataclass, make_dataclass
from functools import cached_property
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from causattn.base import ArtefactError, ConfigError, read_yaml, settings_from
from causattn.reproduction.places import experiments_folder, on_path
from causattn.reproduction.protocol import Agreed, DataFile, Jobs, Measure, Page, Protocol
from causattn.reproduction.registry import PAPERS

FILES = ("claim.md", "protocol.yaml", "measure.py")
_OTHER = re.compile(rb"^(?:from|import) experiments\.(\w+)", re.MULTILINE)
_NO_CODE = (".md", ".pyc", ".yaml")


@dataclass(frozen=True)
class ExperimentJob:
    """One piece of an experiment, measured and kept by itself.

    Parameters
    ----------
    name
        Its values in words, without those that are mappings; ``"all"`` where the experiment is
        one piece.
    given
        What ``measure`` is given: one of what ``jobs`` returned, or the settings.
    """

    name: str
    given: Any

    @property
    def values(self) -> dict[str, Any]:
        """What it is given, as plain values."""
        return asdict(self.given) if is_dataclass(self.given) else dict(self.given)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Experiment:
    """A paper, study or benchmark: a folder with a claim, a protocol and code that measures.

    Parameters
    ----------
    folder
        Absolute.
    """

    folder: Path

    @property
    def name(self) -> str:
        """What the folder is called."""
        return self.folder.name

    @cached_property
    def title(self) -> str:
        """The heading of ``claim.md``."""
        return self._claim[0].lstrip("# ")

    @cached_property
    def claim(self) -> str:
        """The first paragraph of ``claim.md`` after its heading, on one line."""
        paragraph = self._claim[1] if len(self._claim) > 1 else ""
        return " ".join(paragraph.split()).removeprefix("**Claim.** ")

    @cached_property
    def _claim(self) -> list[str]:
        text = (self.folder / "claim.md").read_text(encoding="utf-8")
        return [part.strip() for part in text.split("\n\n") if part.strip()] or [self.name]

    @cached_property
    def protocol(self) -> Protocol:
        """What ``protocol.yaml`` says.

        Raises
        ------
        ConfigError
            Where it cannot be read or has an unknown key.
        """
        path = self.folder / "protocol.yaml"
        try:
            said = read_yaml(path.read_text(encoding="utf-8"), path) or {}
        except (ArtefactError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path} is no YAML ({error}).") from None
        if not isinstance(said, dict):
            raise ConfigError(f"{path} should be a mapping with settings, short, data ...")
        try:
            built = {
                part: {
                    key: settings_from(kind, value, f"{part}.{key}")
                    for key, value in (said.pop(part, None) or {}).items()
                }
                for part, kind in (("data", DataFile), ("figures", Agreed))
            }
            plain = settings_from(Protocol, said, "")
        except ConfigError as error:
            raise ConfigError(f"{path}: {error}") from None
        unknown = set(plain.short) - set(plain.settings)
        if unknown:
            raise ConfigError(f"{path}: short.{min(unknown)} is none of its settings.")
        return Protocol(**{**vars(plain), **built})

    @cached_property
    def _module(self) -> ModuleType:
        """Its ``measure.py``, imported as a module of the package that the folder is."""
        package = on_path(self.folder)
        module = import_module(f"{package}.measure")
        found = Path(str(module.__file__)).resolve()
        if found != self.folder / "measure.py":
            raise ConfigError(
                f"{self.folder} cannot be imported as {package}, the name of {found.parent}; "
                "rename the folder."
            )
        return module

    @property
    def measure(self) -> Measure:
        """From a job and a context to its rows or findings."""
        return self._function("measure")

    @property
    def page(self) -> Page | None:
        """From all rows and a context to findings: in ``page.py``, else in ``measure.py``."""
        if (self.folder / "page.py").is_file():
            found = import_module(f"{self._module.__name__.rpartition('.')[0]}.page")
            page: Page = found.page
            return page
        return getattr(self._module, "page", None)

    def _function(self, name: str) -> Any:
        if not callable(found := getattr(self._module, name, None)):
            raise ConfigError(f"{self.folder / 'measure.py'} defines no {name}(); add it.")
        return found

    def settings(self, *, short: bool = False, given: Mapping[str, Any] | None = None) -> Any:
        """Return the settings, checked: a dataclass, that of ``measure.py`` where it has one.

        Parameters
        ----------
        short
            With what the short version changes.
        given
            Values that a person set, by key; dots go into groups.

        Raises
        ------
        ConfigError
            For an unknown key or a value of another type.
        """
        values: dict[str, Any] = dict(self.protocol.settings)
        if short:
            values |= self.protocol.short
        for key, value in (given or {}).items():
            first, *inner = key.split(".")
            if first not in values:
                near = difflib.get_close_matches(first, values, n=1)
                hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(values)}."
                raise ConfigError(f"{first} is not a setting of {self.name}; {hint}")
            values[first] = _replaced(values[first], inner, value)
        kind = getattr(self._module, "Settings", None) or make_dataclass(
            "Settings", [(key, _kind(value)) for key, value in self.protocol.settings.items()]
        )
        return settings_from(kind, values, "")

    def jobs(self, settings: Any) -> list[ExperimentJob]:
        """Return its jobs, in the order in which they are measured.

        Raises
        ------
        ConfigError
            Where two are the same.
        """
        make: Jobs | None = getattr(self._module, "jobs", None)
        if make is None:
            return [ExperimentJob("all", settings)]
        jobs = [ExperimentJob("", each) for each in make(settings)]
        named = {_in_words(job.values): job for job in jobs}
        if len(named) < len(jobs):
            raise ConfigError(
                f"{self.name}: two of its jobs have the same values, but for mappings; see jobs()."
            )
        return [ExperimentJob(name, job.given) for name, job in named.items()]

    @cached_property
    def code(self) -> str:
        """Hash of all files that a measurement may depend on: not of texts, nor of the page's code.

        Files whose names begin with ``page`` or ``draw`` belong to the page. An experiment that
        imports from another one depends on that one's files, too.
        """
        return self._hash(frozenset())

    def _hash(self, seen: frozenset[Path]) -> str:
        digest = sha256()
        others: set[str] = set()
        for path in sorted(self.folder.rglob("*")):
            of_the_page = path.name.startswith(("page", "draw")) and path.suffix == ".py"
            results = "results" in path.relative_to(self.folder).parts
            if path.is_file() and path.suffix not in _NO_CODE and not of_the_page and not results:
                digest.update(path.relative_to(self.folder).as_posix().encode() + b"\0")
                content = path.read_bytes()
                digest.update(content)
                others |= set(map(bytes.decode, _OTHER.findall(content)))
        for other in (self.folder.parent / name for name in sorted(others - {self.name})):
            if other.is_dir() and other not in seen:
                digest.update(Experiment(other)._hash(seen | {self.folder}).encode())
        return digest.hexdigest()[:12]


def experiment_names() -> list[str]:
    """Return the names of all experiments: the checkout's, then those of installed packages."""
    folder = experiments_folder()
    own = [] if folder is None else [path.parent.name for path in folder.glob("*/protocol.yaml")]
    return [*sorted(own), *PAPERS]


def find_experiment(name: str) -> Experiment:
    """Return an experiment by its name, or by the path of its folder.

    Raises
    ------
    ConfigError
        Where there is none (with the nearest), or its folder lacks a file.
    """
    path = Path(name).expanduser()
    folder = experiments_folder()
    if folder is not None and (folder / name / "protocol.yaml").is_file():
        found = folder / name
    elif path.is_dir():
        found = path.resolve()
    elif name in PAPERS:
        found = Path(PAPERS[name].folder).resolve()
    else:
        names = experiment_names()
        near = difflib.get_close_matches(name, names, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        where = (
            "papers are in experiments/ of causattn's source, which an installed copy leaves out: "
            "give the path of such a folder."
            if folder is None
            else f"{hint}give the path of a folder, or choose one of {', '.join(names)}."
        )
        raise ConfigError(f"There is no experiment {name}; {where}")
    lacking = [file for file in FILES if not (found / file).is_file()]
    if lacking:
        raise ConfigError(f"{found} is no experiment: it has no {', '.join(lacking)}.")
    return Experiment(found)


def _in_words(values: Mapping[str, Any]) -> str:
    """Return a job's values on a line, without those that are mappings."""
    shown = {key: value for key, value in values.items() if not isinstance(value, Mapping)}
    return " ".join(f"{key}={value}" for key, value in shown.items())


def _kind(value: Any) -> Any:
    """Return the type that a setting's other values must have."""
    return type(value) if isinstance(value, bool | int | float | str) else Any


def _replaced(value: Any, keys: list[str], new: Any) -> Any:
    """Return a setting with a value inside it replaced."""
    if not keys:
        return new
    inside = dict(value) if isinstance(value, Mapping) else {}
    return {**inside, keys[0]: _replaced(inside.get(keys[0]), keys[1:], new)}
