"""What there is to estimate effects with, to refute them with, and to do to a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causattn.base import Registry

if TYPE_CHECKING:
    from causattn.effects.contract import Estimator, Intervention, Refuter

_PACKAGE, _CONTRACT = "causattn.effects", "causattn.effects.contract"

ESTIMATORS: Registry[Estimator] = Registry(
    "estimators", "estimator", "ESTIMATOR", _PACKAGE, f"{_CONTRACT}:Estimator", "effects.estimator"
)
REFUTERS: Registry[Refuter] = Registry(
    "refuters", "refuter", "REFUTER", _PACKAGE, f"{_CONTRACT}:Refuter", "effects.refuters"
)
INTERVENTIONS: Registry[Intervention] = Registry(
    "interventions",
    "intervention",
    "INTERVENTION",
    _PACKAGE,
    f"{_CONTRACT}:Intervention",
    "effects.operation",
)
