"""What a registry reads off the source is what the imported object says."""

import subprocess
import sys

import pytest

from causattn.candidates import SELECTORS
from causattn.effects import ESTIMATORS, INTERVENTIONS, REFUTERS


@pytest.mark.parametrize(
    ("registry", "attributes"),
    [
        (ESTIMATORS, ["columns", "paper"]),
        (
            REFUTERS,
            ["default", "stands_out", "shakes", "measure", "measure_means", "p_means", "shared"],
        ),
        (INTERVENTIONS, ["changes", "reads", "name"]),
        (SELECTORS, ["needs_summary"]),
    ],
    ids=["estimators", "refuters", "interventions", "selectors"],
)
def test_source_and_object_say_the_same(registry, attributes):
    said = {
        (name, each): registry.said(name, each)
        for name, entry in registry.entries().items()
        if entry.native
        for each in attributes
    }
    assert len(said) >= 5
    for (name, each), value in said.items():
        assert value == getattr(registry[name], each), (name, each)


def test_nothing_is_imported_to_know_it():
    code = (
        "import sys\n"
        "from causattn.effects import INTERVENTIONS, REFUTERS\n"
        "from causattn.candidates import SELECTORS\n"
        "assert REFUTERS.said('placebo', 'stands_out') is True\n"
        "assert REFUTERS.said('bootstrap', 'default') is False\n"
        "assert INTERVENTIONS.said('zero', 'changes') == 'attention'  # of its base's file\n"
        "assert SELECTORS.said('lasso', 'needs_summary') is False\n"
        "known = ('refuters.', 'interventions.', 'candidates.lasso', 'candidates.trees')\n"
        "print([name for name in sys.modules if any(each in name for each in known)])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
