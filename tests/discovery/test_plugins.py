"""Algorithms, tests and scores of one's own: no other file knows of them."""

import importlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from causattn.base import CapabilityError, CausattnError, ConfigError, forget_plugins, load_plugins
from causattn.discovery import (
    ALGORITHMS,
    CONTINUOUS,
    SCORES,
    TESTS,
    Algorithm,
    Capability,
    RunSettings,
    boss,
    compare_algorithms,
    discover,
    edge_frequencies,
    ges,
    pc,
)

FILE = Path(__file__).with_name("plugin_file.py")
ROOM = Path(importlib.import_module("causattn.discovery.contract").__file__).parent


@pytest.fixture(scope="module")
def data(graph_of, gaussian):
    return gaussian(graph_of("a>c b>c c>d d>e", "abcde"), 400, 0)


@pytest.fixture
def as_plugin():
    """The file as a plugin, outside of the package."""
    load_plugins([str(FILE)])
    yield
    forget_plugins()


PROGRAM = """
import sys
import numpy as np
import pandas as pd
from causattn.discovery import ALGORITHMS, SCORES, TESTS
from causattn.discovery import compare_algorithms, discover, edge_frequencies

def main():
    data = pd.read_csv(sys.argv[1])
    for registry, name in ((ALGORITHMS, "strongest"), (TESTS, "spearman"), (SCORES, "likelihood")):
        assert registry.entry(name).native == (sys.argv[2] == "inside")
    direct = discover({"kind": "strongest", "threshold": 0.4}, data)
    assert direct.algorithm == "strongest (above 0.4)"
    limited = discover({"kind": "strongest", "threshold": 0.4, "timeout_s": 60}, data)
    assert np.array_equal(limited.marks, direct.marks)
    by_test = {"kind": "pc", "test": "spearman"}
    by_score = {"kind": "ges", "score": "likelihood", "penalty": 1.0}
    choices = {
        "strongest": {}, "pc": by_test, "icd": {"test": "spearman"}, "ges": by_score,
        "fci": {"test": "spearman"}, "boss": {"score": "likelihood"},
        "hill_climbing": {"score": "likelihood"},
    }
    found = compare_algorithms(data, choices, timeout_s=120).set_index("label")
    assert (found.status == "done").all(), found.reason
    assert "spearman" in found.algorithm["icd"]
    assert "likelihood" in found.algorithm["boss"]
    for settings in ({"kind": "strongest"}, by_test, by_score):
        alone = edge_frequencies(settings, data, draws=4)
        shared = edge_frequencies(settings, data, draws=4, workers=2)
        assert np.array_equal(alone.adjacent, shared.adjacent)
        assert alone.adjacent[3, 4] == 1

main()
"""


def run_with_them(folder, data, *how, **environment):
    """Run algorithm, test and score of the file by name in a process of its own."""
    data.to_csv(folder / "data.csv", index=False)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder / "data.csv"), *how],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr


def test_as_a_plugin_they_run_wherever_causattns_own_do(tmp_path, data):
    run_with_them(tmp_path, data, "outside", CAUSATTN_PLUGINS=json.dumps([str(FILE)]))


def test_as_files_of_the_room_they_run_and_nothing_else_lists_them(tmp_path, data):
    package = tmp_path / "causattn"
    package.mkdir()
    for each in ROOM.parent.iterdir():
        if each.name != "discovery":
            (package / each.name).symlink_to(each)
    shutil.copytree(ROOM, package / "discovery", ignore=shutil.ignore_patterns("__pycache__"))
    places = {
        "baselines/strongest.py": "ALGORITHM",
        "tests/spearman.py": "TEST",
        "scores/likelihood.py": "SCORE",
    }
    for place, constant in places.items():
        others = {"ALGORITHM", "TEST", "SCORE"} - {constant}
        lines = [x for x in FILE.read_text().split("\n") if x.split(" ")[0] not in others]
        (package / "discovery" / place).write_text("\n".join(lines))
    run_with_them(tmp_path, data, "inside", PYTHONPATH=str(tmp_path))


