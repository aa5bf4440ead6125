"""What the README shows works as it stands, as far as that takes seconds."""

import re
from pathlib import Path

import numpy as np
import pytest

from causattn.base import forget_plugins, load_plugins
from causattn.discovery import discover, pc

PAGE = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_it_is_short() -> None:
    assert len(PAGE.splitlines()) < 150


@pytest.mark.parametrize("block", BLOCKS)
def test_blocks_are_python(block: str) -> None:
    compile(block, "README.md", "exec")


def test_an_algorithm_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(next(block for block in BLOCKS if "# mine.py" in block))
    load_plugins([str(tmp_path / "mine.py")])
    try:
        rng = np.random.default_rng(0)
        data = rng.normal(size=(500, 3))
        data[:, 1] += data[:, 0]
        found = discover({"kind": "mine"}, data, seed=0)
    finally:
        forget_plugins()
    assert [(edge.source, edge.target) for edge in found.edges()] == [("X1", "X2")]


def test_a_test_that_is_a_function() -> None:
    data = np.random.default_rng(0).normal(size=(50, 3))
    found = pc(data, test=lambda x, y, given: 0.0 if (x, y) == (0, 2) else 1.0)
    assert [(edge.source, edge.target) for edge in found.edges()] == [("X1", "X3")]
