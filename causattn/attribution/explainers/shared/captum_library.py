"""captum, where it is installed."""

from __future__ import annotations

from types import ModuleType

from causattn.base import CapabilityError


def captum_attr() -> ModuleType:
    """Return `captum.attr`.

    Raises
    ------
    CapabilityError
        Where captum is not installed.
    """
    try:
        import captum.attr
    except ImportError:
        raise CapabilityError(
            "This explainer needs captum, which is not installed; install it with pip install "
            "'causattn[attribution]', or choose attribution=attention."
        ) from None
    module: ModuleType = captum.attr
    return module
