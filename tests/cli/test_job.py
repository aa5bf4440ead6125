"""What a run takes of the machine."""

import os

import pytest
import torch
from threadpoolctl import threadpool_info

from causattn.cli.job import limit_threads


def test_a_run_takes_as_many_threads_as_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    before = torch.get_num_threads()
    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        monkeypatch.setenv(variable, "7")
    try:
        limit_threads(2)
        assert torch.get_num_threads() == 2
        assert {pool["num_threads"] for pool in threadpool_info()} <= {1, 2}
        assert os.environ["OMP_NUM_THREADS"] == "2"
    finally:
        limit_threads(before)
