"""What tests and scores are called in causal-learn, read as what they are called here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from causattn.base import warn

_OF_OTHERS = {
    "fisherz": "fisher_z",
    "chisq": "chi_square",
    "gsq": "g_square",
    "fastkci": "fast_kci",
    "local_score_BIC": "bic",
    "local_score_BDeu": "bdeu",
}


def own_names(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings with causal-learn's names of tests and scores as they are called here.

    Warns
    -----
    UserWarning
        Where there was one.
    """
    found = dict(values)
    for what in ("test", "score"):
        own = _OF_OTHERS.get(str(found.get(what)))
        if own is not None:
            warn(f"{what}={found[what]} is called {own} here.")
            found[what] = own
    if found.get("test") == "mv_fisherz":
        warn("test=mv_fisherz is called test=fisher_z missing=test-wise here.")
        found |= {"test": "fisher_z", "missing": "test-wise"}
    return found
