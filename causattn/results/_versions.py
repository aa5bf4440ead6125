"""Versions of everything that can change a result."""

import platform
from importlib import metadata

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
    for name in _DISTRIBUTIONS:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
