"""Documents that explain edges and documents, in a real browser."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from causattn.base import read_json
from causattn.report import ShownRun, write_report
from causattn.report.record import examples_data

Make = Callable[..., ShownRun]
TEXT = "document.querySelector({!r}).innerText"


def open_edge(browser, number: int) -> None:
    browser.run(
        f"document.querySelectorAll('.edge:not(.gone)')[{number}]"
        ".dispatchEvent(new Event('click', {bubbles: true}))"
    )


def test_an_edge_shows_its_examples_when_they_are_asked_for(
    look, recorded_run: Make, tmp_path: Path
) -> None:
    run = recorded_run(documents=2, sample=12)
    data = examples_data(run)
    assert data is not None
    browser = look(write_report(run))
    seen = set()
    for number in range(browser.run("document.querySelectorAll('.edge:not(.gone)').length")):
        open_edge(browser, number)
        # Nothing is made before it is opened.
        assert browser.run("document.querySelector('.edge-examples').childElementCount") == 1
        browser.click(".edge-examples summary")
        browser.until("document.querySelector('.edge-examples').childElementCount > 1")
        said = browser.run(TEXT.format(".edge-examples"))
        assert "Typical" in said
        assert "in the sample with" in said
        seen |= {words for words in ("Left out alone", "What turns the model") if words in said}
        assert browser.run("document.querySelectorAll('.edge-examples mark').length") > 0
    assert seen == {"Left out alone", "What turns the model"}
    browser.screenshot(tmp_path / "edge.png")


def test_a_variable_shows_its_examples_beside_its_neighbourhood(look, recorded_run: Make) -> None:
    run = recorded_run(documents=1, sample=12)
    data = examples_data(run)
    assert data is not None
    browser = look(write_report(run))
    place = next(k for k, entry in enumerate(data["features"]) if entry["moved"])
    names = browser.run(
        "[...document.querySelectorAll('.node')].map(n => n.querySelector('text').textContent)"
    )
    node = names.index(run.graph.names[place])
    x, y = browser.middle(".node rect", node)
    browser.press(x, y)
    browser.release(x, y)
    said = browser.run(TEXT.format(".panel"))
    assert said.startswith(run.graph.names[place])
    assert "Typical documents" in said
    moved = data["features"][place]["moved"]
    assert browser.run("document.querySelectorAll('.panel ins').length") == len(moved)
    browser.click_text(".corner button", "Reset")
    assert "Choose an edge" in browser.run(TEXT.format(".panel"))


def test_documents_are_chosen_and_their_edits_are_marked(look, recorded_run: Make) -> None:
    run = recorded_run(documents=3, sample=12)
    data = examples_data(run)
    assert data is not None
    browser = look(write_report(run))
    for number, entry in enumerate(data["documents"]):
        browser.click("#documents .choice button", number)
        said = browser.run(TEXT.format("#documents"))
        assert "Nearest" in said
        assert f"cosine {entry['nearest'][0][1]:.3g}" in said
        marked = browser.run(
            "[...document.querySelectorAll('#documents ins')].map(e => e.textContent)"
        )
        assert marked == [part[1] for part in entry["edits"]["parts"] if len(part) == 2]
        assert (entry["edits"]["reason"] or "no smaller set") in said


def test_a_drawn_token_shows_what_it_owes(look, causal_run: Make) -> None:
    run = causal_run(documents=1, continuation=4)
    browser = look(write_report(run))
    browser.until("document.querySelector('.attention-view').childElementCount > 0")
    kept = read_json(run.folder / "examples.json")["documents"][0]["continuation"]
    pieces = browser.run("[...document.querySelectorAll('.piece')].map(e => e.innerText)")
    drawn = browser.run("[...document.querySelectorAll('.piece.drawn')].map(e => e.innerText)")
    assert " ".join(pieces[: -len(drawn)]).endswith(kept["prompt"])
    assert len(pieces) == len(kept["owed"][-1]) + 1
    assert len(drawn) == kept["drawn"]
    before = browser.run(TEXT.format("#documents [role=status]"))
    assert "had probability" in before
    shaded = (
        "[...document.querySelectorAll('.piece')].map(e => e.style.getPropertyValue('--share'))"
    )
    shares = browser.run(shaded)
    browser.click(".piece.drawn", 1)
    assert browser.run(TEXT.format("#documents [role=status]")) != before
    assert browser.run(shaded) != shares


@pytest.mark.parametrize("kind", ["recorded_run", "classifier_run", "causal_run"])
def test_hostile_texts_are_shown_and_nothing_of_them_runs(
    look, kind: str, hostile: Sequence[str], request: pytest.FixtureRequest
) -> None:
    run = request.getfixturevalue(kind)(names=hostile, documents=1, sample=6)
    browser = look(write_report(run))
    scripts = browser.run("document.scripts.length")
    open_edge(browser, 0)
    if browser.run("document.querySelector('.edge-examples') !== null"):
        browser.click(".edge-examples summary")
    assert "alert(1)" in browser.run(TEXT.format("#documents"))
    assert browser.run("document.scripts.length") == scripts
    assert browser.run("document.querySelectorAll('#documents img').length") == 0
