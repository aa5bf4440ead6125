"""What became of a job is read off the sentences that the rooms really say."""

import time

import numpy as np
import pandas as pd
import pytest

from causattn.base import CausattnError
from causattn.cli import limits
from causattn.discovery import discover
from causattn.results.compare.outcomes import outcome

DATA = pd.DataFrame(np.random.default_rng(0).normal(size=(300, 3)), columns=list("abc"))
CODES = pd.DataFrame(np.random.default_rng(0).integers(0, 2, (300, 3)), columns=list("abc"))


def said(work) -> str:
    with pytest.raises(CausattnError) as caught:
        work()
    return str(caught.value)


def wait() -> None:
    with limits(timeout_s=0.1, memory_gb=None):
        time.sleep(5)


def grow() -> None:
    with limits(timeout_s=None, memory_gb=0.001):
        time.sleep(5)


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        (wait, "timed out"),
        (grow, "out of memory"),
        (lambda: discover({"kind": "pc", "timeout_s": 1e-9}, DATA), "timed out"),
        (lambda: discover({"kind": "mmhc"}, DATA), "not applicable"),
        (lambda: discover({"kind": "direct_lingam"}, CODES), "not applicable"),
        (lambda: discover({"kind": "pc", "test": "g_square"}, DATA), "not applicable"),
        (lambda: discover({"kind": "attention_threshold"}, DATA), "not applicable"),
        (lambda: discover({"kind": "pc"}, DATA.iloc[:2]), "failed"),
    ],
)
def test_outcomes_of_real_errors(work, expected: str) -> None:
    assert outcome("failed", said(work)) == expected


def test_the_other_statuses() -> None:
    assert outcome("finished", "") == "finished"
    assert outcome("unfinished", "it was interrupted") == "unfinished"
    assert outcome("damaged", "ArtefactError: timeout_s") == "unfinished"
