import random
from itertools import product
from typing import Any

from causattn.cli.order import what_others_wait_for_first
from causattn.cli.prepared import Job


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
