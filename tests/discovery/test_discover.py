"""The door: settings, registry and what is noted of a run."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from causattn.base import CapabilityError, ConfigError, settings_from
from causattn.discovery import ALGORITHMS, Knowledge, RunSettings, discover

CONF = Path(__file__).resolve().parents[2] / "conf" / "discovery"


@pytest.mark.parametrize("name", sorted(ALGORITHMS))
def test_every_algorithm_has_a_configuration_that_fits(name):
    text = (CONF / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.startswith("# ")
    settings = yaml.safe_load(text)
    assert next(iter(settings)) == "kind"
    algorithm = ALGORITHMS[name]
    built = settings_from(algorithm.settings, settings, "discovery")
    assert isinstance(built, RunSettings)
    # What the configuration says is what Python gives where nothing is said.
    assert built == algorithm.settings(kind=name)
    assert algorithm.capability_of(built).data_kinds


def test_every_configuration_has_its_algorithm():
    assert {path.stem for path in CONF.glob("*.yaml")} == set(ALGORITHMS)


@pytest.mark.parametrize("name", sorted(ALGORITHMS))
def test_declarations_are_complete(name):
    algorithm = ALGORITHMS[name]
    assert algorithm.name == name
    assert algorithm.gives in ("dag", "cpdag", "pag")
    assert type(algorithm).__doc__.endswith(".")
    for capability in (algorithm.capability, *algorithm.engines.values()):
        assert capability.data_kinds <= {"continuous", "discrete", "mixed"}
        assert capability.candidates <= {"restrict", "weigh"}


def test_unknown_names_are_sentences():
    data = np.random.default_rng(0).normal(size=(20, 3))
    with pytest.raises(ConfigError, match="did you mean pc"):
        discover({"kind": "pcc"}, data)
    with pytest.raises(ConfigError, match="kind is missing"):
        discover({"alpha": 0.1}, data)
    with pytest.raises(ConfigError, match=r"discovery\.alhpa is not a setting"):
        discover({"kind": "pc", "alhpa": 0.1}, data)


def test_a_run_notes_time_and_candidates():
    data = np.random.default_rng(0).normal(size=(50, 3))
    graph = discover({"kind": "pc"}, data)
    assert graph.details["candidates"] == "none were given"
    assert graph.details["seconds"] > 0


def test_knowledge_for_an_algorithm_that_takes_none_is_a_sentence():
    data = np.random.default_rng(0).normal(size=(50, 3))
    with pytest.raises(CapabilityError, match="takes no background knowledge"):
        discover({"kind": "empty"}, data, knowledge=Knowledge())
