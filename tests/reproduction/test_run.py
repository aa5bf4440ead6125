"""Jobs are measured once, kept by what they depend on, and recorded when all are there."""

import json
from importlib import import_module

import pandas as pd
import pytest
from PIL import Image

from causattn.base import ArtefactError
from causattn.reproduction import (
    experiments_folder,
    find_experiment,
    overview_page,
    read_record,
    reproduce,
    rewrite_page,
)
from causattn.reproduction.rows import PROVENANCE
from causattn.results import read_rows

stale = import_module("causattn.reproduction.stale")


def done(plan, results, **how):
    said = []
    return reproduce(plan, results, said=said.append, **how), said


def test_nothing_counts_as_measured_before_it_is(plan, tmp_path):
    assert [there for _, there in plan().jobs()] == [False]
    done(plan(), tmp_path / "out")
    assert [there for _, there in plan().jobs()] == [True]
    # A record is no cache: with another cache the same record changes nothing.
    (tmp_path / "cache").rename(tmp_path / "away")
    assert [there for _, there in plan().jobs()] == [False]


def test_every_row_says_what_it_was_measured_with(plan, tmp_path):
    done(plan(sides=[6, 20]), tmp_path / "out")
    record, rows = read_record(tmp_path / "out")
    assert [row["sides"] for row in rows] == [6, 20]
    assert all(set(PROVENANCE) - {"commit"} <= set(row) for row in rows)
    assert all(row["versions"]["causattn"] for row in rows)
    assert rows[0]["list"] == [1, 2]
    assert rows[0]["nothing"] is None
    assert record.made[0]["jobs"] == 2


def test_only_what_is_missing_is_measured_and_fresh_measures_all(plan, tmp_path):
    assert len(done(plan(sides=[6]), tmp_path / "out")[1]) == 1
    assert len(done(plan(sides=[6, 8]), tmp_path / "out")[1]) == 1
    assert len(done(plan(sides=[6, 8]), tmp_path / "out", fresh=True)[1]) == 2


def test_record_is_written_only_when_all_jobs_are_there(plan, tmp_path):
    found, said = done(plan(sides=[6, 8]), tmp_path / "out", only="sides=8")
    assert found is None
    assert len(said) == 1
    assert not (tmp_path / "out").exists()
    found, said = done(plan(sides=[6, 8]), tmp_path / "out", minutes=-1)
    assert found is None
    assert said == []
    found, said = done(plan(sides=[6, 8]), tmp_path / "out")
    assert found is not None
    assert len(said) == 1


def test_a_part_is_measured_again_and_the_rest_of_the_record_kept(plan, tmp_path):
    done(plan(sides=[6, 8]), tmp_path / "out")
    before = {row["sides"]: row for row in read_record(tmp_path / "out")[1]}
    (tmp_path / "cache").rename(tmp_path / "away")
    how = {"only": "sides=8"}
    assert done(plan(sides=[6, 8], seed=1), tmp_path / "out", **how)[0] is None
    (tmp_path / "cache").rename(tmp_path / "with one of them")
    found, said = done(plan(sides=[6, 8], seed=1), tmp_path / "out", keep=True, **how)
    assert len(said) == 1
    after = {row["sides"]: row for row in read_record(tmp_path / "out")[1]}
    assert after[6] == before[6]
    assert after[8]["mean"] != before[8]["mean"]
    assert found[0].made[0]["jobs"] == 2


def test_stale_rows_are_marked_and_measured_again_and_the_others_kept(plan, tmp_path):
    out = tmp_path / "out"
    done(plan(sides=[6, 8]), out)
    rows = pd.read_parquet(out / "rows.parquet")
    rows.loc[rows["sides"] == 8, ["code", "mean"]] = ["0" * 64, -1.0]
    rows.to_parquet(out / "rows.parquet")
    rewrite_page(plan(sides=[6, 8]), out)
    assert [made["stale"] for made in read_record(out)[0].made] == [
        "",
        "its experiment has changed",
    ]
    assert "its experiment has changed" in (out / "README.md").read_text()
    _, said = done(plan(sides=[6, 8]), out, stale=True)
    assert [line.partition(":")[0] for line in said] == ["sides=8 throws=50"]
    assert all(row["mean"] > 0 for row in read_record(out)[1])
    assert [made["stale"] for made in read_record(out)[0].made] == [""]
    assert done(plan(sides=[6, 8]), out, stale=True)[1] == []


@pytest.mark.parametrize(
    ("code", "commit", "expected"),
    [
        ("now", "0123456789ab", ""),
        ("then", "0123456789ab", "its experiment has changed"),
        (None, "by 1123456", "3 commits ago"),
        ("now", "2123456 to 3123456, changed", "1 commit ago"),
        (None, "unknown", ""),
    ],
)
def test_why_rows_are_stale(monkeypatch, code, commit, expected):
    since = {"0": 0, "1": 3, "2": 1}
    monkeypatch.setattr(stale, "commits_since", lambda commit, *_: since[commit[0]])
    assert stale.why_stale("dice", "now", {"code": code, "commit": commit}) == expected


def test_what_was_measured_outlives_a_job_that_fails(plan, tmp_path):
    with pytest.raises(ValueError, match="no side"):
        done(plan(sides=[6, 0]), tmp_path / "out")
    assert [there for _, there in plan(sides=[6, 0]).jobs()] == [True, False]


