import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from causattn.report import draw_figures, write_report
from causattn.results import Run

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "javascript:alert(1)",
    "</style><style>*{}",
    "\x1b[31m",
    "名前",
    "&lt;b&gt;",
)
VOID = {"meta", "img", "br"}


class Page(HTMLParser):
    """Collects tags and text, and checks that tags are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += data


def read(run: Run) -> Page:
    page = Page()
    page.feed(write_report(run).read_text(encoding="utf-8"))
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


def test_it_needs_no_network_and_runs_no_script(made_run: Callable[..., Run]) -> None:
    run = made_run()
    draw_figures(run)
    page = read(run)
    policy = [a["content"] for tag, a in page.tags if a.get("http-equiv")]
    assert policy[0] is not None
    assert policy[0].startswith("default-src 'none'; img-src data:;")
    assert "script" not in policy[0]
    for tag, attributes in page.tags:
        assert tag not in ("script", "link", "iframe", "object", "base", "form")
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href"):
            assert (attributes.get(name) or "data:").startswith("data:")


def test_hostile_text_stays_text(made_run: Callable[..., Run]) -> None:
    run = made_run(names=HOSTILE, config={"seed": 0, "corpus": {"path": "<script>x</script>"}})
    draw_figures(run)
    page = read(run)
    tags = {tag for tag, _ in page.tags}
    assert "script" not in tags
    assert sum(tag == "style" for tag, _ in page.tags) == 1
    assert "<script>alert(1)</script>" in page.text
    assert "{{ 7 * 7 }}" in page.text
    assert "49" not in re.findall(r"\d+", page.text.replace("0.49", ""))
    assert "\x1b" not in page.text
    assert "\\x1b[31m" in page.text
    assert "名前" in page.text


@pytest.mark.parametrize("about", [{"with_truth": False}, {"names": ("a", "b"), "edges": ()}])
def test_what_is_not_known_is_left_out(
    made_run: Callable[..., Run], about: dict[str, object]
) -> None:
    run = made_run(**about)
    page = read(run)
    assert "nan" not in page.text.lower().split()
    assert not any(tag == "img" for tag, _ in page.tags)
