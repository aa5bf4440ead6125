import base64
import json
import re
import shutil
from collections.abc import Callable
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from causattn.base import visible, write_json
from causattn.report import draw_figures, write_report
from causattn.results import Run, load_run

VOID = {"meta", "img", "br"}


class Page(HTMLParser):
    """Collects tags and text, and checks that tags are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.data = ""
        self.source = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.data += data if self.tags[-1][1].get("id") == "data" else ""
        elif self.open and self.open[-1] != "style":
            self.text += data


def read(run: Run) -> Page:
    page = Page()
    page.source = write_report(run).read_text(encoding="utf-8")
    page.feed(page.source)
    assert page.open == []
    return page


def test_the_page_says_what_the_run_found(made_run: Callable[..., Run]) -> None:
    run = made_run()
    draw_figures(run)
    page = read(run)
    for edge in run.graph.edges():
        assert edge.source in page.text
    assert "The data show an effect" in page.text
    assert "causattn run seed=0" in page.text
    assert "mutual information" in page.text
    assert "corpus.network" in page.text
    assert sum(tag == "img" for tag, _ in page.tags) == 4


def test_it_needs_no_network_and_runs_no_script_but_its_own(made_run: Callable[..., Run]) -> None:
    run = made_run()
    draw_figures(run)
    page = read(run)
    policy = next(a["content"] for tag, a in page.tags if a.get("http-equiv")) or ""
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules.pop("default-src") == "'none'"
    for name, block in (("script-src", "script"), ("style-src", "style")):
        text = re.findall(rf"<{block}>(.*?)</{block}>", page.source, re.DOTALL)
        digest = base64.b64encode(sha256(text[0].encode()).digest()).decode()
        assert (len(text), rules.pop(name)) == (1, f"'sha256-{digest}'")
    assert rules == {"img-src": "data:", "base-uri": "'none'", "form-action": "'none'"}
    for tag, attributes in page.tags:
        assert tag not in ("link", "iframe", "object", "base", "form")
        assert not any(name.startswith("on") or name == "style" for name in attributes)
        for name in ("src", "href"):
            value = attributes.get(name) or "data:"
            assert value.startswith(("data:", "#"))


def test_hostile_text_stays_text(made_run: Callable[..., Run], hostile: tuple[str, ...]) -> None:
    run = made_run(names=hostile, config={"seed": 0, "corpus": {"path": "<script>x</script>"}})
    draw_figures(run)
    page = read(run)
    # The data and the bundle; nothing that a name said became an element.
    assert [a for tag, a in page.tags if tag == "script"] == [
        {"type": "application/json", "id": "data"},
        {},
    ]
    assert sum(tag == "style" for tag, _ in page.tags) == 1
    assert "<script>alert(1)</script>" in page.text
    assert "{{ 7 * 7 }}" in page.text
    assert "49" not in re.findall(r"\d+", page.text.replace("0.49", ""))
    assert "\x1b" not in page.source
    assert "\\x1b[31m" in page.text
    assert "名前" in page.text
    data = json.loads(page.data)
    assert set(data["graph"]["names"]) == {visible(name) for name in hostile}
    for character in "<>&\u2028\u2029":
        assert character not in page.data


@pytest.mark.parametrize("about", [{"with_truth": False}, {"names": ("a", "b"), "edges": ()}])
def test_what_is_not_known_is_left_out(
    made_run: Callable[..., Run], about: dict[str, object]
) -> None:
    run = made_run(**about)
    page = read(run)
    assert "nan" not in page.text.lower().split()
    assert not any(tag == "img" for tag, _ in page.tags)


def test_the_same_run_gives_the_same_bytes(made_run: Callable[..., Run], tmp_path: Path) -> None:
    run = made_run()
    pages = []
    for number, seconds in enumerate((1.5, 99.0)):
        folder = tmp_path / f"2026-11-3{number}_12-00-0{number}_run"
        shutil.copytree(run.folder, folder)
        took = {"timing": {"corpus_s": seconds}, "reused": ["corpus"] * number}
        write_json(folder / "timing.json", took)
        pages.append(write_report(load_run(folder)).read_bytes())
    assert pages[0] == pages[1]


def test_what_was_found_stands_before_the_graph(run_in: Callable[..., Run], tmp_path: Path) -> None:
    run = run_in(tmp_path / "run", config={"seed": 0, "effects": {"kind": "dowhy"}})
    page = write_report(run).read_text(encoding="utf-8")
    finding = page.index('<ul class="finding">')
    assert page.index("<h1>") < finding < page.index('<section id="graph">')
    assert "each arrow was checked" in page
    assert run.truth is not None
    missed = int((run.truth.skeleton() & ~run.graph.skeleton()).sum()) // 2
    assert missed > 0
    assert f"truth&#39;s {run.truth.edge_count} edges the graph misses {missed}: " in page
    other = run_in(tmp_path / "other", config={"seed": 0, "effects": {"kind": "none"}})
    said = write_report(other).read_text(encoding="utf-8")
    assert "its arrows were not checked (effects=none)" in said
    assert "each arrow was checked" not in said
