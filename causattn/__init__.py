"""causattn: causal graphs from the attention of a transformer, every edge checked.

>>> import causattn
>>> run = causattn.run("corpus=asia", "discovery=ges", seed=3)  # doctest: +SKIP
>>> run.evidence  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from causattn.looking import (
        attention_tau,
        explain,
        look,
        surrogate_tree,
        typical_texts,
    )
    from causattn.pipeline import (
        build_features,
        collect_evidence,
        discover,
        load_corpus,
        load_model,
        select_candidates,
        summarise_attention,
    )
    from causattn.results import Comparison, Run

__version__ = "0.1.0"
__all__ = [
    "attention_tau",
    "build_features",
    "collect_evidence",
    "compare_runs",
    "configure",
    "discover",
    "explain",
    "load_corpus",
    "load_model",
    "load_run",
    "look",
    "run",
    "select_candidates",
    "summarise_attention",
    "surrogate_tree",
    "typical_texts",
]
_LOOKING = ("attention_tau", "explain", "look", "surrogate_tree", "typical_texts")


def __getattr__(name: str) -> Any:
    """Import the pipeline's functions when they are first asked for."""
    if name in __all__:
        from causattn import looking, pipeline

        return getattr(looking if name in _LOOKING else pipeline, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def run(
    *overrides: str, stages: Mapping[str, Callable[..., Any]] | None = None, **values: Any
) -> Run:
    """Do a study and return its results.

    Parameters
    ----------
    overrides
        As on the command line: ``"experiment=alarm"``, ``"discovery.alpha=0.05"``.
    values
        The same for keys that are Python names: ``seed=3``, ``discovery="ges"``.
    stages
        Functions of your own to do stages with, such as ``{"discovery": search}`` where
        ``search(features, candidates, seed)`` returns a `CausalGraph`; `causattn.data_stages` says
        which there are.

    Returns
    -------
    causattn.results.Run
        ``.graph``, ``.evidence``, ``.candidates``, ``.summary``, ``.figures``, ``.folder``.

    Raises
    ------
    causattn.base.CausattnError
        Where a setting or an input cannot be used.
    """
    from causattn.cli import run_overrides

    return run_overrides(overrides, values, stages)


def configure(*overrides: str, **values: Any) -> dict[str, Any]:
    """Return the configuration of a study, every value resolved, without doing the study.

    Parameters
    ----------
    overrides, values
        As for `run`.

    Raises
    ------
    causattn.base.CausattnError
        Where a setting cannot be used.
    """
    from causattn.cli import configuration

    return configuration(overrides, values)


def load_run(folder: str | Path) -> Run:
    """Read the run in `folder` (what `run` or ``causattn run`` left there)."""
    from causattn.cli import load_shown

    return load_shown(folder)


def compare_runs(
    folder: str | Path,
    *,
    by: Sequence[str] = (),
    metrics: Sequence[str] = (),
    where: Mapping[str, str] | None = None,
) -> Comparison:
    """Compare the runs in a folder: who wins on what, by how much, how sure.

    ``causattn.report.write_comparison`` writes what it returns as a page with tables and figures.

    Parameters
    ----------
    folder
        The folder of a sweep or of runs, or a table that ``causattn collect`` wrote.
    by
        Keys that distinguish contestants, such as ``discovery``; by default whatever varies
        outside of the corpus and the seed.
    metrics
        Such as ``shd``; by default the usual ones that the runs have.
    where
        Only runs with these values, such as ``{"corpus.network": "alarm,asia"}``.

    Returns
    -------
    causattn.results.Comparison
        ``.metrics`` (means, differences, ranks, front by metric), ``.contestants``,
        ``.data_sets``, ``.failures``, ``.runtimes``, ``.paths``, ``.jobs``, ``.notes``.

    Raises
    ------
    causattn.base.CausattnError
        Where there is nothing to compare, or a key or figure is not known.
    """
    from causattn.results import compare_runs as compare

    return compare(folder, by=by, metrics=metrics, where=where)
