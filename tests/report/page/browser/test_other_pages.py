"""Comparisons, sweeps, single views and hostile texts, in a real browser."""

import html
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from causattn.effects import CounterfactualAttention
from causattn.report import (
    ShownRun,
    show_counterfactual,
    write_report,
    write_run_comparison,
    write_sweep_report,
)
from causattn.results import Run, load_run

Make = Callable[..., Run]
INJECTED = (
    "document.querySelectorAll('main script, main img[onerror], main [onclick], main iframe,"
    "main style, main [style*=behavior]').length"
)


@pytest.fixture
def two_runs(run_in: Make, tmp_path: Path) -> tuple[Run, Run]:
    return (
        run_in(tmp_path / "sweep" / "one", seed=0, config=_config("pc", 0)),
        run_in(tmp_path / "sweep" / "two", seed=3, config=_config("ges", 0)),
    )


def _config(kind: str, seed: int) -> dict[str, Any]:
    return {"seed": seed, "corpus": {"kind": "made"}, "discovery": {"kind": kind}}


def test_two_runs_stand_side_by_side(look, two_runs: tuple[Run, Run], tmp_path: Path) -> None:
    browser = look(write_run_comparison(*two_runs, tmp_path / "comparison.html"))
    assert browser.run("document.querySelector('h1').innerText") == "pc beside ges"
    first, second = ({frozenset(e[:2]) for e in run.graph.edges()} for run in two_runs)
    assert browser.run("document.querySelectorAll('.edge').length") == len(first | second)
    tiles = [
        int(text)
        for text in browser.run(
            "[...document.querySelectorAll('.tiles dd')].map(d => d.textContent)"
        )
    ]
    both, turned, only_a, only_b = tiles
    assert both + turned == len(first & second)
    assert (only_a, only_b) == (len(first - second), len(second - first))
    browser.run(
        "document.querySelector('.edge').dispatchEvent(new Event('click', {bubbles: true}))"
    )
    assert browser.run("document.querySelectorAll('.sides th').length") >= 3
    settings = browser.run("document.querySelector('[data-view=settings]').innerText")
    assert "discovery.kind" in settings


def test_a_sweep_is_a_leaderboard_and_its_runs_with_reasons(
    look, two_runs: tuple[Run, Run], tmp_path: Path
) -> None:
    sweep = tmp_path / "sweep"
    failed = sweep / "three"
    failed.mkdir()
    (failed / "config.yaml").write_text("seed: 0\ncorpus: {kind: made}\ndiscovery: {kind: fci}\n")
    (failed / "UNFINISHED").write_text("failed\n<img src=x onerror=alert(1)>")
    for run in two_runs:
        write_report(run)
    browser = look(write_sweep_report(sweep, sweep / "report.html"))
    contestants = "[...document.querySelectorAll('[data-view=leaderboard] tbody tr')]"
    firsts = browser.run(f"{contestants}.map(r => r.cells[0].textContent)")
    assert sorted(firsts) == ["fci", "ges", "pc"]
    assert browser.run(f"{contestants}[2].cells[0].textContent") == "fci"  # it has no value
    browser.click("[data-view=leaderboard] [role=radio]", 1)
    second = browser.run(
        "document.querySelectorAll('[data-view=leaderboard] [role=radio]')[1].textContent"
    )
    heads = "document.querySelectorAll('[data-view=leaderboard] th')[1].textContent"
    assert browser.run(heads) == second
    rows = "[...document.querySelectorAll('[data-view=runs] tbody tr')]"
    assert browser.run(f"{rows}.length") == 3
    assert browser.run(f"{rows}.filter(r => r.querySelector('a')).length") == 2
    assert browser.run(INJECTED) == 0
    browser.type("[data-view=runs] input", "ges")
    assert browser.run(f"{rows}.length") == 1
    browser.click("[data-view=runs] tbody a")
    browser.until("document.querySelectorAll('.graph-view').length === 1")


@pytest.mark.parametrize("view", ["graph", "heads", "model", "neurons", "matrix", "statistics"])
def test_a_notebook_shows_each_view_in_a_frame(
    look, recorded_run: Callable[..., ShownRun], tmp_path: Path, view: str
) -> None:
    run = recorded_run(documents=1, sample=5)
    attention = run.attention
    shown = {
        "graph": run.graph.show,
        "heads": attention.head_view,
        "model": attention.model_view,
        "neurons": attention.neuron_view,
        "matrix": attention.matrix,
        "statistics": attention.statistics,
    }[view]()
    cell = shown._repr_html_()
    assert html.escape(shown.html) in cell
    browser = look(shown.write(tmp_path / "view.html"))
    browser.until("document.querySelectorAll('svg.graph, canvas, .statistics').length > 0")
    # As a notebook holds it: the frame's script runs, in an origin of its own.
    notebook = tmp_path / "notebook.html"
    notebook.write_text(
        f"<!doctype html><html data-ready='yes'><body>{cell}</body></html>", encoding="utf-8"
    )
    browser = look(notebook)
    assert browser.run("document.querySelector('iframe').contentDocument") is None


