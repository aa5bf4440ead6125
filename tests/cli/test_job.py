"""What a run takes of the machine, and where it says that it lies."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from threadpoolctl import threadpool_info

from causattn.cli import main
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


@pytest.mark.parametrize("inside", [False, True])
def test_a_run_says_where_it_lies(
    studies: list[Mapping[str, Any]], capsys: pytest.CaptureFixture[str], inside: bool
) -> None:
    """Also where Hydra goes inside of its folder, from which relative paths lead elsewhere."""
    here = Path.cwd()
    given = [f"hydra.job.chdir={inside}", "hydra.run.dir=some/run", "quiet=true"]
    assert main(["run", *given]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "some/run"
    assert len(studies) == 1
    assert (here / last / "manifest.json").is_file()
    assert Path.cwd() == here
    assert main(["run", *given, "seed=-1", "hydra.run.dir=some/other"]) == 2
    assert capsys.readouterr().err == "seed=-1 is negative; give 0 or more.\n"
