"""A run imports what it uses: how many of causattn's modules it loads stays small."""

import subprocess
import sys

COUNT = """
import sys
from causattn.cli import main
code = main(sys.argv[1:])
loaded = sorted(name for name in sys.modules if name.split(".")[0] == "causattn")
print(code, len(loaded), *loaded)
"""
DATA = ["experiment=discovery", "discovery=ges"]
MODEL = ["model.steps=5", "controls=[]", "effects=none"]


def loaded(folder, *arguments):
    """Return the modules that a run of few documents loads."""
    place = ["hydra.run.dir=run", "paths.cache=cache"]
    given = ["run", "report=false", "quiet=true", "corpus.documents=200", *place, *arguments]
    done = subprocess.run(
        [sys.executable, "-c", COUNT, *given],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    code, count, *names = done.stdout.split("\n")[-2].split()
    assert code == "0", done.stderr
    assert int(count) == len(names)
    return set(names)


def test_a_run_without_a_model_loads_few_modules(tmp_path):
    assert len(loaded(tmp_path, *DATA)) <= 100


def test_a_model_is_trained_by_more_and_found_again_by_fewer(tmp_path):
    assert len(loaded(tmp_path, *MODEL)) <= 200
    again = loaded(tmp_path, *MODEL, "discovery=ges", "hydra.run.dir=again")
    assert len(again) <= 150


def test_a_run_without_a_model_loads_no_room_of_models(tmp_path):
    names = loaded(tmp_path, *DATA)
    for room in ("models", "attention", "attribution", "exemplars", "report.page", "controls"):
        assert not {name for name in names if name.startswith(f"causattn.{room}")}
    for other in ("discovery.pc", "discovery.permutation", "effects.refuters"):
        assert not {name for name in names if name.startswith(f"causattn.{other}")}
