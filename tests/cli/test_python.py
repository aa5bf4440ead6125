from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import given
from hypothesis import strategies as st

import causattn
from causattn.base import ConfigError
from causattn.cli.python import _written
from causattn.results import Status

Studies = list[Mapping[str, Any]]
PLAIN = (
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="ascii")) | st.text()
)


def test_the_same_from_python(studies: Studies) -> None:
    run = causattn.run("corpus=alarm", discovery="ges", seed=3)
    assert run.status is Status.FINISHED
    assert run.summary["seed"] == 3
    assert studies[0]["discovery"]["kind"] == "ges"
    assert run.folder.parent == Path("results/runs")
    assert run.command == "causattn run corpus=alarm discovery=ges seed=3"
    assert causattn.load_run(run.folder).graph.edge_count == 2


def test_errors_are_causattns_own(studies: Studies) -> None:
    with pytest.raises(ConfigError, match="discovery=pcc is not known; did you mean pc"):
        causattn.run(discovery="pcc")
    with pytest.raises(ConfigError, match=r"corpus\.path is missing; set it"):
        causattn.run("corpus.path=???")
    assert not list(Path("results").rglob("config.yaml"))


@given(PLAIN | st.lists(PLAIN, max_size=3))
def test_values_come_through_hydras_grammar_as_they_are(value: object) -> None:
    texts = [value] if not isinstance(value, list) else value
    if any(isinstance(text, str) and set(text) & set("\r\n\x0c") for text in texts):
        return  # Hydra's grammar has no line breaks
    override = OverridesParser.create().parse_override(f"key={_written(value)}")
    assert _unquoted(override.value()) == value


def _unquoted(value: object) -> object:
    if isinstance(value, list):
        return [_unquoted(item) for item in value]
    return getattr(value, "text", value)
