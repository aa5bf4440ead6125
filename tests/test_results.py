"""``results/`` is what a sceptic reads: small, a page an experiment, every row with its commit."""

from pathlib import Path

import pytest

from causattn.reproduction import experiment_names, find_experiment, read_record
from causattn.results import read_rows

RESULTS = Path(__file__).resolve().parents[1] / "results"
MADE = ("cache", "runs", "short", "sweeps")
FOLDERS = sorted(path.name for path in RESULTS.iterdir() if path.is_dir() and path.name not in MADE)
RECORDED = [name for name in FOLDERS if (RESULTS / name / "result.json").is_file()]
LARGEST = 4_000_000
SHOWN = {"README.md", "result.json", "rows.parquet"}


def test_all_of_it_is_small():
    files = [path for name in FOLDERS for path in (RESULTS / name).rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < LARGEST


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_is_a_page_a_table_and_the_pictures_that_the_page_shows(name):
    page = (RESULTS / name / "README.md").read_text(encoding="utf-8")
    for path in (RESULTS / name).iterdir():
        assert path.is_file()
        assert path.name in SHOWN or (path.suffix == ".png" and f"]({path.name})" in page)


@pytest.mark.parametrize("name", RECORDED)
def test_a_record_belongs_to_an_experiment_and_says_at_what_commit(name):
    assert name in experiment_names()
    record, rows = read_record(RESULTS / name)
    assert record.name == name
    assert not record.short
    assert all(made["commit"] for made in record.made)
    assert all(row["commit"] for row in rows)


@pytest.mark.parametrize("name", sorted({*experiment_names()} - {*RECORDED}))
def test_an_experiment_without_a_record_says_so(name):
    claim = (RESULTS.parent / "experiments" / name / "claim.md").read_text(encoding="utf-8")
    assert "no record yet" in " ".join(claim.split())


@pytest.mark.parametrize("name", RECORDED)
def test_every_record_has_rows_each_with_its_commit(name):
    rows = read_rows(RESULTS / name / "rows.parquet")
    assert rows
    assert all(row["commit"] and row["job"] for row in rows)


@pytest.mark.parametrize("name", RECORDED)
def test_a_record_is_that_of_the_protocol(name):
    """Its jobs are those of today's protocol, so that the page can be written again."""
    experiment = find_experiment(name)
    rows = read_record(RESULTS / name)[1]
    jobs = {job.name for job in experiment.jobs(experiment.settings())}
    assert {row["job"] for row in rows} <= jobs
