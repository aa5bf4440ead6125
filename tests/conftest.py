"""Shared by all tests: one thread, no hub, and where the data lies that is not ours to ship."""

import os
import signal
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("MPLBACKEND", "Agg")
# What a shell runs in the background has SIGINT ignored, and what tests start would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

import pytest

from causattn.base import quiet


@pytest.fixture(autouse=True)
def _one_quiet_thread():
    """Run each test without progress bars and with one torch thread."""
    import torch

    torch.set_num_threads(1)
    with quiet():
        yield


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Folder of the published data sets: CAUSATTN_DATA, or ``data`` in or beside the checkout."""
    here = Path(__file__).resolve().parents[1]
    named = os.environ.get("CAUSATTN_DATA")
    places = [Path(named)] if named else [here / "data", here.parent / "shared" / "data"]
    for place in places:
        if place.is_dir():
            return place
    pytest.skip("the published data sets are not here; set CAUSATTN_DATA to their folder")
