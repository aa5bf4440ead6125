from pathlib import Path

from causattn.report.page.sweep_page import table_of_runs, write_sweep_report


def test_a_sweep_without_anything_to_compare_still_lists_its_runs(run_in, tmp_path: Path) -> None:
    run_in(tmp_path / "sweep" / "a", with_truth=False)
    page = write_sweep_report(tmp_path / "sweep", tmp_path / "page.html").read_text("utf-8")
    assert "Leaderboard" not in page
    assert "<h2>Runs</h2>" in page
    assert "<h2>Notes</h2>" in page


def test_links_are_relative_and_escaped(run_in, tmp_path: Path) -> None:
    import pandas as pd

    sweep = tmp_path / "sweep"
    name = "javascript:alert(1) #?"
    run = run_in(sweep / name)
    (run.folder / "report.html").write_text("")
    runs = pd.DataFrame({"folder": [name], "status": ["finished"], "reason": [None]})
    assert table_of_runs(runs, sweep, sweep)["links"] == [
        "javascript%3Aalert%281%29%20%23%3F/report.html"
    ]
    assert table_of_runs(runs, sweep, tmp_path / "elsewhere")["links"] == [None]
