"""The scale experiment: its jobs, one tiny study, and a page of stages done and not done."""

from types import SimpleNamespace

import pytest

from experiments.scale.measure import STAGES, jobs, measure, page


def test_a_job_a_size():
    settings = SimpleNamespace(sizes=[[5, 3, 7], [50, 3, 7]], corpus="file", timeout_s=9)
    assert [(job["documents"], job["words"]) for job in jobs(settings)] == [(5, 3), (50, 3)]


@pytest.mark.slow
def test_stages_are_measured_and_late_ones_named():
    job = {"documents": 400, "words": 20, "tokens": 15, "corpus": "file", "timeout_s": 300}
    done = measure(job, None)
    assert {row["stage"] for row in done} == {"writing", *STAGES, "found"}
    late = measure({**job, "documents": 200_000, "timeout_s": 12}, None)
    assert late[-1]["refused"] == "ended after 12 s"
    found = page([*done, *late], None)
    assert list(found.tables["Seconds"].columns)[1:] == list(STAGES)
    assert len(found.tables["Not done"]) == 1
