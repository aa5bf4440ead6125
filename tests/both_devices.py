"""Fixtures for files called ``on_device.py``: what runs on the processor, and elsewhere too.

Elsewhere is a GPU where there is one, and else the pretended device. These files are not collected
with the other tests; ``tests/test_on_device.py`` runs them in a process of their own, or by hand

    python -m pytest -p tests.both_devices tests/attention/on_device.py
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from causattn.models import LanguageModel
from tests.pretended_device import pretended_device, registered


def pytest_configure() -> None:
    if not torch.cuda.is_available():
        registered()


@pytest.fixture
def float64() -> bool:
    """Whether the pretended device has float64; tests say so whose code needs it there."""
    return False


@pytest.fixture
def device(float64) -> Iterator[torch.device]:
    if torch.cuda.is_available():
        yield torch.device("cuda", 0)
    else:
        with pretended_device(float64) as pretended:
            yield pretended


@pytest.fixture
def both(device) -> Callable[..., tuple[Any, Any]]:
    """Return what something makes of a model on the device, and on the processor."""

    def run(model: LanguageModel, what: Callable[[LanguageModel], Any]) -> tuple[Any, Any]:
        here = what(model)
        model.network.to(device)
        try:
            there = what(model)
            assert model.device == device
        finally:
            model.network.to("cpu")
        return there, here

    return run
