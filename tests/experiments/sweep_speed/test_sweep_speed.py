"""The benchmark of sweeps: what wall time is held against, its page, and all of it in small."""

import pytest

from experiments.sweep_speed.overhead import write_plain_conf
from experiments.sweep_speed.page import parallel
from experiments.sweep_speed.parallel import compared, sweeps


def line(process, began, seconds, processor):
    return {
        "process": process,
        "began": began,
        "seconds": seconds,
        "processor_seconds": processor,
    }


def test_what_a_parallel_sweep_is_held_against():
    """Four jobs, which one worker does in 10 + 2 + 2 + 2 seconds, done by two in 14."""
    alone = [line(1, start, seconds, seconds) for start, seconds in [(1, 10), (11, 2), (13, 2)]]
    alone.append(line(1, 15, 2, 2))
    many = [line(2, 1, 12, 11), line(3, 1, 3, 3), line(3, 4, 3, 3), line(3, 7, 3, 3)]
    found = compared(alone, many, wall=14.0, workers=2)
    assert found["work_s"] == 16
    assert found["over"] == 0.75
    assert found["over_chain"] == round(14 / 13 - 1, 4)
    assert found["busy_s"] == 20
    assert found["over_busy"] == 0.4
    assert found["slower"] == 0.25
    assert found["jobs_span_s"] == 12
    assert found["idle_at_end_s"] == 3


def test_sixty_jobs_each():
    from hydra.core.override_parser.overrides_parser import OverridesParser

    parser = OverridesParser.create()
    for quick, jobs in ((False, 60), (True, 6)):
        for given in sweeps(quick).values():
            counts = [
                len(list(each.sweep_string_iterator())) if each.is_sweep_override() else 1
                for each in parser.parse_overrides(given)
            ]
            product = 1
            for count in counts:
                product *= count
            assert product == jobs


def test_the_page_says_what_was_reached():
    found = {"name": "a kind", "jobs": 60, "workers": 3, "wall_s": 22.0, "alone_wall_s": 63.0}
    found |= {"work_s": 60.0, "longest_job_s": 5.0, "over": 0.1, "over_chain": -0.06}
    found |= {"busy_s": 63.0, "over_busy": 0.05, "slower": 0.07, "identical": 60}
    found |= {"jobs_span_s": 20.0, "idle_at_end_s": 1.5}
    work, own, same = parallel(found)
    said = "wall time (22.0 s) over unique work / workers (20.0 s; one worker alone took 63 s)"
    assert said in work[0]
    assert work[2:] == ("+10.0%; over its longest job and the rest / workers -6.0%", "yes")
    assert "/ workers (21.0 s), which leaves the sweep's own cost: 2.0 s before" in own[0]
    assert "0.5 s a worker with nothing left" in own[0]
    assert own[2].startswith("+5.0%; jobs beside each other took +7.0% of processor time")
    assert same[1:] == ("the same bytes", "60 of 60 jobs", "yes")
    missed = list(parallel(found | {"over": 0.2, "identical": 59}))
    assert (missed[0][3], missed[2][3]) == ("no", "no")


def test_a_plain_application_has_nothing_of_ours(tmp_path):
    write_plain_conf(tmp_path / "conf")
    assert "causattn." not in (tmp_path / "conf" / "config.yaml").read_text()
    assert not (tmp_path / "conf" / "hydra").exists()


def test_jobs_are_collected_in_small(in_small):
    rows, page = in_small("sweep_speed", "overhead={}", "parallel={}")
    assert [row["jobs"] for row in rows] == [10, 20]
    assert all(row["memory_most_mb"] >= row["memory_before_mb"] > 0 for row in rows)
    assert "| collecting 20 jobs, " in page


@pytest.mark.slow
def test_all_parts_in_small(in_small):
    assert in_small("sweep_speed")[1].count("| yes |") >= 4