@pytest.mark.usefixtures("as_plugin")
def test_named_and_handed_in_they_find_the_same(data):
    test, score = TESTS["spearman"], SCORES["likelihood"]
    values = data.to_numpy()
    by_name = discover({"kind": "pc", "test": "spearman"}, values)
    from causattn.discovery import as_discovery_data

    function = test.on(as_discovery_data(values))
    assert np.array_equal(pc(values, test=function).marks, by_name.marks)
    assert np.array_equal(pc(values, test=test).marks, by_name.marks)
    named = discover({"kind": "ges", "score": "likelihood"}, values)
    assert np.array_equal(ges(values, score=score).marks, named.marks)
    # The same score as the BIC but for a constant.
    assert np.array_equal(named.marks, ges(values).marks)
    assert np.array_equal(boss(values, score=score).marks, boss(values).marks)


@pytest.mark.parametrize("rules", ["causal-learn", "standard", "majority"])
def test_a_batch_is_asked_what_a_function_is_asked(data, rules):
    values = data.to_numpy()
    from causattn.discovery import as_discovery_data

    function = TESTS["fisher_z"].on(as_discovery_data(values))
    asked, calls = [], []

    def one(x, y, given):
        asked.append((x, y, given))
        return function(x, y, given)

    class Batch:
        def p_values(self, questions):
            calls.append(questions)
            return [function(*question) for question in questions]

    single, batch = pc(values, test=one, rules=rules), pc(values, test=Batch(), rules=rules)
    assert np.array_equal(single.marks, batch.marks)
    assert np.array_equal(single.marks, pc(values, rules=rules).marks)
    assert sorted(q for questions in calls for q in questions) == sorted(asked)
    assert len(calls) < len(asked) / 2


class Local(Algorithm):
    """Made in this process, and known by no name."""

    name = "local"
    capability = Capability(data_kinds=CONTINUOUS)

    def __init__(self, found):
        self.found = found

    def run(self, problem, settings):
        return self.found


def test_an_object_runs_as_well_as_a_name(data):
    found = discover({"kind": "empty"}, data)
    mine = Local(found)
    assert discover({"kind": mine}, data).edge_count == 0
    assert discover({"kind": mine, "timeout_s": 60}, data).edge_count == 0
    table = compare_algorithms(data, ["empty", mine], timeout_s=60).set_index("label")
    assert list(table.status) == ["done", "done"]
    assert edge_frequencies({"kind": mine}, data, draws=2, workers=2).draws == 2


def test_base_options_are_valid_for_every_kind():
    for algorithm in ALGORITHMS.values():
        settings = algorithm.settings(kind=algorithm.name, timeout_s=1.0, discretise=3)
        assert isinstance(settings, RunSettings)


def test_what_cannot_be_taken_is_one_sentence(data):
    values = data.to_numpy()

    def test(x, y, given):
        return 2.0

    class Wrong:
        def local_score(self, node, parents):
            return float("nan")

    sentence = r"ges \(engine=causal-learn\) cannot take the score Wrong: .* computes its scores"
    with pytest.raises(CapabilityError, match=sentence):
        ges(values, score=Wrong(), engine="causal-learn")
    with pytest.raises(CausattnError, match=r"gave 2.0 for variables 0 and 1 given \(\)"):
        pc(values, test=test)
    with pytest.raises(CausattnError, match="The score Wrong gave nan for variable"):
        ges(values, score=Wrong())
    with pytest.raises(ConfigError, match="is no test"):
        pc(values, test=3)
    with pytest.raises(ConfigError, match="is no score"):
        ges(values, score=3)
    with pytest.raises(ConfigError, match=r"derive its class from causattn.discovery.Algorithm"):
        discover({"kind": object()}, values)
    Wrong.local_score = lambda self, node, parents: "high"
    with pytest.raises(CausattnError, match="The score Wrong gave 'high' for variable"):
        ges(values, score=Wrong())
    Wrong.local_score = lambda self, node: 1.0
    with pytest.raises(ConfigError, match=r"is called with \(node, parents\), which it does not"):
        ges(values, score=Wrong())
    with pytest.raises(ConfigError, match=r"is called with \(x, y, given\), which it does not"):
        pc(values, test=lambda x, y: 0.5)
    with pytest.raises(CausattnError, match="gave None for variables 0 and 1"):
        pc(values, test=lambda x, y, given: None)


def test_causal_learns_own_search_takes_a_function(data):
    values = data.to_numpy()
    from causattn.discovery import as_discovery_data

    function = TESTS["fisher_z"].on(as_discovery_data(values))
    theirs = pc(values, test=function, engine="causal-learn")
    assert np.array_equal(theirs.marks, pc(values, engine="causal-learn").marks)
