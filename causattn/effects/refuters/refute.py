"""Refuting an effect by a refuter's name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from causattn.base import generator, settings_from
from causattn.effects.contract import Change, Draws, Effect, Refutation, Refuter
from causattn.effects.refuters.judging import NO_DRAWS
from causattn.effects.registry import REFUTERS

if TYPE_CHECKING:
    from causattn.effects.settings import DowhySettings

DECIDED = "Not run: the treatment decides the outcome exactly."
UNSAID = "Not run: this estimator does not say what the adjustment leaves of the treatment."
Again = Callable[[Iterable[Change]], Draws]


def refute(
    effect: Effect,
    refuter: str | Refuter,
    draws: int,
    rng: np.random.Generator,
    alpha: float,
    settings: Mapping[str, Any] | None = None,
    again: Again | None = None,
) -> Refutation:
    """Refute an effect.

    Parameters
    ----------
    effect
        What an estimator gave.
    refuter
        One of `causattn.effects.REFUTERS`, or its name.
    draws
        How often the data are changed. The draws come one after the other from `rng`, so that draw
        k is the same whatever their number.
    rng
        Draws the changes.
    alpha
        The refuter's level.
    settings
        The refuter's own.
    again
        Estimates on changed data, in place of the effect itself.
    """
    one = REFUTERS[refuter] if isinstance(refuter, str) else refuter
    if effect.decided and not one.decided:
        return Refutation(np.nan, np.nan, DECIDED)
    options = refuter_options(one, settings or {})
    first = one.draw(effect, options, rng)
    if first is None:
        return Refutation(np.nan, np.nan, UNSAID)

    def changes() -> Iterator[Change]:
        yield first
        for _ in range(draws - 1):
            change = one.draw(effect, options, rng)
            assert change is not None
            yield change

    try:
        return one.judge(effect, (again or effect.again)(changes()), options, alpha)
    except np.linalg.LinAlgError:
        return Refutation(np.nan, np.nan, NO_DRAWS)


def refuter_options(refuter: Refuter, given: Mapping[str, Any]) -> Any:
    """Return a refuter's settings, checked."""
    return settings_from(refuter.settings, given, f"effects.refuter_settings.{refuter.name}")


def refuter_columns(
    effect: Effect,
    source: str,
    target: str,
    settings: DowhySettings,
    seed: int,
    again: Callable[[str], Again | None] = lambda name: None,
) -> dict[str, Any]:
    """Return the evidence columns of all refuters, those that were not asked for among them.

    Each has a stream of (seed, "effects", source, target, refuter), so that its draws are the same
    whatever else is run.
    """
    found: dict[str, Any] = {}
    for name in REFUTERS:
        if name not in settings.refuters:
            found[f"{name}_outcome"] = "Not asked for."
            continue
        one = REFUTERS[name]
        alpha = settings.alpha if one.stands_out else settings.refuter_alpha
        rng = generator(seed, "effects", source, target, name)
        own = settings.refuter_settings.get(name)
        refuted = refute(effect, one, settings.draws, rng, alpha, own, again(name))
        found |= {
            f"{name}_p": refuted.p,
            f"{name}_{one.measure}": refuted.measure,
            f"{name}_outcome": refuted.outcome,
        }
    return found
