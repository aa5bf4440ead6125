from pathlib import Path

from causattn.papers import Figure, Findings, gathering_page, write_outcome
from causattn.papers.outcome import Outcome

RESULTS = Path(__file__).resolve().parents[2] / "results"


def an_outcome(figures):
    return Outcome(
        paper="sachs",
        citation="Somebody 2005",
        claim="A claim.",
        command="causattn reproduce sachs",
        settings={},
        short=False,
        seed=3,
        seconds=1.5,
        commit="abc",
        versions={},
        figures=figures,
        tables={},
        pictures={},
        remarks=["A remark."],
    )


def test_page_counts_outcomes_and_lists_other_pages(tmp_path):
    figures = [Figure("a", 1.0, 1.0, (1.0, 1.0)), Figure("b", 1.0, 2.0, (1.0, 1.0))]
    write_outcome(an_outcome(figures), Findings(figures=figures), tmp_path / "papers")
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "speed.md").write_text("# How fast\n")
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "own.md").write_text("# A run\n")
    page = gathering_page(tmp_path)
    row = next(line for line in page.splitlines() if line.startswith("| [sachs]"))
    assert row.split(" | ")[1:5] == ["recompute", "1", "1", "0"]
    assert "- [How fast](benchmarks/speed.md)" in page
    assert "own.md" not in page
    assert "Not run yet: " in page
    assert "- A remark." in page


def test_committed_page_is_the_generated_one():
    assert (RESULTS / "README.md").read_text(encoding="utf-8") == gathering_page(RESULTS)
