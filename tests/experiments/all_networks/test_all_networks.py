"""The experiment on every bundled network: its jobs, one run of each outcome, and the page."""

from types import SimpleNamespace

import pytest

from causattn.corpora import bundled_networks
from experiments.all_networks.measure import jobs, measure, page


def test_every_network_has_a_job_for_each_size():
    settings = SimpleNamespace(networks=[], documents=[5, 50], timeout_s=9, memory_gb=2)
    found = list(jobs(settings))
    assert {job["network"] for job in found} == set(bundled_networks())
    assert len(found) == 2 * len(bundled_networks())
    assert found[0]["network"] in ("cancer", "earthquake")  # small ones first


class Context(SimpleNamespace):
    def figure(self, name, value):
        return name, value


@pytest.mark.slow
def test_a_run_is_done_or_says_why_not():
    job = {"network": "asia", "documents": 300, "timeout_s": 300, "memory_gb": 8}
    (done,) = measure(job, Context(seed=0))
    assert done["outcome"] == "done"
    assert done["features"] + done["constant"] == 8
    assert done["SHD"] is not None
    assert done["effects"] > 0
    (ended,) = measure({**job, "timeout_s": 0.01}, Context(seed=0))
    assert ended["outcome"] == "not done"
    assert ended["why"].startswith("The run took longer than limits.timeout_s=0.01")
    found = page([{**job, **done}, {**job, **ended}], Context())
    assert found.figures == [("networks that ran end to end at 300 documents", 1)]
    assert list(found.tables) == ["300 documents", "300 documents: not done, and why"]
