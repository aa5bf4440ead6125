"""Which job is begun next: simulated sweeps, where a job takes as long as is said here."""

import heapq
import random
import time
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from causattn.cli.prepared import Job
from causattn.cli.processes import Waiting, what_others_wait_for_first


def jobs_of(*configs: dict[str, Any]) -> list[Job]:
    return [Job(number, (), f"{number:x}", config) for number, config in enumerate(configs)]


def test_every_model_is_begun_before_anything_waits_for_one() -> None:
    grid = product(range(3), ("pc", "ges", "boss"))
    jobs = jobs_of(*({"seed": seed, "discovery": {"kind": kind}} for seed, kind in grid))
    order = [job.number for job in what_others_wait_for_first(jobs)]
    assert order == [0, 3, 6, 1, 2, 4, 5, 7, 8]


def test_then_every_attention_then_the_rest_model_by_model() -> None:
    grid = product(("pc", "ges"), ("masked", "observed"), range(2))
    jobs = jobs_of(
        *(
            {"seed": seed, "attention": {"query": query}, "discovery": {"kind": kind}}
            for kind, query, seed in grid
        )
    )
    order = [job.number for job in what_others_wait_for_first(jobs)]
    assert order == [0, 1, 2, 3, 4, 6, 5, 7]


def test_it_is_a_permutation_and_keeps_jobs_that_share_nothing_in_order() -> None:
    rng = random.Random(3)
    jobs = jobs_of(*({"seed": rng.randrange(4), "alpha": rng.random()} for _ in range(30)))
    ordered = what_others_wait_for_first(jobs)
    assert sorted(job.number for job in ordered) == list(range(30))
    alone = jobs_of(*({"seed": seed} for seed in range(10)))
    assert what_others_wait_for_first(alone) == alone


def simulate(jobs: list[Job], workers: int, seconds: dict[int, float]) -> list[tuple[int, float]]:
    """Return each job's number and beginning, in the order in which they are begun."""
    waiting = Waiting(jobs)
    running: list[tuple[float, int, Job]] = []
    begun, now = [], 0.0
    while waiting or running:
        while len(running) < workers and (job := waiting.take([each for *_, each in running])):
            begun.append((job.number, now))
            heapq.heappush(running, (now + seconds[job.number], job.number, job))
        now, _, job = heapq.heappop(running)
        waiting.made(job)
    assert waiting.take([]) is None
    return begun


def test_a_worker_does_not_wait_for_a_model_while_there_is_something_else_to_do() -> None:
    grid = product(range(3), ("pc", "ges", "boss"))
    jobs = jobs_of(*({"seed": seed, "discovery": {"kind": kind}} for seed, kind in grid))
    waiting = Waiting(jobs)
    first, second = waiting.take([]), waiting.take(jobs[:1])
    assert (first, second) == (jobs[0], jobs[3])  # of seeds 0 and 1
    waiting.made(jobs[0])
    assert waiting.take([jobs[3]]) == jobs[6]  # the third model
    running = [jobs[3], jobs[6]]
    assert [waiting.take(running) for _ in range(2)] == jobs[1:3]  # seed 0 has its model
    assert waiting.take(running) == jobs[4]  # nothing is left but to wait for the model of seed 1


def test_what_a_failed_job_was_to_make_is_made_by_the_next() -> None:
    jobs = jobs_of(*({"seed": n // 3, "discovery": {"alpha": n}} for n in range(6)))
    waiting = Waiting(jobs)
    assert [waiting.take(jobs[:0]), waiting.take(jobs[:1])] == [jobs[0], jobs[3]]
    assert waiting.take([jobs[3]]) == jobs[1]  # of seed 0, whose first has failed
    waiting.made(jobs[3])
    assert waiting.take([jobs[1]]) == jobs[4]


@settings(max_examples=60, deadline=None)
@given(
    seeds=st.integers(1, 5),
    kinds=st.integers(1, 4),
    workers=st.integers(1, 5),
    draw=st.integers(0, 10**6),
)
def test_every_job_is_begun_once_and_no_worker_is_ever_idle_before(
    seeds: int, kinds: int, workers: int, draw: int
) -> None:
    rng = random.Random(draw)
    grid = list(product(range(seeds), range(kinds)))
    jobs = jobs_of(*({"seed": seed, "discovery": {"kind": kind}} for seed, kind in grid))
    seconds = {n: rng.uniform(0.1, 5.0) for n in range(len(jobs))}
    begun = simulate(jobs, workers, seconds)
    assert sorted(number for number, _ in begun) == list(range(len(jobs)))
    longest = max(seconds.values())
    total = sum(seconds.values())
    end = max(start + seconds[number] for number, start in begun)
    assert end <= total / workers + longest  # Graham's bound for any list of independent jobs


def test_ten_thousand_jobs_are_handed_out_in_seconds() -> None:
    grid = product(range(100), range(100))
    jobs = jobs_of(*({"seed": seed, "discovery": {"alpha": k}} for seed, k in grid))
    start = time.perf_counter()
    assert len(simulate(jobs, 4, dict.fromkeys(range(10_000), 1.0))) == 10_000
    assert time.perf_counter() - start < 20