@pytest.mark.parametrize(
    ("file", "again"),
    [("measure.py", True), ("words.py", True), ("page.py", False), ("claim.md", False)],
)
def test_a_change_of_the_code_measures_again_but_not_one_of_the_page(
    plan, dice, change, tmp_path, file, again
):
    done(plan(), tmp_path / "out")
    change(file, (dice / file).read_text() + "\n# changed\n")
    assert plan().jobs()[0][1] is not again


def test_seed_and_job_are_part_of_what_is_kept(plan, tmp_path):
    done(plan(seed=1), tmp_path / "out")
    assert not plan(seed=2).jobs()[0][1]
    assert not plan(seed=1, throws=7).jobs()[0][1]
    assert plan(seed=1).jobs()[0][1]


def test_page_has_figures_tables_notes_pictures_and_remarks(plan, tmp_path):
    (record, page), _ = done(plan(short=True), tmp_path / "out")
    text = page.read_text()
    assert text.startswith("# Dice (short version)\n\nSomebody 2020, On dice.\n")
    assert "a die shows three and a half in the mean." in text
    assert "| mean of 6 | 3.5 |" in text
    assert "Of 5 throws." in text
    assert "![Dice](dice.png)" in text
    assert "- A remark." in text
    with Image.open(tmp_path / "out" / "dice.png") as picture:
        assert picture.mode == "P"
    assert [figure.outcome for figure in record.findings.figures] == ["pass"]
    kept = json.loads((tmp_path / "out" / "result.json").read_text())
    assert kept["settings"] == {"throws": 5, "sides": [6]}


def test_page_is_written_again_from_the_record_alone(plan, change, tmp_path):
    with pytest.raises(ArtefactError, match=r"no result\.json"):
        rewrite_page(plan(), tmp_path / "out")
    done(plan(), tmp_path / "out")
    change("measure.py", "def measure(job, context):\n    raise AssertionError\n")
    change("page.py", "A remark.", "Another remark.")
    record, page = rewrite_page(plan(), tmp_path / "out")
    assert "- Another remark." in page.read_text()
    assert record.command == "causattn reproduce dice"


def test_pictures_that_are_no_longer_shown_are_taken_away(plan, change, tmp_path):
    done(plan(), tmp_path / "out")
    change("page.py", "dice.png", "other.png")
    rewrite_page(plan(), tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").glob("*.png")} == {"other.png"}


FINDINGS = """
import pandas as pd
from PIL import Image

from causattn.reproduction import Findings, Figure


def measure(settings, context):
    picture = context.folder / "one.png"
    Image.new("RGB", (9, 9)).save(picture)
    return Findings(
        [Figure("throws", 5, settings.throws, "equal")],
        {"Rows": pd.DataFrame({"name": ["a|b"], "value": [float("nan")]})},
        pictures={"One": picture},
    )
"""


def test_one_piece_may_give_findings_itself(plan, dice, change, tmp_path):
    change("measure.py", FINDINGS)
    (dice / "page.py").unlink()
    for _ in range(2):  # measured, then from the cache
        (record, page), said = done(plan(short=True), tmp_path / "out")
        assert record.findings.figures[0].outcome == "pass"
        assert "a\\|b" in page.read_text()
        assert (tmp_path / "out" / "one.png").is_file()
    assert said == []
    back, rows = read_record(tmp_path / "out")
    assert back.findings.figures == record.findings.figures
    assert rows == []
    assert back.made[0]["jobs"] == 1
    (kept,) = read_rows(tmp_path / "out" / "rows.parquet")
    assert (kept["figure"], kept["here"], kept["outcome"]) == ("throws", 5, "pass")
    assert kept["commit"] == record.made[0]["commit"]


def test_without_a_page_all_rows_are_shown(plan, dice, tmp_path):
    (dice / "page.py").unlink()
    (_, page), _ = done(plan(sides=[6, 8]), tmp_path / "out")
    assert "| sides | throws | mean | list |" in page.read_text()


def test_overview_has_a_line_a_record_and_the_gaps(plan, tmp_path):
    done(plan(), tmp_path / "dice_thrown")
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "speed.md").write_text("# How fast\n")
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "own.md").write_text("# A run\n")
    page = overview_page(tmp_path)
    row = next(line for line in page.splitlines() if line.startswith("| [Dice]"))
    assert row.split(" | ")[1:5] == ["recompute", "1", "0", "0"]
    assert "- [How fast](benchmarks/speed.md)" in page
    assert "own.md" not in page
    assert "Gaps" not in page


def test_committed_overview_is_the_generated_one():
    results = experiments_folder().parent / "results"
    assert (results / "README.md").read_text(encoding="utf-8") == overview_page(results)


def test_workers_measure_the_same(plan, tmp_path):
    done(plan(sides=[6, 8]), tmp_path / "alone")
    (tmp_path / "cache").rename(tmp_path / "away")
    _, said = done(plan(sides=[6, 8]), tmp_path / "together", workers=2)
    assert len(said) == 2
    rows = [
        [row["mean"] for row in read_record(tmp_path / name)[1]] for name in ("alone", "together")
    ]
    assert rows[0] == rows[1]


def test_what_is_measured_depends_on_experiments_that_are_imported(dice, change):
    other = dice.parent / "coins"
    other.mkdir()
    (other / "words.py").write_text("SIDES = 2\n")
    change("words.py", 'from experiments.coins.words import SIDES\n\nNAME = "list"\n')
    before = find_experiment(str(dice)).code
    (other / "words.py").write_text("SIDES = 3\n")
    assert find_experiment(str(dice)).code != before
