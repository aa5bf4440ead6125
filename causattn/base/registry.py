"""One registry for every room: contributions by name, imported when they are asked for.

A contribution is an object or a class that meets its room's contract, bound to the room's constant
(``ALGORITHM = PC()``). There are three ways in, and they give the same:

1. a file in the room, anywhere below its folder, named as the contribution: ``discovery/mine.py``
   defines ``ALGORITHM``; small ones of a kind may share a file that binds a tuple of them;
2. an entry point of an installed package in the group of the room: ``causattn.discovery`` with
   ``mine = "my_package.mine:ALGORITHM"``;
3. a plugin (`causattn.base.plugins`): a module or file that defines the constant, or a list or
   tuple of contributions under it. There a contribution's name is its attribute ``name``.

Native files are found by their names, so that nothing is imported to know what there is.
"""

from __future__ import annotations

import difflib
import importlib.metadata
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any, Generic, TypeVar

from causattn.base.errors import ConfigError
from causattn.base.files import file_sha256
from causattn.base.on_demand import (
    NOT_SPELLED,
    constant_of,
    defining,
    families,
    native_files,
    spelled,
)
from causattn.base.plugins import plugins

T = TypeVar("T")
V = TypeVar("V")


@dataclass(frozen=True)
class Entry(Generic[T]):
    """A contribution that may not be imported yet.

    Parameters
    ----------
    name
        What a configuration calls it.
    source
        ``"causattn"``, the installed package that brings it, or the plugin's file.
    place
        Where it is defined, for messages: a file or ``module:NAME``.
    fetch
        Imports and returns it.
    """

    name: str
    source: str
    place: str
    fetch: Callable[[], T]

    @property
    def native(self) -> bool:
        """Whether it is causattn's own."""
        return self.source == "causattn"


