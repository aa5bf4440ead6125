"""Versions of everything that can change a result."""

import platform
import subprocess
from functools import cache
from importlib import metadata
from pathlib import Path

_THIS = Path(__file__).resolve()

_DISTRIBUTIONS = (
    "causal-learn",
    "dowhy",
    "gadjid",
    "hydra-core",
    "networkx",
    "numba",
    "numpy",
    "pandas",
    "pgmpy",
    "scikit-learn",
    "scipy",
    "tokenizers",
    "torch",
    "transformers",
)


def versions() -> dict[str, str]:
    """Return the versions of Python, causattn and the libraries that results depend on.

    Read from the installed packages' metadata, so that nothing is imported; a library that is not
    installed is left out.
    """
    from causattn import __version__

    found = {"python": platform.python_version(), "causattn": __version__}
    return found | {name: version for name in _DISTRIBUTIONS if (version := _installed(name))}


@cache
def _installed(name: str) -> str | None:
    """Return the version of an installed library, which no process sees change."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def source_commit(*measured: str) -> str | None:
    """Return the git commit of the source that this runs from, 12 digits.

    Parameters
    ----------
    *measured
        Files or folders, from the checkout's top, that results come from: where one of them differs
        from the commit, ", changed" stands behind it.

    Returns
    -------
    str or None
        None where git does not know this source: an installed copy (also one that lies inside
        another project's checkout), or a machine without git.
    """
    if not _git("ls-files", "--", _THIS.name):
        return None
    commit = _git("rev-parse", "--short=12", "HEAD")
    if commit and measured and _git("status", "--porcelain", "--", *(f":/{m}" for m in measured)):
        return f"{commit}, changed"
    return commit


def commits_since(commit: str, *measured: str) -> int | None:
    """Return how many commits have changed files since a commit.

    Parameters
    ----------
    commit
        In hexadecimal digits.
    *measured
        Files or folders, from the checkout's top.

    Returns
    -------
    int or None
        None where git does not know this source, or not that commit.
    """
    if not _git("ls-files", "--", _THIS.name):
        return None
    asked = ("rev-list", "--count", f"{commit}..HEAD", "--", *(f":/{name}" for name in measured))
    count = _git(*asked)
    return None if count is None else int(count)


def _git(*words: str) -> str | None:
    """Return what git says where this source lies; None where it says nothing or fails."""
    asked = ["git", "-C", str(_THIS.parent), *words]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip() or None
