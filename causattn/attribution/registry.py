"""Every explainer by the name that a configuration gives it, and its settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from causattn.attribution.contract import Explainer
from causattn.attribution.settings import AttentionItselfSettings, ExplainerSettings
from causattn.base import ConfigError, Registry, choose, settings_from

EXPLAINERS: Registry[type[Explainer]] = Registry(
    "explainers",
    "explainer",
    "EXPLAINER",
    "causattn.attribution.explainers",
    "causattn.attribution.contract:Explainer",
    "attribution.kind",
)

ATTENTION = "attention"
"""The kind that, over a corpus, is summed by `causattn.attention.summarise_attention`."""


def explainer_settings(settings: Mapping[str, Any]) -> ExplainerSettings:
    """Return the settings of an explainer, checked.

    Raises
    ------
    ConfigError
        For an unknown kind or key, or a number that makes no sense.
    """
    explainer = choose(str(settings.get("kind")), EXPLAINERS, "attribution.kind")
    own = {key: value for key, value in settings.items() if key != "kind"}
    return settings_from(explainer.settings, own, "attribution")


def attribution_settings(settings: Mapping[str, Any]) -> ExplainerSettings | None:
    """Return the settings of the group `attribution`; None where attention itself proposes.

    Raises
    ------
    ConfigError
        For an unknown kind or key, or a number that makes no sense.
    """
    if settings.get("kind") != ATTENTION:
        return explainer_settings(settings)
    spare = next((key for key in settings if key not in ("kind", "documents")), None)
    if spare is not None:
        raise ConfigError(
            f"attribution.{spare} has no meaning with attribution=attention, which is read as the "
            "group attention says; leave it out."
        )
    documents = settings_from(AttentionItselfSettings, settings, "attribution").documents
    if documents is not None and documents <= 0:
        raise ConfigError(
            f"attribution.documents={documents} should be above 0, or null for as many as "
            "attention.documents says; change it."
        )
    return None


def attribution_result_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an attribution depends on: its settings, and the checksum of a plugin's file."""
    checksum = EXPLAINERS.checksum(str(settings.get("kind")))
    return dict(settings) if checksum is None else {**settings, "checksum": checksum}
