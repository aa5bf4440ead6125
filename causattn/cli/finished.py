"""A finished sweep is recognised without composing it again, or loading Hydra at all.

When a command has finished all its jobs, their identities are kept beside them, with a checksum of
everything they follow from: the arguments, every file in ``conf/``, the versions of causattn and
Hydra, and the environment variables that are mentioned. The same command later, over the same of
all these, needs only to look whether the jobs' results are there and whole. Where anything
differs, the sweep goes its ordinary way, and each job's identity decides as ever.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Sequence
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from causattn import __version__
from causattn.base import plugin_checksums, plugin_names, write_json
from causattn.cli import compose
from causattn.cli.progress import Progress, finished_jobs, say_versions, tell
from causattn.cli.resolvers import sweep_name

RECORD = "finished.json"
_ENVIRONMENT = re.compile(r"oc\.env:\s*([A-Za-z_][A-Za-z0-9_]*)")
_RESOLVER = re.compile(r"\$\{\s*([\w.]+)\s*:")
_SAME_EVERY_TIME = {"oc.env", "oc.select", "oc.create", "oc.decode", "oc.dict.keys"}


def tell_finished(arguments: Sequence[str]) -> bool:
    """Say that a sweep was finished before, where it can be seen at once; else say nothing.

    Parameters
    ----------
    arguments
        What stands behind ``causattn sweep``.
    """
    given = [text for text in arguments if text not in ("-m", "--multirun")]
    folder = _likely_folder(given)
    if folder is None or not (folder / RECORD).is_file():
        return False
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        if record["checksum"] != checksum(given):
            return False
        keys = {number: str(key) for number, key in enumerate(record["jobs"])}
    except (OSError, ValueError, KeyError, TypeError):
        return False
    found = finished_jobs(folder, keys)
    if len(found) < len(keys):
        return False
    say_versions(found.values())
    again = len(keys) - len(set(keys.values()))
    tell(
        len(keys),
        {"finished": 0, "finished before": len(keys) - again, "the same as another": again},
    )
    print(folder)
    return True


def keep_finished(arguments: Sequence[str], progress: Progress) -> None:
    """Keep the identities of a sweep's jobs, after a command that finished all of them."""
    if not progress.repeatable:
        return
    given = [text for text in arguments if text not in ("-m", "--multirun")]
    record = {
        "command": shlex.join(["causattn", "sweep", *given]),
        "causattn": __version__,
        "checksum": checksum(given),
        "jobs": [key for _, key in sorted(progress.planned.items())],
    }
    try:
        write_json(progress.folder / RECORD, record)
    except OSError:  # a full disk costs the next command a few seconds, and nothing else
        return


def is_repeatable(unresolved: Any) -> bool:
    """Tell whether a configuration's values follow from files, arguments and environment alone."""
    if isinstance(unresolved, dict):
        return all(map(is_repeatable, unresolved.values()))
    if isinstance(unresolved, list):
        return all(map(is_repeatable, unresolved))
    text = str(unresolved)
    names = set(_RESOLVER.findall(text))
    named = len(_ENVIRONMENT.findall(text)) == text.count("oc.env:")
    return names <= _SAME_EVERY_TIME and named


def checksum(arguments: Sequence[str]) -> str:
    """Return the hash of everything that the jobs' configurations follow from."""
    folder = compose.config_folder()
    digest = sha256()
    mentioned = set(_ENVIRONMENT.findall(" ".join(arguments)))
    parts = [__version__, version("hydra-core"), version("omegaconf"), *arguments]
    for path in sorted(folder.rglob("*.yaml")):
        data = path.read_bytes()
        parts += [str(path.relative_to(folder)), sha256(data).hexdigest()]
        mentioned |= set(_ENVIRONMENT.findall(data.decode(errors="replace")))
    parts += plugin_checksums(plugin_names())
    parts += [f"{name}={os.environ.get(name)!r}" for name in sorted(mentioned)]
    digest.update("\0".join(parts).encode())
    return digest.hexdigest()


def _likely_folder(arguments: Sequence[str]) -> Path | None:
    """Return where these arguments put their sweep, None where only Hydra can tell.

    A wrong guess costs nothing: what is found must have this command's checksum.
    """
    if any(text.startswith("-") or "hydra.searchpath" in text for text in arguments):
        return None
    values = dict(text.split("=", 1) for text in arguments if "=" in text)
    if "hydra.sweep.dir" in values:
        return Path(values["hydra.sweep.dir"])
    config = yaml.load(
        (compose.config_folder() / "config.yaml").read_text(encoding="utf-8"),
        Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader),
    )
    sweeps = values.get("paths.sweeps") or config["paths"]["sweeps"]
    own = [text for text in arguments if not text.startswith(("hydra.", "hydra/"))]
    return Path(sweeps) / sweep_name(values.get("experiment"), own)