def test_a_counterfactual_pair_shows_what_moved(look, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    before, after = rng.dirichlet(np.ones(4), (2, 3, 4)), rng.dirichlet(np.ones(4), (2, 3, 4))
    record = CounterfactualAttention(
        tokens_before=("[CLS]", "good", "<b>food</b>", "[SEP]"),
        tokens_after=("[CLS]", "bad", "<b>food</b>", "[SEP]"),
        aligned=np.array([[k, k] for k in range(4)]),
        swapped=np.array([1]),
        labels=("no", "yes"),
        output_before=np.array([0.25, 0.75]),
        output_after=np.array([0.875, 0.125]),
        attention_before=before.astype(np.float32),
        attention_after=after.astype(np.float32),
        special_before=(True, False, False, True),
        special_after=(True, False, False, True),
    )
    browser = look(show_counterfactual(record, "good → bad").write(tmp_path / "pair.html"))
    browser.until("document.querySelectorAll('.matrix canvas').length === 3")
    assert browser.run("[...document.querySelectorAll('mark')].map(m => m.innerText)") == [
        "good",
        "bad",
    ]
    output = browser.run("document.querySelector('table.output').innerText")
    assert "+0.625" in output
    assert "−0.625" in output
    assert "good/bad" in browser.run("document.querySelector('.pair').innerText")
    width = "document.querySelector('.matrix canvas').clientWidth"
    whole = browser.run(width)
    browser.click(".pair [type=checkbox]")
    browser.until(f"{width} < {whole}")
    browser.run("document.querySelectorAll('.matrix canvas')[2].focus()")
    browser.key("ArrowRight")
    said = browser.run("document.querySelectorAll('.readout')[2].textContent")
    most = record.movers(1)[0]
    change = float((after - before)[most.layer, most.head, 1, 1])
    assert said.startswith("good/bad \u2192 good/bad ")
    shown = float(said.rpartition(" ")[2].replace("\u2212", "-"))
    assert shown == pytest.approx(change, abs=0.02)
    assert browser.run("document.activeElement.tagName") == "CANVAS"
    assert browser.run(INJECTED) == 0


def test_hostile_names_are_shown_and_nothing_of_them_runs(
    look, recorded_run: Callable[..., ShownRun], hostile: Sequence[str], tmp_path: Path
) -> None:
    run = recorded_run(names=hostile, documents=1, sample=6)
    browser = look(write_report(run))
    for k in range(browser.run("document.querySelectorAll('.edge').length")):
        browser.run(
            f"document.querySelectorAll('.edge')[{k}]"
            ".dispatchEvent(new Event('click', {bubbles: true}))"
        )
    for view in ("Heads", "Model", "Neurons", "Matrix", "Statistics"):
        browser.click_text("#attention .choice button", "Document 0")
        browser.click_text("#attention .choice button", view)
        browser.until(
            f"document.querySelector('.attention-view').dataset.view === {view.lower()!r}"
        )
    assert browser.run(INJECTED) == 0
    names = browser.run("[...document.querySelectorAll('.node title')].map(t => t.textContent)")
    assert "<script>alert(1)</script>" in names
    assert "名前" in names
    assert any("\\u202e" in name for name in names)
    assert not any("\u202e" in name for name in names)
    again = write_run_comparison(run, load_run(run.folder), tmp_path / "both.html")
    browser = look(again)
    assert browser.run(INJECTED) == 0


def test_an_arrow_between_words_from_right_to_left_points_as_it_should(
    look, recorded_run: Callable[..., ShownRun]
) -> None:
    names = ("العربية", "עברית", "smoke", "lung", "中文", "either", "xray", "dysp")
    run = recorded_run(names=names, documents=1, sample=6)
    assert {frozenset(e[:2]) for e in run.graph.edges()} >= {frozenset(names[:2])}
    browser = look(write_report(run))
    # Where the names stand on the screen: the first one named is on the left of the other.
    places = browser.run(
        "[...document.querySelectorAll('#evidence tbody td:first-child bdi')].map(cell => {"
        "const text = cell.firstChild; const said = text.data.split(/[\\u2068\\u2069]/);"
        "const left = (word, from) => { const range = document.createRange();"
        "range.setStart(text, from); range.setEnd(text, from + word.length);"
        "return range.getBoundingClientRect().x };"
        "return [left(said[1], 1), left(said[3], text.data.length - 1 - said[3].length)] })"
    )
    assert places
    assert all(source < target for source, target in places)


def test_it_prints_without_its_controls(look, recorded_run: Callable[..., ShownRun]) -> None:
    browser = look(write_report(recorded_run(documents=1, sample=6)))
    browser.call("Emulation.setEmulatedMedia", media="print")
    assert browser.run(
        "[...document.querySelectorAll('.controls')].every(c => c.offsetHeight === 0)"
    )
    assert browser.run("document.querySelector('svg.graph').getBoundingClientRect().height") > 100
    pdf = browser.call("Page.printToPDF")["data"]
    assert len(pdf) > 20_000
