"""The peers' benchmark in small: without the peers every row says what is lacking."""

import sys

import pandas as pd

from causattn.cli import main
from tests.experiments.conftest import EXPERIMENTS


def test_a_peer_that_is_not_there_is_said_in_its_row(in_small, monkeypatch):
    monkeypatch.setenv("CAUSATTN_PEERS", sys.executable)
    rows, page = in_small("patch_peers")
    same = pd.DataFrame([row for row in rows if row["part"] == "same"])
    assert set(same["model"]) == {"gpt2"}
    assert same.groupby("peer").size().tolist() == [4] * 4
    absent = [row for row in rows if row["peer"] in ("pyvene", "nnsight", "transformer_lens")]
    for row in absent:
        assert row["error"].startswith("ModuleNotFoundError") or row["difference"] < 1e-4
    ours = [row for row in rows if row["part"] == "speed" and row["peer"] == "causattn"]
    assert sum(row["effects"] for row in ours) == 12  # 2 heads read by 3 channels of 2 heads
    assert all(row["cpu"] > 0 for row in ours)
    assert "12 paths of a Llama of 2 layers and 2 heads" in page


def test_without_an_environment_of_theirs_it_is_a_sentence(monkeypatch, capsys, tmp_path):
    monkeypatch.delenv("CAUSATTN_PEERS", raising=False)
    code = main(
        ["reproduce", str(EXPERIMENTS / "patch_peers"), "--short", f"paths.cache={tmp_path}"]
    )
    assert code != 0
    assert "set CAUSATTN_PEERS" in " ".join(capsys.readouterr().err.split())
