"""Code from outside: modules and files that a person names, loaded once a process.

A plugin is a Python file or an importable module that defines contributions under the constants
that the rooms read (``ALGORITHM``, ``MEASURE``, ``CORPUS`` ...; see `causattn.base.registry`). Its
name travels in the environment variable ``CAUSATTN_PLUGINS``, so that every process that is started
from here knows it: workers of a sweep, of a capture, of a time limit. A cluster's workers are
handed `plugin_names` with their work and call `load_plugins` themselves.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import ModuleType

from causattn.base.errors import ConfigError
from causattn.base.files import content_key, file_sha256

VARIABLE = "CAUSATTN_PLUGINS"
_loaded: dict[str, Plugin] = {}


@dataclass(frozen=True)
class Plugin:
    """A loaded plugin.

    Parameters
    ----------
    name
        What it was named by: a module's name, or the path of a file (absolute).
    module
        What was imported.
    """

    name: str
    module: ModuleType

    @property
    def place(self) -> str:
        """Its file."""
        return str(getattr(self.module, "__file__", None) or self.name)


def full_names(names: Iterable[str]) -> list[str]:
    """Return plugins' names as any process can use them: the paths of files absolute.

    Parameters
    ----------
    names
        Modules, or files relative to the working directory.
    """
    return [str(Path(name).expanduser().resolve()) if _is_file(name) else name for name in names]


def load_plugins(names: Iterable[str]) -> None:
    """Import plugins, each once; what they define is in every room's registry from now on.

    Parameters
    ----------
    names
        Modules (``my_package.mine``) or files (ending in ``.py``, relative to the working
        directory).

    Raises
    ------
    ConfigError
        Naming the file, where one cannot be imported.
    """
    for full in full_names(names):
        if full not in _loaded:
            _loaded[full] = Plugin(full, _from_file(full) if _is_file(full) else _module(full))
            os.environ[VARIABLE] = json.dumps(sorted({*_named(), *_loaded}))


def plugins() -> list[Plugin]:
    """Return the plugins of this process, those that its parent had among them."""
    load_plugins(_named())
    return list(_loaded.values())


def plugin_names() -> list[str]:
    """Return what `load_plugins` is given in another process to have the same plugins."""
    return [plugin.name for plugin in plugins()]


def plugin_checksums(names: Iterable[str]) -> list[str]:
    """Return the SHA-256 of the code of each plugin, which is loaded where it is not yet.

    What a run is depends on what its plugins hold, and not on where they lie.
    """
    load_plugins(named := full_names(names))
    return [_checksum(Path(_loaded[name].place)) for name in named]


def forget_plugins() -> None:
    """Take all plugins out again, for tests and for a second study in one process."""
    for plugin in _loaded.values():
        sys.modules.pop(plugin.module.__name__, None)
    _loaded.clear()
    os.environ.pop(VARIABLE, None)


def _checksum(place: Path) -> str:
    """Return the SHA-256 of a file, or of all modules of a package."""
    if place.name != "__init__.py":
        return file_sha256(place)
    files = {
        str(file.relative_to(place.parent)): file_sha256(file)
        for file in sorted(place.parent.rglob("*.py"))
    }
    return content_key(files)


def _named() -> list[str]:
    """Return the plugins that the environment names."""
    return list(json.loads(os.environ.get(VARIABLE, "[]")))


def _is_file(name: str) -> bool:
    return name.endswith(".py")


def _from_file(path: str) -> ModuleType:
    """Import a file under a name of its own, so that two files of one name do not meet."""
    if not Path(path).is_file():
        raise ConfigError(f"There is no plugin {path}; give the path of a Python file.")
    name = f"causattn_plugin_{Path(path).stem}_{sha256(path.encode()).hexdigest()[:8]}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise _failed(path, error) from error
    return module


def _module(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        if isinstance(error, ModuleNotFoundError) and error.name == name:
            raise ConfigError(
                f"There is no module {name} for plugins=[{name}]; install it, or give the path of "
                "a file ending in .py."
            ) from None
        raise _failed(name, error) from error


def _failed(place: str, error: BaseException) -> ConfigError:
    return ConfigError(
        f"The plugin {place} cannot be imported ({type(error).__name__}: {error}); mend it, or "
        "leave it out of plugins."
    )
