"""The graph's view, its table and its panel, in a real browser."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from causattn.graphs import CausalGraph, Mark
from causattn.report import ShownRun, show_graph, write_report
from causattn.results import Run, load_run

Look = Callable[..., object]
CIRCUIT = {
    "paths": {"kept": 5, "tried": 9, "possible": 20},
    "documents": {"finding": 8, "trying": 8},
    "preferred": 1.0,
    "faithfulness": 0.5,
    "completeness": 0.9,
    "overlap": {"mean": None},
    "area": {"attribution": 0.4},
}
KIND = ".graph-view .choice button"


@pytest.fixture
def page(recorded_run: Callable[..., ShownRun]) -> Path:
    return write_report(recorded_run(documents=2, sample=12))


@pytest.mark.parametrize("dark", [False, True])
def test_it_opens_without_a_complaint(look, page: Path, tmp_path: Path, dark: bool) -> None:
    browser = look(page, dark=dark)
    assert browser.run("document.querySelectorAll('.edge').length") >= 6
    assert browser.run("document.querySelectorAll('.node').length") == 8
    background = browser.run("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(20, 23, 26)") == dark
    browser.screenshot(tmp_path / "page.png", whole=True)
    assert (tmp_path / "page.png").stat().st_size > 20_000


def test_a_click_on_an_edge_tells_all_its_evidence(look, page: Path) -> None:
    browser = look(page)
    for k in range(3):
        browser.run(
            f"document.querySelectorAll('.edge:not(.gone)')[{k}]"
            ".dispatchEvent(new Event('click', {bubbles: true}))"
        )
        label = browser.run(
            "document.querySelector('.edge.chosen').getAttribute('aria-label').split(' ')"
        )
        said = browser.run("document.querySelector('.panel').innerText")
        assert label[0] in said
        assert label[2] in said
        assert "attention" in said
        assert "Documents behind it" in said
        marks = browser.run("document.querySelectorAll('.panel mark').length")
        assert marks == 6  # both ends in each of three documents
        if label[1] == "-->":
            plain = said.replace("\u2068", "").replace("\u2069", "")
            assert f"on P({label[2]} = yes), no to yes" in plain
    outcomes = "[...document.querySelectorAll('.node.outcome .frame')].length"
    assert browser.run(outcomes) == 1
    assert "Outcome" in browser.run("document.querySelector('.node.outcome').ariaLabel")


def test_variables_without_an_edge_stand_in_rows_beneath(look, made_run) -> None:
    names = [f"variable {k}" for k in range(24)]
    browser = look(write_report(made_run(names=names, edges=((0, 1), (1, 2), (0, 3), (3, 2)))))
    boxes = browser.run(
        "[...document.querySelectorAll('.node')].map(e => { const b = e.getBoundingClientRect();"
        "return [b.left, b.top, b.right, b.bottom] })"
    )
    joined = {
        int(k)
        for key in browser.run("[...document.querySelectorAll('.edge')].map(e => e.dataset.edge)")
        for k in key.split(",")
    }
    lowest = max(boxes[k][3] for k in joined)
    loose = [boxes[k] for k in range(24) if k not in joined]
    assert len(loose) >= 18
    assert all(top > lowest for _, top, _, _ in loose)
    rows = {round(top) for _, top, _, _ in loose}
    assert 2 <= len(rows) < len(loose) / 2
    for k, (left, top, right, bottom) in enumerate(boxes):
        for a, b, c, d in boxes[:k]:
            assert right <= a or c <= left or bottom <= b or d <= top


def test_parts_of_a_model_stand_in_layers_and_no_edge_runs_through_one(look, made_run) -> None:
    names = ["embedding", "0.1", "1.0", "1.1", "2.mlp", "output"]
    pairs = ((0, 1), (1, 2), (2, 5), (1, 5), (0, 5))
    run = made_run(names=names, edges=pairs, with_truth=False)
    drawn = np.zeros((6, 6), dtype=bool)
    drawn[tuple(np.array(pairs).T)] = True
    graph = CausalGraph.from_adjacency(drawn, names, direction="from row to column", kind="dag")
    graph.write(run.folder / "graph.json")
    # The generated graph may have edges of its own; what counts is where they run.
    summary = json.loads((run.folder / "summary.json").read_text())
    summary["circuit"] = CIRCUIT
    (run.folder / "summary.json").write_text(json.dumps(summary))
    browser = look(write_report(load_run(run.folder)))
    boxes = browser.run(
        "Object.fromEntries([...document.querySelectorAll('.node')].map(e => {"
        "const b = e.querySelector('rect').getBoundingClientRect();"
        "return [e.querySelector('title').textContent, [b.left, b.top, b.right, b.bottom]] }))"
    )
    edges = browser.run(
        "[...document.querySelectorAll('.edge')].map(e => { const p = e.querySelector('.line');"
        "const m = p.getScreenCTM(), n = p.getTotalLength(); return [e.dataset.edge,"
        "[...Array(41).keys()].map(k => { const q = p.getPointAtLength(n * k / 40)"
        ".matrixTransform(m); return [q.x, q.y] })] })"
    )
    joined = {"embedding", "0.1", "1.0", "output"}
    assert set(boxes) == joined
    said = browser.run("document.querySelector('.count').innerText")
    assert said == "5 of 5 edges, 2 parts without one left out"
    assert boxes["embedding"][1] > boxes["0.1"][3] > boxes["1.0"][3] > boxes["output"][3]
    for key, points in edges:
        ends = {names[int(k)] for k in key.split(",")}
        for name in joined - ends:
            left, top, right, bottom = boxes[name]
            assert not any(left < x < right and top < y < bottom for x, y in points), (key, name)


def test_an_edge_without_a_direction_has_the_larger_score_of_both(look, made_run) -> None:
    run = made_run()
    frame = pd.read_parquet(run.folder / "evidence.parquet")
    frame["candidate_score"] = 0.125
    frame["candidate_strength"] = 0.875
    frame.to_parquet(run.folder / "evidence.parquet")
    browser = look(write_report(load_run(run.folder)))
    told = browser.run(
        "[...document.querySelectorAll('#evidence tbody tr')]"
        ".map(row => [row.cells[0].innerText, row.cells[1].innerText])"
    )
    assert {score for edge, score in told if "—" in edge} == {"0.875"}
    assert {score for edge, score in told if "→" in edge} == {"0.125"}


def test_hidden_causes_are_drawn_and_said_in_the_words_of_the_tables(look, made_run) -> None:
    run = made_run()
    frame = pd.read_parquet(run.folder / "evidence.parquet")
    first, second, *_ = [(edge[0], edge[1]) for edge in run.graph.edges()]
    for (one, other), edges, verdicts in (
        (first, ("<->", "<->"), ("absent", "absent")),
        (second, ("o->", "<-o"), ("open", "absent")),
    ):
        for pair, edge, verdict in zip(((one, other), (other, one)), edges, verdicts, strict=True):
            rows = (frame["source"] == pair[0]) & (frame["target"] == pair[1])
            frame.loc[rows, ["discovery_edge", "verdict"]] = edge, verdict
    frame.to_parquet(run.folder / "evidence.parquet")
    browser = look(write_report(load_run(run.folder)))
    said = browser.run(
        "[...document.querySelectorAll('#evidence tbody tr')].map(row => [row.cells[0].innerText,"
        "row.querySelector('.confounded, .may-be-confounded')?.innerText ?? ''])"
    )
    words = {edge.split()[1]: word for edge, word in said if word}
    assert words == {"↔": "confounded", "o→": "may be confounded"}
    strokes = browser.run(
        "[...document.querySelectorAll('.edge:not(.gone) .line')]"
        ".map(line => getComputedStyle(line).stroke)"
    )
    assert "none" not in strokes
    assert "rgb(155, 79, 150)" in strokes


def test_the_mouse_and_the_keyboard_both_choose(look, page: Path) -> None:
    browser = look(page)
    x, y = browser.run(
        "(() => { const line = document.querySelector('.edge:not(.gone) .line');"
        "line.scrollIntoView({block: 'center'});"
        "const half = line.getPointAtLength(line.getTotalLength() / 2);"
        "const at = half.matrixTransform(line.getScreenCTM()); return [at.x, at.y] })()"
    )
    browser.press(x, y)
    browser.release(x, y)
    first = browser.run("document.querySelector('.edge.chosen').dataset.edge")
    assert first == browser.run("document.querySelector('.edge:not(.gone)').dataset.edge")
    browser.run("document.querySelectorAll('.edge:not(.gone)')[1].focus()")
    browser.key("Enter")
    second = browser.run("document.querySelector('.edge.chosen').dataset.edge")
    assert second != first


def test_every_kind_of_evidence_that_is_there_colours_the_edges(look, page: Path) -> None:
    browser = look(page)
    kinds = browser.run(
        f"[...document.querySelectorAll('{KIND}')].map(b => [b.textContent, b.disabled])"
    )
    known = {"About the documents", "Truth", "Attention", "Test", "DoWhy", "Intervention"}
    assert {words for words, disabled in kinds if not disabled} == known
    assert ["Bootstrap", True] in kinds
    colours = set()
    for words in sorted(known):
        browser.click_text(KIND, words)
        colours.add(
            browser.run("[...document.querySelectorAll('.line')].map(l => l.style.stroke).join()")
        )
    assert len(colours) >= 5


def test_the_truth_shows_what_is_missing(look, page: Path) -> None:
    browser = look(page)
    gone = "document.querySelectorAll('.edge.gone').length"
    assert browser.run(gone) > 0
    browser.click_text(KIND, "Truth")
    assert browser.run(gone) == 0
    legend = browser.run("document.querySelector('.legend').innerText")
    for words in ("right", "reversed", "extra", "missing"):
        assert words in legend


def test_threshold_search_and_neighbourhood_fade_the_rest(look, page: Path) -> None:
    browser = look(page)
    faint = "document.querySelectorAll('.edge.faint').length"
    assert browser.run(faint) == 0
    browser.run(
        "(() => { const s = document.querySelector('.graph-view input[type=range]');"
        "s.value = s.max; s.dispatchEvent(new Event('input')) })()"
    )
    edges = browser.run("document.querySelectorAll('.edge:not(.gone)').length")
    assert browser.run(faint) >= edges - 1
    browser.click_text(".graph-view button", "Reset")
    assert browser.run(faint) == 0
    browser.type(".graph-view input[type=search]", "lung")
    assert browser.run("document.querySelectorAll('.node.found').length") == 1
    browser.click_text(".graph-view button", "Reset")
    browser.click(".node[data-node='5']")
    assert browser.run("document.querySelectorAll('.node.focus').length") == 1
    assert browser.run(faint) > 0
    assert "either" in browser.run("document.querySelector('.count').innerText")


def test_a_dragged_node_is_pinned_until_it_is_let_go(look, page: Path) -> None:
    browser = look(page)
    place = "document.querySelector('.node').getAttribute('transform')"
    before = browser.run(place)
    x, y = browser.middle(".node")
    browser.press(x, y)
    for step in range(1, 5):
        browser.mouse("mouseMoved", x + 15 * step, y + 5 * step, buttons=1, button="left")
    browser.release(x + 60, y + 20)
    assert browser.run(place) != before
    assert browser.run("document.querySelector('.node').classList.contains('pinned')")
    assert browser.run("document.querySelectorAll('.node.focus').length") == 0
    # The click that ends a drag is kept from the node, for as long as a timer of 0 ms takes.
    browser.run("new Promise(done => setTimeout(done, 30))")
    browser.click_text(".graph-view button", "Reset")
    assert browser.run(place) == before


def test_the_table_sorts_filters_and_chooses(look, page: Path) -> None:
    browser = look(page)
    column = "[...document.querySelectorAll('#evidence tbody tr')].map(r => r.cells[1].textContent)"
    values = [float(text) for text in browser.run(column)]
    assert values == sorted(values, reverse=True)
    browser.click_text("#evidence thead button", "attention")
    assert [float(text) for text in browser.run(column)] == sorted(values)
    browser.click("#evidence tbody tr")
    chosen = browser.run("document.querySelector('.edge.chosen').getAttribute('aria-label')")
    row = browser.run("document.querySelector('#evidence tbody tr').cells[0].textContent")
    assert row.split()[0].strip("\u2068\u2069") in chosen
    browser.type("#evidence input[type=search]", "smoke")
    shown = browser.run(
        "[...document.querySelectorAll('#evidence tbody tr')].map(r => r.textContent)"
    )
    assert shown
    assert all("smoke" in text for text in shown)


def test_the_theme_can_be_turned(look, page: Path) -> None:
    browser = look(page)
    browser.click("#theme")
    assert browser.run("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 26)"


def test_200_nodes_and_1000_edges_open_in_two_seconds(look, made_run: Callable[..., Run]) -> None:
    rng = np.random.default_rng(0)
    pairs = np.argwhere(np.triu(np.ones((200, 200)), 1))
    edges = pairs[rng.choice(len(pairs), 1000, replace=False)]
    run = made_run(
        names=[f"variable_{k}" for k in range(200)], edges=[(int(i), int(j)) for i, j in edges]
    )
    page = write_report(run)
    seconds = []
    for _ in range(3):
        browser = look(page)
        browser.call("Performance.enable", timeDomain="threadTicks")
        browser.open(page)
        assert browser.run("document.querySelectorAll('.edge').length") > 1000
        figures = browser.call("Performance.getMetrics")["metrics"]
        seconds.append(next(f["value"] for f in figures if f["name"] == "TaskDuration"))
    # Seconds of the page's own thread, since the machine may be busy with other things.
    assert min(seconds) < 2, seconds


def test_each_end_of_an_edge_has_its_mark(look, tmp_path: Path) -> None:
    tail, arrow, circle = Mark.TAIL, Mark.ARROW, Mark.CIRCLE
    # i and j, the mark at i's end and that at j's.
    edges = {(0, 1): (tail, arrow), (0, 2): (tail, tail), (1, 3): (arrow, arrow)}
    edges |= {(2, 3): (circle, arrow), (3, 4): (circle, circle)}
    marks = np.zeros((5, 5), dtype=np.int8)
    for (i, j), (at_i, at_j) in edges.items():
        marks[j, i], marks[i, j] = at_i, at_j
    graph = CausalGraph(tuple("abcde"), marks, kind="pag")
    browser = look(show_graph(graph).write(tmp_path / "pag.html"))
    found = browser.run(
        "Object.fromEntries([...document.querySelectorAll('.edge')].map(e => [e.dataset.edge,"
        "[...e.querySelectorAll('.mark')].map(m => { const d = m.getAttribute('d');"
        "return !d ? 'TAIL' : d.includes('a') ? 'CIRCLE' : 'ARROW' })]))"
    )
    assert found == {f"{i},{j}": [a.name, b.name] for (i, j), (a, b) in edges.items()}
    marks_drawn = "[...document.querySelectorAll('.edge .mark')]"
    circles = f"{marks_drawn}.filter(m => m.getAttribute('d').includes('a'))"
    assert browser.run(f"{circles}.length") == 3
    assert browser.run(f"{circles}.every(m => m.style.fill === 'var(--paper)')")
