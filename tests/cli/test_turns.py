"""Which job a free worker gets: simulated sweeps, where a job takes as long as is said here."""

import heapq
import random
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from causattn.cli.prepared import Job
from causattn.cli.turns import Turns


def job_of(number: int, **config: Any) -> Job:
    return Job(number, (), f"{number:x}", config)


def simulate(jobs: list[Job], workers: int, seconds: dict[int, float]) -> list[tuple[int, float]]:
    """Return each job's number and beginning, in the order in which they are begun."""
    turns = Turns(jobs)
    free, running, begun, now = workers, [], [], 0.0
    while turns or running:
        while free and turns:
            job = turns.take()
            assert job is not None
            begun.append((job.number, now))
            heapq.heappush(running, (now + seconds[job.number], job.number, job))
            free -= 1
        now, _, job = heapq.heappop(running)
        turns.end(job, seconds[job.number])
        free += 1
    assert turns.take() is None
    return begun


def test_a_worker_does_not_wait_for_a_model_while_there_is_something_else_to_do() -> None:
    grid = product(range(3), ("pc", "ges", "boss"))
    jobs = [job_of(n, seed=seed, discovery={"kind": kind}) for n, (seed, kind) in enumerate(grid)]
    turns = Turns(jobs)
    assert [turns.take().number for _ in range(2)] == [0, 3]  # of seeds 0 and 1
    turns.end(jobs[0], 100.0)
    assert turns.take().number == 6  # the third model
    assert [turns.take().number for _ in range(2)] == [1, 2]  # seed 0 has its model
    assert turns.take().number == 4  # nothing is left but to wait for the model of seed 1


def test_what_a_failed_job_was_to_make_is_made_by_the_next() -> None:
    jobs = [job_of(n, seed=n // 3, discovery={"alpha": n}) for n in range(6)]
    turns = Turns(jobs)
    assert [turns.take().number for _ in range(2)] == [0, 3]
    turns.end(jobs[0], None)
    assert turns.take().number == 1
    turns.end(jobs[1], 1.0)
    assert turns.take().number == 2


def test_attention_that_nobody_reads_yet_comes_before_what_is_only_searched() -> None:
    grid = product(("masked", "observed"), ("pc", "ges"))
    jobs = [
        job_of(n, seed=0, attention={"query": query}, discovery={"kind": kind})
        for n, (query, kind) in enumerate(grid)
    ]
    turns = Turns(jobs)
    assert turns.take().number == 0
    turns.end(jobs[0], 1.0)
    assert turns.take().number == 2


def test_long_jobs_come_before_short_ones_once_that_is_known() -> None:
    kinds = {"quick": 1.0, "slow": 9.0, "middle": 4.0}
    grid = list(product(kinds, range(4)))
    jobs = [
        job_of(n, seed=0, discovery={"kind": kind}, repeat=k) for n, (kind, k) in enumerate(grid)
    ]
    seconds = {n: kinds[kind] for n, (kind, _) in enumerate(grid)}
    order = [grid[n][0] for n, _ in simulate(jobs, 1, seconds)]
    assert order[:3] == ["quick", "slow", "middle"]  # one of each, to know
    assert order[3:] == ["slow"] * 3 + ["middle"] * 3 + ["quick"] * 3


def test_jobs_that_differ_in_their_seed_alone_tell_more_than_those_of_the_algorithm() -> None:
    sizes = (1.0, 30.0, 5.0)
    grid = list(product(range(2), sizes))
    jobs = [
        job_of(n, seed=seed, discovery={"kind": "pc"}, effects={"simulations": size})
        for n, (seed, size) in enumerate(grid)
    ]
    seconds = {n: size for n, (_, size) in enumerate(grid)}
    order = [grid[n] for n, _ in simulate(jobs, 1, seconds)]
    first = [(0, 1.0), (1, 1.0)]  # which make the models
    assert order == [*first, (0, 30.0), (1, 30.0), (0, 5.0), (1, 5.0)]


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
    jobs = [job_of(n, seed=seed, discovery={"kind": kind}) for n, (seed, kind) in enumerate(grid)]
    seconds = {n: rng.uniform(0.1, 5.0) for n in range(len(jobs))}
    begun = simulate(jobs, workers, seconds)
    assert sorted(number for number, _ in begun) == list(range(len(jobs)))
    longest = max(seconds.values())
    total = sum(seconds.values())
    end = max(start + seconds[number] for number, start in begun)
    assert end <= total / workers + longest  # Graham's bound for any list of independent jobs


def test_ten_thousand_jobs_are_handed_out_in_seconds() -> None:
    import time

    grid = product(range(100), range(100))
    jobs = [job_of(n, seed=seed, discovery={"alpha": k}) for n, (seed, k) in enumerate(grid)]
    start = time.perf_counter()
    assert len(simulate(jobs, 4, dict.fromkeys(range(10_000), 1.0))) == 10_000
    assert time.perf_counter() - start < 20
