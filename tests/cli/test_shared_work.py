"""What several jobs of a sweep have in common is computed once, also when they run in parallel."""

import json
import os
import subprocess
import sys
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest

PROGRAM = "import sys; from causattn.cli import main; sys.exit(main())"
STUDY = [
    "corpus.documents=300",
    "model.steps=5",
    "candidates.pairs=12",
    "effects=none",
    "report=false",
]
SHARED = {"corpus", "model", "features", "attention"}


def sweep(place: Path, *given: str) -> tuple[str, Counter[str]]:
    """Do a sweep; return what it said, and how many of its jobs computed each stage."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "sweep", "hydra.sweep.dir=mine", *STUDY, *given],
        cwd=place,
        env=os.environ | {"OMP_NUM_THREADS": "1", "CAUSATTN_CACHE": "cache"},
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr
    made: Counter[str] = Counter()
    for path in place.glob("mine/*/timing.json"):
        made.update(SHARED - set(json.loads(path.read_text())["reused"]))
    return done.stdout, made


def test_a_sweep_over_discovery_trains_once_and_reads_attention_once(tmp_path: Path) -> None:
    alphas = ",".join(f"{0.001 * k:.3f}" for k in range(1, 7))
    said, made = sweep(tmp_path, f"discovery.alpha={alphas}")
    assert "6 jobs: 6 finished." in said
    assert made == dict.fromkeys(SHARED, 1)
    stored = Counter(path.parts[-3] for path in tmp_path.glob("cache/*/*/manifest.json"))
    assert stored == {"corpus": 1, "model": 1, "features": 1, "attention": 2}  # and untrained


@pytest.mark.slow
def test_also_in_parallel(tmp_path: Path) -> None:
    if find_spec("hydra_plugins.hydra_joblib_launcher") is None:
        pytest.skip("hydra-joblib-launcher is not installed: pip install 'causattn[joblib]'")
    given = ["discovery.alpha=0.001,0.01,0.1", "launcher=joblib", "workers=2"]
    said, made = sweep(tmp_path, *given)
    assert "3 jobs: 3 finished." in said
    assert made == dict.fromkeys(SHARED, 1)


@pytest.mark.slow
def test_a_flipped_bit_in_the_cache_is_said_and_changes_no_result(tmp_path: Path) -> None:
    sweep(tmp_path, "discovery.alpha=0.01")
    before = {path: path.read_bytes() for path in tmp_path.glob("mine/*/*.parquet")}
    (moments, *_) = sorted(tmp_path.glob("cache/attention/*/content/moments.npz"))
    data = bytearray(moments.read_bytes())
    data[len(data) // 2] ^= 1
    moments.write_bytes(bytes(data))
    (model,) = tmp_path.glob("cache/model/*/content/**/model.safetensors")
    model.write_bytes(model.read_bytes()[:-100])
    for path in tmp_path.glob("mine/*/graph.json"):
        path.write_text("{")
    done = subprocess.run(
        [
            *(sys.executable, "-c", PROGRAM, "sweep", "hydra.sweep.dir=mine", *STUDY),
            "discovery.alpha=0.01",
        ],
        cwd=tmp_path,
        env=os.environ | {"OMP_NUM_THREADS": "1", "CAUSATTN_CACHE": "cache"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "is damaged and is done again" in done.stderr
    assert done.stderr.count("is damaged and is made again") == 2
    assert "1 job: 1 finished." in done.stdout
    assert {path: path.read_bytes() for path in before} == before
