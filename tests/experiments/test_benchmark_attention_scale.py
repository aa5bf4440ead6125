"""The benchmark of scale runs, in small."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).resolve().parents[2] / "experiments/benchmarks/attention_scale/run.py"


@pytest.mark.slow
def test_it_runs_and_writes_its_table(tmp_path):
    subprocess.run([sys.executable, str(RUN), "--quick", "--into", str(tmp_path)], check=True)
    result = json.loads((tmp_path / "attention_scale.json").read_text())
    parts = result["parts"]
    rows = [*parts["streamed"], *parts["file"]]
    by_corpus = {(row["corpus"], row["documents"]): row["checksum"] for row in rows}
    for documents in (200, 400):
        assert by_corpus["streamed", documents] == by_corpus["file", documents]
    assert "| on disk | 400 |" in (tmp_path / "attention_scale.md").read_text()