class Registry(Mapping[str, T]):
    """The contributions of a room.

    Parameters
    ----------
    room
        Its name in ``causattn.<room>`` (the group of entry points) and in ``causattn list``.
    what
        What one of them is, in the singular: ``"algorithm"``.
    constant
        What a file calls its contribution: ``"ALGORITHM"``.
    package
        The package whose files are looked through.
    contract
        The class that says what a contribution must have, as ``"module:NAME"``: its abstract
        methods, and the attributes that it annotates without giving them a value.
    where
        The key that names one in a configuration, for messages: ``"discovery.kind"``.
    """

    def __init__(
        self, room: str, what: str, constant: str, package: str, contract: str, where: str
    ) -> None:
        self.room, self.what, self.constant, self.where = room, what, constant, where
        self._package, self._contract = package, contract
        self._checked: dict[str, tuple[str, T]] = {}

    def __getitem__(self, name: str) -> T:
        """Return a contribution, imported and held to its contract.

        Raises
        ------
        ConfigError
            Where there is none of this name (with the nearest), two share it, or it lacks
            something.
        """
        entry = self.entry(name)
        known = self._checked.get(name)
        if known is None or known[0] != entry.place:
            found = entry.fetch()
            self._check(found, entry)
            self._checked[name] = known = (entry.place, found)
        return known[1]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and (self._native(name) is not None or name in self._foreign())

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries())

    def __len__(self) -> int:
        return len(self.entries())

    def entry(self, name: str) -> Entry[T]:
        """Return what is known of a contribution without importing it.

        Raises
        ------
        ConfigError
            Where there is none of this name, or two.
        """
        native = self._native(name)
        foreign = self._foreign().get(name)
        if native is not None:
            self._check_clash(foreign)
            return Entry(name, "causattn", native, lambda: constant_of(native, self.constant, name))
        if foreign is not None:
            return foreign
        near = difflib.get_close_matches(name, list(self), n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise ConfigError(
            f"{self.where}={name} is not known; {hint}choose one of {', '.join(self)}."
        )

    def said(self, name: str, attribute: str) -> Any:
        """Return a plain attribute of a contribution, a native one unimported where it can be.

        Raises
        ------
        ConfigError
            Where there is no contribution of this name.
        """
        entry = self.entry(name)
        if entry.native and name not in self._checked:
            value = spelled(entry.place, self.constant, attribute)
            if value is not NOT_SPELLED:
                return value
        return getattr(self[name], attribute)

    def entries(self) -> dict[str, Entry[T]]:
        """Return all contributions by name, wherever they come from.

        Their order is that of their names, so that what follows from it (the columns of a table)
        is the same whichever way a contribution came in.
        """
        native = {name for name in native_files(self._package) if self._native(name)}
        native |= families(self._package, self.constant).keys()
        return {name: self.entry(name) for name in sorted({*native, *self._foreign()})}

    def checksum(self, name: str) -> str | None:
        """Return the SHA-256 of the file behind a contribution from outside; None for a native one.

        What is stored by the hash of its settings depends on it, too.
        """
        entry = self.entry(name)
        if entry.native:
            return None
        module = import_module(entry.place.split(":")[0]) if ":" in entry.place else None
        file = entry.place if module is None else str(getattr(module, "__file__", ""))
        return file_sha256(Path(file)) if Path(file).is_file() else None

    def _native(self, name: str) -> str | None:
        """Return the module of causattn's own contribution of this name, or None."""
        alone = defining(self._package, self.constant, name)
        return alone or families(self._package, self.constant).get(name)

    def _foreign(self) -> dict[str, Entry[T]]:
        """Return what comes from installed packages and from plugins."""
        found: dict[str, Entry[T]] = {}
        for point in _entry_points(f"causattn.{self.room}"):
            source = point.dist.name if point.dist is not None else point.module
            self._add(found, Entry(point.name, source, point.value, _loader(point)))
        for plugin in plugins():
            given: Any = getattr(plugin.module, self.constant, ())
            for each in given if isinstance(given, list | tuple) else [given]:
                name = getattr(each, "name", None)
                if not isinstance(name, str):
                    raise ConfigError(
                        f"{self.constant} in {plugin.place} has no name; give it an attribute "
                        f"name, such as name = {self.what!r}."
                    )
                entry = Entry(name, plugin.name, plugin.place, partial(_same, each))
                self._check_clash(entry)  # even where another is asked for: this one was named
                self._add(found, entry)
        return found

    def _check_clash(self, foreign: Entry[T] | None) -> None:
        """Raise where a contribution from outside has the name of causattn's own."""
        if foreign is not None and (native := self._native(foreign.name)) is not None:
            raise ConfigError(
                f"The {self.what} {foreign.name} of {foreign.place} has the name of causattn's own "
                f"in {native}; give it another name."
            )

    def _add(self, found: dict[str, Entry[T]], entry: Entry[T]) -> None:
        if (other := found.get(entry.name)) is not None and other.place != entry.place:
            raise ConfigError(
                f"Two {self.what}s are named {entry.name}, that of {other.place} and that of "
                f"{entry.place}; rename one."
            )
        found[entry.name] = entry

    def _check(self, contribution: Any, entry: Entry[T]) -> None:
        """Raise where a contribution lacks what the contract asks for."""
        module, _, name = self._contract.partition(":")
        contract = getattr(import_module(module), name)
        lacking = [each for each in required(contract) if not hasattr(contribution, each)]
        lacking += [
            each for each in getattr(contribution, "__abstractmethods__", ()) if each not in lacking
        ]
        if lacking:
            raise ConfigError(
                f"The {self.what} {entry.name} of {entry.place} lacks {', '.join(lacking)}; see "
                f"causattn.{module.split('.')[1]}.{name} for what each is."
            )
        settings = getattr(contribution, "settings", None)
        if settings is not None and not is_dataclass(settings):
            raise ConfigError(
                f"The settings of the {self.what} {entry.name} of {entry.place} are no dataclass; "
                "write a class with @dataclass(frozen=True)."
            )


def due(value: V, kind: str, giver: Any) -> V:
    """Return what a contribution, or a function, gave where it is of the class named `kind`.

    Raises
    ------
    ConfigError
        Naming the contribution's file where it gave something else.
    """
    if kind in {each.__name__ for each in type(value).__mro__}:
        return value
    name = getattr(giver, "name", None) or getattr(giver, "__qualname__", type(giver).__name__)
    module = sys.modules.get(giver.__module__)
    raise ConfigError(
        f"{name} of {getattr(module, '__file__', giver.__module__)} gave an object of the type "
        f"{type(value).__name__}, where a {kind} is due; mend what it returns."
    )


def check_takes(
    function: Callable[..., Any], arguments: Sequence[str], *, by_name: bool = False
) -> None:
    """Refuse an own function that cannot be called with these arguments.

    Parameters
    ----------
    function
        The function; one whose signature is not known is not refused.
    arguments
        What it is called with, by place or by name.
    by_name
        Whether it is by name.

    Raises
    ------
    ConfigError
        Naming the function and what it is called with.
    """
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return
    try:
        signature.bind(**dict.fromkeys(arguments)) if by_name else signature.bind(*arguments)
    except TypeError as error:
        name = getattr(function, "__qualname__", type(function).__name__)
        raise ConfigError(
            f"{name}{signature} is called with ({', '.join(arguments)}), which it does not take "
            f"({error}); mend its arguments."
        ) from None


def number_given(value: Any) -> float:
    """Return the number that an own function gave; not a number where it is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def required(contract: type) -> list[str]:
    """Return what a contract asks for: abstract methods, and attributes without a value."""
    annotated = [
        name
        for base in reversed(contract.__mro__)
        for name in vars(base).get("__annotations__", {})
        if not name.startswith("_") and not hasattr(contract, name)
    ]
    return [*annotated, *sorted(getattr(contract, "__abstractmethods__", ()))]


def _same(contribution: T) -> T:
    return contribution


@cache
def _entry_points(group: str) -> tuple[importlib.metadata.EntryPoint, ...]:
    return tuple(importlib.metadata.entry_points(group=group))


def _loader(point: importlib.metadata.EntryPoint) -> Callable[[], Any]:
    """Return what imports an entry point, its failure said in one sentence."""

    def load() -> Any:
        try:
            return point.load()
        except Exception as error:
            raise ConfigError(
                f"{point.name} of {point.value} (installed by {point.dist and point.dist.name}) "
                f"cannot be imported ({type(error).__name__}: {error}); mend or uninstall it."
            ) from error

    return load
