"""Every notebook runs from its first cell to its last, and its text says what its cells give."""

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pytest
import torch

from causattn.base import forget_plugins

FOLDER = Path(__file__).parents[1] / "docs" / "notebooks"
CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
Names = dict[str, Any]


def run_cells(text: str) -> tuple[Names, list[Any]]:
    """Run a notebook's cells in this process; return its names and what cells ended with."""
    names: Names = {"__name__": "__main__"}
    values = []
    for cell in CELL.findall(text):
        tree = ast.parse(cell)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "cell", "exec"), names)
        if last is not None:
            values.append(eval(compile(ast.Expression(last.value), "cell", "eval"), names))
    return names, values


def first_study(names: Names, values: list[Any]) -> None:
    assert names["model"].summary()["reached"] > 0.5
    assert names["auc"] > 0.6  # the two pictures are alike
    allowed = names["candidates"].allowed
    restricted = names["graphs"]["pc", "candidates"].skeleton()
    assert not (restricted & ~allowed).any()  # PC may join candidates only
    assert set(names["arrows"]["verdict"]) & {"consistent", "robust"}


def _liked(names: Names, text: str, swapped: bool = False) -> float:
    """Return the classifier's probability that the guest liked it."""
    model, text = names["model"], text.replace("delicious", "bland") if swapped else text
    with torch.no_grad():
        logits = model.network(**model.tokenizer(text, return_tensors="pt")).logits
    return float(logits.softmax(-1)[0, 1])


def own_texts(names: Names, values: list[Any]) -> None:
    assert names["signal"].score > names["signal"].without + 0.05
    assert names["trained"]["accuracy_held_out"] > names["trained"]["accuracy_majority"]
    both = "Friendly staff. My main course was delicious."
    assert _liked(names, names["text"]) - _liked(names, names["text"], swapped=True) > 0.2
    assert abs(_liked(names, both) - _liked(names, both, swapped=True)) < 0.1
    into = names["into"]
    assert {"good_food", "good_service"} <= set(into.index)
    assert "birthday" not in into.index
    assert into["model_verdict"]["good_food"] == "used"
    parted = into[(into["verdict"] == "consistent") & (into["model_verdict"] == "unused")]
    assert "loud" in parted.index  # where the two answers part
    assert "liked" not in {edge.source for edge in names["graph"].edges()}


def decoder_on_trial(names: Names, values: list[Any]) -> None:
    about = names["about"]
    assert about["preferred"] > 0.9
    assert about["area"]["attribution"] > about["area"]["attention"]
    assert names["kept"]["faithfulness"] > 0.5
    best = names["edges"].iloc[0]
    assert best["model_estimate"] < 0
    assert best["model_verdict"] == "used"
    assert names["edges"]["model_verdict"].isna().any()


def compare_algorithms(names: Names, values: list[Any]) -> None:
    shd = names["shd"]
    assert shd.loc["direct_lingam", "gaussian"] > shd.loc["empty", "gaussian"]
    assert shd.loc["direct_lingam", "exponential"] <= shd.loc["pc", "exponential"]
    mine = names["means"].mean().loc["correlated"]
    assert mine["adjacency_recall"] > 0.7
    assert mine["adjacency_precision"] < 0.7


def reproduce_a_paper(names: Names, values: list[Any]) -> None:
    distance = names["distance"]
    for name in ("pc", "ges"):  # they do not look at scale
        assert distance.loc[name, "raw"] == distance.loc[name, "standardised"]
    assert distance["raw"].idxmin() == "sort by variance"
    assert distance["standardised"].idxmax() == "sort by variance"
    assert [each.outcome for each in names["figures"]] == ["pass"] * 5
    shd = names["shd"]
    assert shd["raw"].idxmin() == "sort by variance"
    assert shd["standardised"]["sort by variance"] > shd["standardised"]["empty"]
    assert shd["raw"]["sort by R2"] == shd["standardised"]["sort by R2"] >= shd["raw"]["empty"]


CHECKS: dict[str, Callable[[Names, list[Any]], None]] = {
    check.__name__: check
    for check in (first_study, own_texts, decoder_on_trial, compare_algorithms, reproduce_a_paper)
}


@pytest.mark.parametrize("name", CHECKS)
def test_it_runs_and_says_what_comes_out(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    try:
        found, values = run_cells(text)
        shown = [each._repr_html_() for each in values if hasattr(each, "_repr_html_")]
        assert all(shown)
        CHECKS[name](found, values)
    finally:
        plt.close("all")
        forget_plugins()


def test_every_notebook_is_run():
    there = {path.stem for path in FOLDER.glob("*.md")} - {"index"}
    assert there == set(CHECKS)
    assert all(CELL.search((FOLDER / f"{name}.md").read_text(encoding="utf-8")) for name in there)
