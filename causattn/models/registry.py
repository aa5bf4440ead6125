"""Every kind of model by the name that a configuration gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causattn.base import Registry

if TYPE_CHECKING:
    from causattn.models.contract import ModelKind

MODELS: Registry[ModelKind] = Registry(
    "models",
    "model",
    "MODEL",
    "causattn.models",
    "causattn.models.contract:ModelKind",
    "model.kind",
)
